// Answers the requests of the distribution protocol: finds the act for the address and the method, and frames what goes wrong.
import { registryOfHost, repositoryAt } from "../../../kernel/image-name.ts";
import { Fault } from "../../../kernel/fault.ts";
import type { Entry } from "../../../ports/store.ts";
import type { HttpReply, HttpRequest } from "../../../wire/door.ts";
import { parseQuery } from "../../../wire/query-string.ts";
import type { EcrDeps } from "../op.ts";
import type { RepositoryRecord } from "../records.ts";
import { createRepository, findRepository } from "../repositories.ts";
import { deleteBlob, readBlob } from "./blobs.ts";
import { type Errand, json } from "./errand.ts";
import { errorReply, ProtocolError } from "./errors.ts";
import { listCatalog, listRepositoryTags } from "./listings.ts";
import { deleteManifest, readManifestOf, writeManifest } from "./manifests.ts";
import { type Route, routeOf } from "./routes.ts";
import { cancelSession, continueSession, endSession, openSession, sessionStatus } from "./sessions.ts";

type Act = (errand: Errand, route: never) => Promise<HttpReply>;

const acts: Readonly<Record<Route["kind"], Readonly<Record<string, Act>>>> = {
  version: { GET: async () => json(200, {}), HEAD: async () => json(200, {}) },
  catalog: { GET: listCatalog },
  tags: { GET: listRepositoryTags },
  referrers: { GET: withoutReferrers },
  manifest: { GET: readManifestOf, HEAD: readManifestOf, PUT: writeManifest, DELETE: deleteManifest },
  blob: { GET: readBlob, HEAD: readBlob, DELETE: deleteBlob },
  uploads: { POST: openSession },
  upload: { GET: sessionStatus, PATCH: continueSession, PUT: endSession, DELETE: cancelSession },
};

/** Rejects only for failures of ours. */
export async function answer(request: HttpRequest, registry: EcrDeps): Promise<HttpReply> {
  try {
    const reply = await act(request, registry);
    return { ...reply, headers: { "docker-distribution-api-version": "registry/2.0", ...reply.headers } };
  } catch (error) {
    const reply = errorReply(error);
    if (!reply) throw error;
    return reply;
  }
}

/** Clients that hear 404 keep what refers to an image under a tag of its digest, as the specification says. */
async function withoutReferrers(): Promise<HttpReply> {
  throw new ProtocolError(404, "UNSUPPORTED", "The referrers API is not supported yet");
}

async function act(request: HttpRequest, registry: EcrDeps): Promise<HttpReply> {
  const route = routeOf(request.rawPath);
  const chosen = route && acts[route.kind][request.method];
  if (!route || !chosen) throw new ProtocolError(405, "UNSUPPORTED", `${request.method} is not supported here`);
  const path = "path" in route ? route.path : "";
  const at = repositoryAt(request.host, path);
  const scope = { account: at.account ?? registry.home.account, region: at.region ?? registry.home.region };
  const find = async (forPush = false): Promise<Entry<RepositoryRecord>> => {
    try {
      return await findRepository(registry, scope, at.repository);
    } catch (error) {
      // At its own names AWS makes no repositories; at ours, which AWS does not have, a push needs no other tool.
      if (!forPush || registryOfHost(request.host) || !(error instanceof Fault)) throw error;
      await createRepository(registry, scope, at.repository, { immutable: false, tags: {} }).catch((refused: unknown) => {
        if (!(refused instanceof Fault) || refused.code !== "RepositoryAlreadyExistsException") throw refused;
      });
      return findRepository(registry, scope, at.repository);
    }
  };
  const query = new Map(parseQuery(request.rawQuery).pairs.map(([name, value]) => [name, value]));
  return chosen({ request, query, registry, scope, path, repository: find }, route as never);
}
