// GetPublicAccessBlock: which ways of opening a bucket to everybody are shut.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getPublicAccessBlock: Op<"GetPublicAccessBlock"> = async (input, context) => {
  const { name, publicAccessBlock } = (await findBucket(input, context)).value;
  if (!publicAccessBlock) throw notConfigured("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", name);
  return { PublicAccessBlockConfiguration: publicAccessBlock };
};
