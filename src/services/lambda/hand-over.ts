// An event accepted for later: durable before the answer says 202.
import type { FunctionRef } from "../../functions/function.ts";
import { functionArn } from "../../kernel/arn.ts";
import { outage } from "../../kernel/fault.ts";
import type { LambdaContext } from "./op.ts";

/** Fault ResourceNotFoundException when there is no such function: at once, also for events. */
export async function handOver(ref: FunctionRef, payload: Uint8Array, context: LambdaContext): Promise<void> {
  const { heart, store, requestId } = context;
  await heart.versionOf(ref);
  const write = heart.asyncInvocation(ref, { requestId, payload, invokedArn: functionArn(ref, ref.qualifier), traceId: context.headers["x-amzn-trace-id"] });
  const { ok } = await store.commit([], [write]);
  if (!ok) throw outage("store.commit", { cause: new Error("an unconditional enqueue conflicted"), retryable: true });
}
