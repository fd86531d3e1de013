// PutBucketAcl: only what is the case already may be said, for access control lists are off.
import { checkOwnersAcl } from "../acl.ts";
import { findBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const putBucketAcl: Op<"PutBucketAcl"> = async (input, context) => {
  await checkDocument(context, "optional");
  const { value: bucket } = await findBucket(input, context);
  refuseUnbuilt(context.headers);
  checkOwnersAcl(input, bucket.account);
  return {};
};
