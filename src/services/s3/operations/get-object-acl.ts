// GetObjectAcl: objects belong to the bucket's owner, who has every right.
import { ownersAcl } from "../acl.ts";
import { findBucket } from "../buckets.ts";
import { findObject } from "../objects.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const getObjectAcl: Op<"GetObjectAcl"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  await findObject(input, bucket, context);
  return ownersAcl(bucket.account);
};
