// Invoke: run now (RequestResponse), hand over durably (Event), or only check (DryRun).
import type { FunctionRef } from "../../../functions/function.ts";
import { handOver } from "../hand-over.ts";
import { notYet } from "../faults.ts";
import { refOf } from "../function-name.ts";
import { invokeOptions } from "../invoke-options.ts";
import type { LambdaContext, Op } from "../op.ts";
import { checkedPayload } from "../payload.ts";

export const invoke: Op<"Invoke"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  if (input.DurableExecutionName) throw notYet("DurableExecutionName");
  if (input.TenantId) throw notYet("TenantId");
  switch (input.InvocationType ?? "RequestResponse") {
    case "DryRun":
      await context.heart.versionOf(ref);
      return { StatusCode: 204 };
    case "Event":
      await handOver(ref, checkedPayload(input.Payload, context.heart.quotas.asyncRequestBytesMax), context);
      return { StatusCode: 202 };
    default:
      return runNow(ref, checkedPayload(input.Payload, context.heart.quotas.syncRequestBytesMax), input, context);
  }
};

async function runNow(ref: FunctionRef, payload: Uint8Array, input: Parameters<typeof invoke>[0], context: LambdaContext) {
  const result = await context.heart.invoke(ref, { ...invokeOptions(ref, payload, input, context), answerFirst: true });
  return {
    StatusCode: 200,
    Payload: result.payload,
    ExecutedVersion: result.executedVersion,
    ...(result.functionError ? { FunctionError: result.functionError } : {}),
    ...(result.logTail ? { LogResult: Buffer.from(result.logTail).toString("base64") } : {}),
  };
}
