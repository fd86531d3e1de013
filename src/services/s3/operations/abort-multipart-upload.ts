// AbortMultipartUpload: the upload and all its parts go.
import { del, transact, unchanged } from "../../../ports/store.ts";
import { listParts, partReleases } from "../bodies.ts";
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { sealUpload } from "../uploads.ts";

export const abortMultipartUpload: Op<"AbortMultipartUpload"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  await findBucket(input, context);
  await transact(context.store, async () => {
    const upload = await sealUpload(input, context);
    const { id } = upload.value;
    const parts = await listParts(context.store, id);
    return { checks: [unchanged(upload.key, upload)], writes: [del(upload.key), ...parts.flatMap((part) => partReleases(id, part.value))], result: undefined };
  });
  return {};
};
