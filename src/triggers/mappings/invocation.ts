// One call of the function for one batch, and what its end means to a poller.
import type { FunctionRef, InvokeResult } from "../../functions/function.ts";
import type { Heart } from "../../functions/heart.ts";
import { functionArn } from "../../kernel/arn.ts";
import { Fault } from "../../kernel/fault.ts";
import { uuid } from "../../kernel/ids.ts";

export type BatchEnd =
  | { readonly kind: "answered"; readonly result: InvokeResult }
  /** The function failed. */
  | { readonly kind: "failed"; readonly result: InvokeResult }
  /** It never ran: no concurrency, no room, or the platform failed. Says nothing about the events. */
  | { readonly kind: "throttled" | "outage"; readonly error: unknown }
  | { readonly kind: "recursive" | "missing" };

/** Never rejects. */
export async function invokeBatch(heart: Pick<Heart, "invoke">, ref: FunctionRef, payload: string, traceId: string | undefined): Promise<BatchEnd & { readonly requestId: string }> {
  const requestId = uuid();
  try {
    const result = await heart.invoke(ref, { requestId, payload: Buffer.from(payload), invokedArn: functionArn(ref, ref.qualifier), trigger: "mapping", ...(traceId === undefined ? {} : { traceId }) });
    return { kind: result.functionError ? "failed" : "answered", result, requestId };
  } catch (error) {
    const code = error instanceof Fault ? error.code : undefined;
    if (code === "RecursiveInvocationException") return { kind: "recursive", requestId };
    if (code === "ResourceNotFoundException") return { kind: "missing", requestId };
    return { kind: code === "TooManyRequestsException" ? "throttled" : "outage", error, requestId };
  }
}
