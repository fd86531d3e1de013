// GetBucketAcl: buckets have no access control lists but the one that gives the owner everything.
import { ownersAcl } from "../acl.ts";
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const getBucketAcl: Op<"GetBucketAcl"> = async (input, context) => ownersAcl((await findBucket(input, context)).value.account);
