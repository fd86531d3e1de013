// PutBucketPolicy: keeps the document as it was sent, unless it is none, or public where that is blocked.
import { accessDenied } from "../errors.ts";
import { checkPolicy } from "../bucket-policy.ts";
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import type { Op } from "../op.ts";
import { isPublicPolicy } from "../public-access.ts";

export const putBucketPolicy: Op<"PutBucketPolicy"> = async (input, context) => {
  await checkDocument(context, "optional");
  const policy = input.Policy ?? "";
  await changeBucket(input, context, (bucket) => {
    checkPolicy(policy, bucket);
    if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(policy)) throw accessDenied();
    return { ...bucket, policy };
  });
  context.reply.status = 204;
  return {};
};
