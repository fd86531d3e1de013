// DeletePublicAccessBlock: shuts none of the ways any more.
import { changeBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const deletePublicAccessBlock: Op<"DeletePublicAccessBlock"> = async (input, context) => {
  await changeBucket(input, context, (bucket) => ({ ...bucket, publicAccessBlock: undefined }));
  return {};
};
