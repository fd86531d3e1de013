// GetObject: the bytes of an object, all or a range or a part, if the conditions hold.
import { readBody } from "../bodies.ts";
import { findBucket } from "../buckets.ts";
import { findObject } from "../objects.ts";
import type { Op } from "../op.ts";
import { readPlan, responseOverrides } from "../reading.ts";
import { refuseUnbuilt } from "../refusals.ts";

/** Ours: how often a read may find that the object was replaced between the look at its record and the opening of its bytes. */
const REPLACED_MAX = 5;

export const getObject: Op<"GetObject"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  for (let replaced = 0; ; replaced++) {
    const found = await findObject(input, bucket, context);
    const plan = await readPlan(input, bucket, found.value, context);
    if (plan.kind === "not-modified") return plan.view;
    try {
      return { ...plan.view, ...responseOverrides(input, context), Body: await readBody(context, found.value, plan.range) };
    } catch (error) {
      const now = await findObject(input, bucket, context);
      if (now.version === found.version || replaced === REPLACED_MAX) throw error;
    }
  }
};
