// The wrapper's side of the channel on file descriptor 3. Writes are synchronous, so that nothing said before a crash is lost,
// and the one read is only pending between invocations, so that an empty event loop still means what it means without a platform.
import { read, readSync, writeSync } from "node:fs";

const CHANNEL_FD = 3;
const FIXED_BYTES = 8;
const HEAD_BYTES_MAX = 65_535;
/** A longer log message travels in several frames; the platform cuts events at this size anyway. */
const LOG_BYTES_MAX = 256 * 1024;

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

/** Calls back with `{ requestId, meta, body }` when an event arrives; ends the process when the platform is gone. */
export function receiveInvoke(callback) {
  const first = Buffer.allocUnsafe(64 * 1024);
  const onRead = (error, bytes) => {
    if (error && (error.code === "EAGAIN" || error.code === "EINTR")) return setTimeout(() => read(CHANNEL_FD, first, 0, first.length, null, onRead), 1);
    if (error || bytes === 0) return process.exit(0);
    callback(parseInvoke(first, bytes));
  };
  read(CHANNEL_FD, first, 0, first.length, null, onRead);
}

function parseInvoke(first, filled) {
  let have = filled;
  while (have < FIXED_BYTES) have += readSome(first, have, FIXED_BYTES - have);
  const total = FIXED_BYTES + first.readUInt32BE(0);
  let frame = first;
  if (total > first.length) {
    frame = Buffer.allocUnsafeSlow(total);
    first.copy(frame, 0, 0, have);
  }
  while (have < total) have += readSome(frame, have, total - have);
  if (frame[4] !== INVOKE) return process.exit(70);
  const idEnd = FIXED_BYTES + frame[5];
  const headEnd = idEnd + frame.readUInt16BE(6);
  return {
    requestId: frame.toString("latin1", FIXED_BYTES, idEnd),
    meta: JSON.parse(frame.toString("utf8", idEnd, headEnd)),
    body: frame.subarray(headEnd, total),
  };
}

function readSome(buffer, offset, length) {
  const bytes = retrying(() => readSync(CHANNEL_FD, buffer, offset, length, null));
  return bytes === 0 ? process.exit(0) : bytes;
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

/** A descriptor that something made non-blocking says EAGAIN; wait a little and try again. */
function retrying(call) {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (error.code !== "EAGAIN" && error.code !== "EINTR") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
