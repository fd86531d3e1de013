// InvokeWithResponseStream: like Invoke, but what the function writes arrives as it is written.
import type { InvokeWithResponseStreamResponseEvent } from "@aws-sdk/client-lambda";
import type { StreamedInvocation } from "../../../functions/function.ts";
import { ResponseBroken } from "../../../functions/invocations/response-body.ts";
import { notYet } from "../faults.ts";
import { refOf } from "../function-name.ts";
import { invokeOptions } from "../invoke-options.ts";
import type { Op } from "../op.ts";
import { checkedPayload } from "../payload.ts";

export const invokeWithResponseStream: Op<"InvokeWithResponseStream"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  if (input.TenantId) throw notYet("TenantId");
  if (input.InvocationType === "DryRun") {
    await context.heart.versionOf(ref);
    return { StatusCode: 204 };
  }
  const payload = checkedPayload(input.Payload, context.heart.quotas.syncRequestBytesMax);
  const invocation = await context.heart.invokeStream(ref, invokeOptions(ref, payload, input, context));
  return { StatusCode: 200, ExecutedVersion: invocation.executedVersion, EventStream: eventsOf(invocation) };
};

/** A failure in the middle shows at the end only: the status has gone long before. */
async function* eventsOf({ stream, result }: StreamedInvocation): AsyncGenerator<InvokeWithResponseStreamResponseEvent> {
  if (stream) yield* chunksOf(stream.body);
  const { payload, functionError, logTail } = await result;
  if (!stream && !functionError && payload.byteLength > 0) yield { PayloadChunk: { Payload: payload } };
  yield {
    InvokeComplete: {
      ...(functionError ? { ErrorCode: functionError, ErrorDetails: Buffer.from(payload).toString() } : {}),
      ...(logTail ? { LogResult: Buffer.from(logTail).toString("base64") } : {}),
    },
  };
}

async function* chunksOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<InvokeWithResponseStreamResponseEvent> {
  try {
    for await (const Payload of body) yield { PayloadChunk: { Payload } };
  } catch (error) {
    // The result says why.
    if (!(error instanceof ResponseBroken)) throw error;
  }
}
