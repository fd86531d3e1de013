// The handler contract of Node.js up to nodejs22.x: callback, context.succeed/fail/done, promises, and the empty event loop.
import { sendError, sendResult } from "./channel.mjs";
import { logError, setRequestId } from "./console.mjs";
import { classicMembers, setTrace } from "./context.mjs";
import { errorPayload, runtimeError } from "./errors.mjs";

let onEmptyLoop = () => {};
process.on("beforeExit", () => onEmptyLoop());

/** Serialises as the original: undefined is null, and what JSON can not say is an error of the function. */
export function serialize(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    throw new Error("Unable to stringify response body");
  }
}

export function postError(thrown, requestId, meta, fatal = false) {
  const payload = errorPayload(thrown);
  sendError(requestId, String(payload.errorType), JSON.stringify(payload), fatal, meta.responseBytesMax);
}

/** Runs one event; calls `next` once it has been answered. */
export function runClassic(handler, { requestId, meta, body }, next) {
  setRequestId(requestId);
  const { callback, context, abandon } = answering(requestId, meta, next);
  onEmptyLoop = () => {
    onEmptyLoop = () => {};
    abandon();
    if (handler.constructor && handler.constructor.name === "AsyncFunction") neverSettled(requestId, meta);
    else sendResult(requestId, "null", meta.responseBytesMax);
    next();
  };
  try {
    setTrace(meta, process.env);
    const event = JSON.parse(body.toString("utf8"));
    const result = handler(event, Object.assign(context, classicMembers(requestId, meta, process.env)), callback);
    if (result && typeof result.then === "function") result.then(context.succeed, context.fail).catch(context.fail);
  } catch (error) {
    callback(error);
  }
}

function neverSettled(requestId, meta) {
  const error = runtimeError(
    "NodeJsExit",
    "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
  );
  logError("Invoke Error", error);
  postError(error, requestId, meta);
}

/** The ways a handler can answer; the first one taken wins. */
function answering(requestId, meta, next) {
  let waits = true;
  let first = true;
  let completed = false;
  const fail = (thrown) => {
    logError("Invoke Error", thrown);
    postError(thrown, requestId, meta);
    next();
  };
  const complete = (value) => {
    if (completed) return console.error("Invocation has already been reported as done. Cannot call complete more than once per invocation.");
    completed = true;
    sendResult(requestId, serialize(value), meta.responseBytesMax);
    next();
  };
  const once = (answer) => (...values) => {
    if (!first) return;
    onEmptyLoop = () => {};
    answer(...values);
    // Only now: an answer that could not be serialised leaves room for the error that says so.
    first = false;
  };
  const done = once((error, value) => (isNothing(error) ? complete(value) : fail(error)));
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: (value) => done(null, value),
    fail: (error) => done(isNothing(error) ? "handled" : error),
    done,
  };
  const callback = once((error, value) => {
    if (!isNothing(error)) return fail(error);
    if (!waits) return complete(value);
    onEmptyLoop = () => {
      onEmptyLoop = () => {};
      setImmediate(() => complete(value));
    };
  });
  const abandon = () => {
    completed = true;
  };
  return { callback, context, abandon };
}

const isNothing = (value) => value === undefined || value === null;
