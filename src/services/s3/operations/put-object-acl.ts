// PutObjectAcl: only what is the case already may be said, for access control lists are off.
import { checkOwnersAcl } from "../acl.ts";
import { findBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { findObject } from "../objects.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const putObjectAcl: Op<"PutObjectAcl"> = async (input, context) => {
  await checkDocument(context, "optional");
  const { value: bucket } = await findBucket(input, context);
  await findObject(input, bucket, context);
  refuseUnbuilt(context.headers);
  checkOwnersAcl(input, bucket.account);
  return {};
};
