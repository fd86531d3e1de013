// What a synchronous call says beside its payload, checked and turned into the heart's options.
import type { FunctionRef, InvokeOptions } from "../../functions/function.ts";
import { functionArn } from "../../kernel/arn.ts";
import { limits } from "../../kernel/limits.ts";
import { invalid } from "./faults.ts";
import type { LambdaContext } from "./op.ts";

export function invokeOptions(ref: FunctionRef, payload: Uint8Array, input: { readonly ClientContext?: string; readonly LogType?: string }, context: LambdaContext): InvokeOptions {
  const clientContext = decoded(input.ClientContext);
  return {
    requestId: context.requestId,
    payload,
    invokedArn: functionArn(ref, ref.qualifier),
    ...(clientContext === undefined ? {} : { clientContext }),
    traceId: context.headers["x-amzn-trace-id"],
    logTail: input.LogType === "Tail",
    signal: context.signal,
  };
}

function decoded(clientContext: string | undefined): string | undefined {
  if (!clientContext) return undefined;
  const { clientContextBytesMax: bytesMax } = limits.functions;
  if (clientContext.length > bytesMax) throw invalid(`Client context must be no more than ${bytesMax} bytes when base64-encoded`);
  const text = Buffer.from(clientContext, "base64").toString();
  try {
    JSON.parse(text);
  } catch {
    throw invalid("Client context must be a valid Base64-encoded JSON object.");
  }
  return text;
}
