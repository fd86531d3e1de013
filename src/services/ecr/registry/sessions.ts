// Uploads of layers as the distribution protocol does them: at once, in chunks, or not at all because another repository has the layer.
import type { Entry } from "../../../ports/store.ts";
import type { HttpReply } from "../../../wire/door.ts";
import { Fault } from "../../../kernel/fault.ts";
import { repositoryAt } from "../../../kernel/image-name.ts";
import type { RepositoryRecord } from "../records.ts";
import { findRepository } from "../repositories.ts";
import { appendPart, cancelUpload, findUpload, finishUpload, mountBlob, startUpload, takeBlob } from "../uploads.ts";
import type { Errand } from "./errand.ts";
import { ProtocolError } from "./errors.ts";
import type { Route } from "./routes.ts";

type UploadRoute = Extract<Route, { readonly kind: "upload" }>;

export async function openSession(errand: Errand): Promise<HttpReply> {
  const { request, query, registry, path } = errand;
  const repository = await errand.repository(true);
  const [mount, digest] = [query.get("mount"), query.get("digest")];
  if (mount !== undefined && (await mounted(errand, repository, mount))) return created(path, mount);
  if (digest !== undefined) {
    await takeBlob(registry, repository, request.body, digest);
    return created(path, digest);
  }
  return progress(202, path, await startUpload(registry, repository), 0);
}

/** False when there is nothing to mount, which means an ordinary upload. */
async function mounted({ query, registry, scope, request }: Errand, repository: Entry<RepositoryRecord>, digest: string): Promise<boolean> {
  const from = query.get("from");
  if (from === undefined) return false;
  const at = repositoryAt(request.host, from);
  const source = await findRepository(registry, { account: at.account ?? scope.account, region: at.region ?? scope.region }, at.repository).catch((error: unknown) => {
    if (error instanceof Fault) return undefined;
    throw error;
  });
  return source !== undefined && mountBlob(registry, repository, source, digest);
}

export async function sessionStatus({ registry, repository, path }: Errand, { upload }: UploadRoute): Promise<HttpReply> {
  const { value } = await findUpload(registry, await repository(), upload);
  return progress(204, path, upload, value.sizeBytes);
}

export async function continueSession({ request, registry, repository, path }: Errand, { upload }: UploadRoute): Promise<HttpReply> {
  const at = await repository();
  const received = await appendPart(registry, at, upload, request.body, firstByteOf(request.headers["content-range"]));
  return progress(202, path, upload, received);
}

export async function endSession({ request, query, registry, repository, path }: Errand, { upload }: UploadRoute): Promise<HttpReply> {
  const digest = query.get("digest");
  if (digest === undefined) throw new ProtocolError(400, "DIGEST_INVALID", "The end of an upload needs the query parameter digest");
  await finishUpload(registry, await repository(), upload, request.body, digest);
  return created(path, digest);
}

export async function cancelSession({ registry, repository }: Errand, { upload }: UploadRoute): Promise<HttpReply> {
  await cancelUpload(registry, await repository(), upload);
  return { status: 204, headers: {} };
}

function firstByteOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, first] = /^(?:bytes[ =])?(\d{1,15})-\d{1,15}(?:\/.*)?$/.exec(header) ?? [];
  if (first === undefined) throw new ProtocolError(416, "BLOB_UPLOAD_INVALID", `'${header}' is no range`);
  return Number(first);
}

const progress = (status: number, path: string, upload: string, received: number): HttpReply => ({
  status, headers: { location: `/v2/${path}/blobs/uploads/${upload}`, "docker-upload-uuid": upload, range: `0-${Math.max(0, received - 1)}`, "content-length": "0" },
});

const created = (path: string, digest: string): HttpReply => ({ status: 201, headers: { location: `/v2/${path}/blobs/${digest}`, "docker-content-digest": digest } });
