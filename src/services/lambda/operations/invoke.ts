// Invoke: run now (RequestResponse), hand over durably (Event), or only check (DryRun).
import { functionArn } from "../../../kernel/arn.ts";
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import type { FunctionRef } from "../../../functions/function.ts";
import { handOver } from "../hand-over.ts";
import { invalid, notYet } from "../faults.ts";
import { refOf } from "../function-name.ts";
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
      await handOver(ref, checkedPayload(input.Payload, limits.functions.asyncRequestBytesMax), context);
      return { StatusCode: 202 };
    default:
      return runNow(ref, checkedPayload(input.Payload, limits.functions.syncRequestBytesMax), input, context);
  }
};

async function runNow(ref: FunctionRef, payload: Uint8Array, input: Parameters<typeof invoke>[0], context: LambdaContext) {
  const clientContext = decoded(input.ClientContext);
  const result = await context.heart.invoke(ref, {
    requestId: context.requestId,
    payload,
    invokedArn: functionArn(ref, ref.qualifier),
    ...(clientContext === undefined ? {} : { clientContext }),
    traceId: context.headers["x-amzn-trace-id"],
    logTail: input.LogType === "Tail",
    signal: context.signal,
  });
  return {
    StatusCode: 200,
    Payload: result.payload,
    ExecutedVersion: result.executedVersion,
    ...(result.functionError ? { FunctionError: result.functionError } : {}),
    ...(result.logTail ? { LogResult: Buffer.from(result.logTail).toString("base64") } : {}),
  };
}

function decoded(clientContext: string | undefined): string | undefined {
  if (!clientContext) return undefined;
  if (clientContext.length > limits.functions.clientContextBytesMax)
    throw fault("InvalidParameterValueException", { message: `Client context must be no more than ${limits.functions.clientContextBytesMax} bytes when base64-encoded`, Type: "User" });
  const text = Buffer.from(clientContext, "base64").toString();
  try {
    JSON.parse(text);
  } catch {
    throw invalid("Client context must be a valid Base64-encoded JSON object.");
  }
  return text;
}
