// The wrapper's side of the channel on file descriptor 3. Writes are synchronous, so that nothing said before a crash is lost,
// and reading keeps the event loop alive only between invocations, so that an empty loop means what it means without a platform.
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const CHANNEL_FD = 3;
const FIXED_BYTES = 8;
const HEAD_BYTES_MAX = 65_535;
/** A longer log message travels in several frames; the platform cuts events at this size anyway. */
const LOG_BYTES_MAX = 256 * 1024;
const RETRY_MS = 0.1;

const INVOKE = 1;
const READY = 2;
const INIT_ERROR = 3;
const RESULT = 4;
const ERROR = 5;
const FATAL_ERROR = 6;
const TOO_LARGE = 7;
const LOG = 8;
const OUTPUT = 9;

export const sendReady = () => send(READY, "", "", undefined);

/** `fatal` says that the process is about to end. */
export const sendError = (requestId, errorType, payload, fatal, bytesMax) =>
  sendBounded(fatal ? FATAL_ERROR : ERROR, requestId, errorType, payload, bytesMax);

export const sendInitError = (errorType, payload) => send(INIT_ERROR, "", errorType, payload);

/** `payload` is a string or bytes. */
export const sendResult = (requestId, payload, bytesMax) => sendBounded(RESULT, requestId, "", payload, bytesMax);

export function sendLog(level, text) {
  if (text.length * 3 <= LOG_BYTES_MAX || Buffer.byteLength(text) <= LOG_BYTES_MAX) return send(LOG, "", level, text);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(at + LOG_BYTES_MAX, bytes.length);
    while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) end--;
    send(LOG, "", level, bytes.subarray(at, end));
    at = end;
  }
}

/** Bytes that the program wrote to its own stdout (1) or stderr (2) stream. */
export function sendOutput(fd, bytes) {
  for (let at = 0; at < bytes.length; at += LOG_BYTES_MAX) send(OUTPUT, "", String(fd), bytes.subarray(at, at + LOG_BYTES_MAX));
}

let socket;
let waiting;
let pieces = [];
let have = 0;
let total = 0;

/** Calls back once with `{ requestId, meta, body }` when an event arrives; ends the process when the platform is gone. */
export function receiveInvoke(callback) {
  waiting = callback;
  if (socket === undefined) {
    socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: false });
    socket.on("data", gather);
    for (const event of ["end", "error", "close"]) socket.on(event, () => process.exit(0));
  }
  socket.ref();
  deliver();
}

/** The platform sends one event at a time, so what is gathered is one frame or less. */
function gather(chunk) {
  pieces.push(chunk);
  have += chunk.length;
  if (have < FIXED_BYTES) return;
  if (total === 0) {
    pieces = [pieces.length === 1 ? chunk : Buffer.concat(pieces)];
    total = FIXED_BYTES + pieces[0].readUInt32BE(0);
  }
  deliver();
}

function deliver() {
  if (waiting === undefined || total === 0 || have < total) return;
  const frame = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, have);
  const callback = waiting;
  waiting = undefined;
  pieces = [];
  have = total = 0;
  socket.unref();
  callback(parseInvoke(frame));
}

function parseInvoke(frame) {
  if (frame[4] !== INVOKE) return process.exit(70);
  const idEnd = FIXED_BYTES + frame[5];
  const headEnd = idEnd + frame.readUInt16BE(6);
  return {
    requestId: frame.toString("latin1", FIXED_BYTES, idEnd),
    meta: JSON.parse(frame.toString("utf8", idEnd, headEnd)),
    body: frame.subarray(headEnd),
  };
}

function sendBounded(type, requestId, head, payload, bytesMax) {
  const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  if (size > bytesMax) send(TOO_LARGE, requestId, String(size), undefined);
  else send(type, requestId, head, payload, size);
}

function send(type, requestId, head, payload, knownBytes) {
  const shortHead = head.length > 1000 ? head.slice(0, 1000) : head;
  const text = typeof payload === "string";
  const bodyBytes = knownBytes ?? (payload === undefined ? 0 : text ? Buffer.byteLength(payload) : payload.length);
  const headBytes = Math.min(Buffer.byteLength(shortHead), HEAD_BYTES_MAX);
  const start = FIXED_BYTES + requestId.length + headBytes;
  const frame = Buffer.allocUnsafe(start + bodyBytes);
  frame.writeUInt32BE(frame.length - FIXED_BYTES, 0);
  frame[4] = type;
  frame[5] = requestId.length;
  frame.writeUInt16BE(headBytes, 6);
  frame.latin1Write(requestId, FIXED_BYTES, requestId.length);
  frame.utf8Write(shortHead, FIXED_BYTES + requestId.length, headBytes);
  if (text) frame.utf8Write(payload, start, bodyBytes);
  else if (payload !== undefined) frame.set(payload, start);
  for (let at = 0; at < frame.length; ) at += retrying(() => writeSync(CHANNEL_FD, frame, at, frame.length - at));
}

/** The descriptor does not block: when the platform reads slower than we write, wait a little and try again. */
function retrying(call) {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (error.code !== "EAGAIN" && error.code !== "EINTR") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
