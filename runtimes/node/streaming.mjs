// The `awslambda` global: handlers that stream. Their bytes go out as they are written; for a caller who wants one payload they are gathered.
import { endStream, openStream, sendChunk, sendResult } from "./channel.mjs";
import { logError, setRequestId } from "./console.mjs";
import { classicMembers, modernContext, setTrace } from "./context.mjs";
import { runtimeError } from "./errors.mjs";
import { postError } from "./run-classic.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const HTTP_PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END_BYTES = 8;
const DEFAULT_TYPE = "application/octet-stream";

export function installAwslambda() {
  const off = process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA;
  // A rehearsal may have left one.
  if (off === "1" || off === "true") return void delete globalThis.awslambda;
  globalThis.awslambda = {
    streamifyResponse: (handler, options) => {
      handler[STREAMING] = "response";
      if (options && typeof options.highWaterMark === "number") handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream: { from: httpResponseStream },
  };
}

/** Throws Runtime.MalformedStreamingHandler for a mark we do not know. */
export function isStreaming(handler) {
  const mark = handler[STREAMING];
  if (mark === undefined || mark === null || mark === false) return false;
  if (mark === "response") return true;
  throw runtimeError("MalformedStreamingHandler", "Only response streaming is supported.");
}

export const runStreaming = (modern) => async (handler, { requestId, meta, body }, next) => {
  setRequestId(requestId);
  const sink = meta.streamWindowBytes > 0 ? sending(requestId, meta) : gathering(requestId, meta);
  try {
    const context = modern ? modernContext(requestId, meta, process.env) : { callbackWaitsForEmptyEventLoop: true, ...classicMembers(requestId, meta, process.env) };
    setTrace(meta, process.env);
    const stream = await responseStream(handler[HIGH_WATER_MARK], sink);
    const pending = handler(JSON.parse(body.toString("utf8")), stream, context);
    if (!pending || typeof pending.then !== "function") throw new Error("Streaming does not support non-async handlers.");
    if ((await pending) !== undefined) console.warn("Streaming handlers ignore return values.");
    await stream.settled();
    if (!stream.writableFinished) throw stream.errored || new Error("Response stream is not finished.");
    sink.close();
    sink.finish();
  } catch (error) {
    sink.close();
    logError("Invoke Error", error);
    postError(error, requestId, meta);
  }
  next();
};

/** Keeps all bytes until the handler is done. */
function gathering(requestId, meta) {
  const chunks = [];
  return {
    contentType: DEFAULT_TYPE,
    take: (chunk, done) => {
      chunks.push(chunk);
      done();
    },
    end: () => {},
    close: () => {},
    finish: () => sendResult(requestId, Buffer.concat(chunks), meta.responseBytesMax),
  };
}

/** Sends bytes at once, as fast as the caller takes them. What a handler writes after its event has been answered goes nowhere. */
function sending(requestId, meta) {
  let target;
  let closed = false;
  const open = () => (target ??= openStream(requestId, sink.contentType, meta.streamWindowBytes));
  const sink = {
    contentType: DEFAULT_TYPE,
    take: (chunk, done) => (closed ? done() : sendChunk(open(), chunk, done)),
    end: () => {
      if (!closed) endStream(open());
    },
    close: () => {
      closed = true;
    },
    finish: () => sendResult(requestId, "", meta.responseBytesMax),
  };
  return sink;
}

async function responseStream(highWaterMark, sink) {
  const { Writable } = await import("node:stream");
  let started = false;
  const stream = new Writable({
    ...(highWaterMark > 0 ? { highWaterMark } : {}),
    write: (chunk, _encoding, done) => sink.take(chunk, done),
    final: (done) => {
      sink.end();
      done();
    },
  });
  const write = stream.write.bind(stream);
  stream.write = (chunk, encoding, callback) => {
    if (!started && typeof stream._onBeforeFirstWrite === "function") stream._onBeforeFirstWrite((piece) => write(piece));
    started = true;
    const bytes = typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
    return write(bytes, encoding, callback);
  };
  const end = stream.end.bind(stream);
  stream.end = (chunk, encoding, callback) => {
    if (typeof chunk === "function") return end(chunk);
    if (chunk !== undefined && chunk !== null) stream.write(chunk, typeof encoding === "string" ? encoding : undefined);
    return end(typeof encoding === "function" ? encoding : callback);
  };
  stream.setContentType = (contentType) => {
    if (started) throw runtimeError("InvalidStreamingOperation", "Cannot set content-type, too late.");
    sink.contentType = String(contentType);
  };
  // `end` was called: finishing takes a tick. Not called: there is nothing to wait for.
  stream.settled = () => (stream.writableEnded && !stream.writableFinished ? new Promise((resolve) => stream.once("finish", resolve).once("close", resolve).once("error", resolve)) : undefined);
  return stream;
}

/** The stream with a JSON prelude (status, headers, cookies) and eight NUL bytes before its first byte. */
function httpResponseStream(stream, prelude) {
  stream.setContentType(HTTP_PRELUDE_TYPE);
  const text = JSON.stringify(prelude);
  stream._onBeforeFirstWrite = (write) => {
    write(text);
    write(new Uint8Array(PRELUDE_END_BYTES));
  };
  return stream;
}
