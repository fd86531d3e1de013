// PutFunctionConcurrency: reserves concurrency, which is a ceiling and a guarantee; 0 switches the function off.
import { requireReservable } from "../concurrency.ts";
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const putFunctionConcurrency: Op<"PutFunctionConcurrency"> = async ({ FunctionName, ReservedConcurrentExecutions: reserved = 0 }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const changed = await context.heart.registry.change(ref, (record) => {
    requireReservable(record, reserved, context);
    return { concurrency: { ...record.concurrency, reserved } };
  });
  if (!changed) throw notFound(ref);
  return { ReservedConcurrentExecutions: reserved };
};
