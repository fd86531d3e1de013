// InitiateLayerUpload: begins a layer that comes in parts.
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { startUpload } from "../uploads.ts";

/** AWS: what a client should send per part. */
const PART_BYTES = 10 * 1024 * 1024;

export const initiateLayerUpload: Op<"InitiateLayerUpload"> = async ({ registryId, repositoryName = "" }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  return { uploadId: await startUpload(context, repository), partSize: PART_BYTES };
};
