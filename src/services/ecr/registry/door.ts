// The door that `docker push`, skopeo and buildah come to: the OCI distribution protocol on the repositories of ECR, loaded with its first request.
import type { Door, HttpRequest } from "../../../wire/door.ts";
import type { EcrDeps } from "../op.ts";
import { routeOf } from "./routes.ts";

export const registryDoor = (registry: EcrDeps): Door => ({
  name: "registry",
  claims: isRegistryRequest,
  handle: async (request) => (await import("./answer.ts")).answer(request, registry),
});

/** Other AWS services have paths below /v2 too, but theirs are signed; and a bucket's host makes any path an object's key. */
function isRegistryRequest({ rawPath, headers, rawQuery, host }: HttpRequest): boolean {
  if (!rawPath.startsWith("/v2") || routeOf(rawPath) === undefined) return false;
  if (headers["authorization"]?.startsWith("AWS4-") || rawQuery.includes("X-Amz-Signature=")) return false;
  const name = host.replace(/:\d*$/, "").toLowerCase();
  return !/(^|\.)s3[.-]/.test(name) && !/.\.(localhost|\d{1,3}(\.\d{1,3}){3})$/.test(name);
}
