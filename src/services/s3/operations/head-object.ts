// HeadObject: what GetObject would say, without the bytes.
import { findBucket } from "../buckets.ts";
import { findObject } from "../objects.ts";
import type { Op } from "../op.ts";
import { readPlan, responseOverrides } from "../reading.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const headObject: Op<"HeadObject"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const { value: object } = await findObject(input, bucket, context);
  const plan = await readPlan(input, bucket, object, context);
  return plan.kind === "not-modified" ? plan.view : { ...plan.view, ...responseOverrides(input, context) };
};
