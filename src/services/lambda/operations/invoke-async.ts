// InvokeAsync: the asynchronous call of 2014, still in the CLI.
import type { Readable } from "node:stream";
import { handOver } from "../hand-over.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { checkedPayload } from "../payload.ts";

export const invokeAsync: Op<"InvokeAsync"> = async ({ FunctionName, InvokeArgs }, context) => {
  const ref = refOf(FunctionName, undefined, context);
  await handOver(ref, checkedPayload(await upTo(context.heart.quotas.asyncRequestBytesMax, InvokeArgs), context.heart.quotas.asyncRequestBytesMax), context);
  return { Status: 202 };
};

/** The body, or as much of it as shows that it is too large. */
async function upTo(bytesMax: number, body: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > bytesMax) break;
  }
  return Buffer.concat(chunks);
}
