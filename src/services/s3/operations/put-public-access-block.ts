// PutPublicAccessBlock: which ways of opening a bucket to everybody are shut.
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { malformedXml } from "../errors.ts";
import type { Op } from "../op.ts";
import type { PublicAccessBlock } from "../records.ts";

export const putPublicAccessBlock: Op<"PutPublicAccessBlock"> = async (input, context) => {
  await checkDocument(context, "optional");
  const wanted = input.PublicAccessBlockConfiguration;
  if (!wanted) throw malformedXml();
  const publicAccessBlock: PublicAccessBlock = {
    BlockPublicAcls: wanted.BlockPublicAcls ?? false,
    IgnorePublicAcls: wanted.IgnorePublicAcls ?? false,
    BlockPublicPolicy: wanted.BlockPublicPolicy ?? false,
    RestrictPublicBuckets: wanted.RestrictPublicBuckets ?? false,
  };
  await changeBucket(input, context, (bucket) => ({ ...bucket, publicAccessBlock }));
  return {};
};
