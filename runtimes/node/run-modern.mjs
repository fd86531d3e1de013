// The handler contract from nodejs24.x on: the result is awaited, nothing else answers.
import { sendError, sendResult } from "./channel.mjs";
import { logError, setRequestId } from "./console.mjs";
import { modernContext, setTrace } from "./context.mjs";
import { errorPayload, runtimeError } from "./errors.mjs";

const UNSETTLED_EXIT = 13;
let busy = false;
// A promise that can never settle ends the process, as Node does with an unsettled top-level await.
process.on("beforeExit", () => {
  if (busy) process.exit(UNSETTLED_EXIT);
});

/** Callback handlers are refused when the function is loaded. */
export function checkModern(handler) {
  if (handler.length < 3) return;
  throw runtimeError(
    "CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
  );
}

export async function runModern(handler, { requestId, meta, body }, next) {
  setRequestId(requestId);
  busy = true;
  try {
    const context = modernContext(requestId, meta, process.env);
    setTrace(meta, process.env);
    const result = await handler(JSON.parse(body.toString("utf8")), context);
    await nextTurn();
    sendResult(requestId, serialize(result), meta.responseBytesMax);
  } catch (error) {
    await nextTurn();
    logError("Invoke Error", error);
    const payload = errorPayload(error);
    sendError(requestId, String(payload.errorType), JSON.stringify(payload), false, meta.responseBytesMax);
  }
  busy = false;
  next();
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function serialize(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    throw runtimeError("JSONStringifyError", "Unable to stringify response body");
  }
}
