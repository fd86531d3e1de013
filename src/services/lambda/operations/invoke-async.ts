// InvokeAsync: the asynchronous call of 2014, still in the CLI.
import { buffer } from "node:stream/consumers";
import { limits } from "../../../kernel/limits.ts";
import { handOver } from "../hand-over.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { checkedPayload } from "../payload.ts";

export const invokeAsync: Op<"InvokeAsync"> = async ({ FunctionName, InvokeArgs }, context) => {
  const ref = refOf(FunctionName, undefined, context);
  await handOver(ref, checkedPayload(await buffer(InvokeArgs), limits.functions.asyncRequestBytesMax), context);
  return { Status: 202 };
};
