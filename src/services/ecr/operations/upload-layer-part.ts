// UploadLayerPart: the next bytes of a layer.
import { invalidParameter } from "../faults.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { appendPart } from "../uploads.ts";

export const uploadLayerPart: Op<"UploadLayerPart"> = async ({ registryId, repositoryName = "", uploadId = "", partFirstByte = 0, partLastByte = 0, layerPartBlob = new Uint8Array() }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  if (partLastByte - partFirstByte + 1 !== layerPartBlob.byteLength) throw invalidParameter(`Invalid parameter: the part has ${layerPartBlob.byteLength} bytes, not those from ${partFirstByte} to ${partLastByte}`);
  const received = await appendPart(context, repository, uploadId, layerPartBlob, partFirstByte);
  return { registryId: repository.value.account, repositoryName, uploadId, lastByteReceived: received - 1 };
};
