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

const SPECIALISE = 0;
const INVOKE = 1;
const READY = 2;
const INIT_ERROR = 3;
const RESULT = 4;
const ERROR = 5;
const FATAL_ERROR = 6;
const TOO_LARGE = 7;
const LOG = 8;
const OUTPUT = 9;
const LATENT = 10;
const FILLED = 11;
const RECALL = 12;
const RETURNED = 13;
const STREAM_START = 16;
const STREAM_CHUNK = 17;
const STREAM_END = 18;
const STREAM_CREDIT = 19;
/** One frame of a stream: small enough that the platform's window takes several. */
const STREAM_CHUNK_BYTES = 64 * 1024;
/** What a chunk uses up beside its bytes. */
const STREAM_CHUNK_OVERHEAD = 64;

/** `codeMs`: how long the function's own code took to load. */
export const sendReady = (codeMs) => send(READY, "", codeMs.toFixed(3), undefined);

/** `fatal` says that the process is about to end. */
export const sendError = (requestId, errorType, payload, fatal, bytesMax) =>
  sendBounded(fatal ? FATAL_ERROR : ERROR, requestId, errorType, payload, bytesMax);

export const sendInitError = (errorType, payload) => send(INIT_ERROR, "", errorType, payload);

/** `payload` is a string or bytes. The head tells how many µs have passed since the event came. */
export const sendResult = (requestId, payload, bytesMax) => sendBounded(RESULT, requestId, String(Math.round((performance.now() - deliveredMs) * 1000)), payload, bytesMax);

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
/** False during a rehearsal: nothing goes out. */
let heard = true;
let waiting;
let specialise;
let filled;
/** Events that arrived before anybody waited for them: the platform sends some ahead. */
const arrived = [];
let deliveredMs = 0;
let pieces = [];
let have = 0;
let stream;

/** Begins the response stream of an event, which may send `windowBytes` before the platform gives credit; returns what names it. */
export function openStream(requestId, contentType, windowBytes) {
  stream = { requestId, credit: windowBytes, blocked: undefined };
  send(STREAM_START, requestId, contentType, undefined);
  return stream;
}

/** Sends bytes as credit allows; `done` is called when all are sent. While they wait, the platform's answer keeps the event loop alive. */
export function sendChunk(to, bytes, done) {
  for (let at = 0; at < bytes.length; ) {
    if (to.credit <= STREAM_CHUNK_OVERHEAD) {
      to.blocked = () => sendChunk(to, bytes.subarray(at), done);
      return socket.ref();
    }
    const end = Math.min(bytes.length, at + Math.min(to.credit - STREAM_CHUNK_OVERHEAD, STREAM_CHUNK_BYTES));
    send(STREAM_CHUNK, to.requestId, "", bytes.subarray(at, end));
    to.credit -= end - at + STREAM_CHUNK_OVERHEAD;
    at = end;
  }
  done();
}

export const endStream = ({ requestId }) => send(STREAM_END, requestId, "", undefined);

/** Calls back once with `{ requestId, meta, body }` when an event arrives; ends the process when the platform is gone. */
export function receiveInvoke(callback) {
  waiting = callback;
  listen();
  // Never within the handler before it, which may have more to do after its answer.
  if (arrived.length > 0) queueMicrotask(deliver);
}

/** Tells that this process waits to become a function's; calls back with `{ env, cwd }` when it shall, and resolves when the function's code is in place as well. */
export function receiveSettings(callback) {
  listen();
  specialise = callback;
  send(LATENT, "", "", undefined);
  return new Promise((resolve) => {
    filled = resolve;
  });
}

/** Runs `work` with nobody listening; what else would come from the platform comes by the methods of its argument. */
export async function rehearse(work) {
  const arrives = (type, head, value) => gather(encode(type, "", head, JSON.stringify(value)));
  heard = false;
  await work({
    settings: (settings) => arrives(SPECIALISE, "", settings),
    filled: () => arrives(FILLED, "", null),
    event: (meta) => arrives(INVOKE, JSON.stringify(meta), {}),
  });
  heard = true;
}

function listen() {
  if (socket === undefined) {
    socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: false });
    socket.on("data", gather);
    for (const event of ["end", "error", "close"]) socket.on(event, () => process.exit(0));
  }
  socket.ref();
}

function gather(chunk) {
  pieces.push(chunk);
  have += chunk.length;
  for (let frame = takeFrame(); frame !== undefined; frame = takeFrame()) {
    if (frame[4] === STREAM_CREDIT) takeCredit(parse(frame));
    else if (frame[4] === INVOKE) take(parse(frame));
    else if (frame[4] === RECALL) giveBack(parse(frame).requestId);
    else if (frame[4] === SPECIALISE && specialise !== undefined) specialise(JSON.parse(parse(frame).body.toString("utf8")));
    else if (frame[4] === FILLED && specialise !== undefined) takeFilled();
    else process.exit(70);
  }
}

/** Begins it when its turn is now: whoever is waited for can not be called back by what follows. */
function take(event) {
  arrived.push(event);
  deliver();
}

function takeFrame() {
  if (have < FIXED_BYTES) return undefined;
  if (pieces[0].length < FIXED_BYTES) pieces = [Buffer.concat(pieces)];
  const total = FIXED_BYTES + pieces[0].readUInt32BE(0);
  if (have < total) return undefined;
  const all = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, have);
  have -= total;
  pieces = have === 0 ? [] : [all.subarray(total)];
  return all.subarray(0, total);
}

function takeFilled() {
  specialise = undefined;
  socket.unref();
  // In a turn of its own: the stack of an error shows from where the code was loaded.
  setImmediate(filled);
}

function giveBack(requestId) {
  const at = arrived.findIndex((event) => event.requestId === requestId);
  if (at < 0) return;
  arrived.splice(at, 1);
  send(RETURNED, requestId, "", undefined);
}

function takeCredit({ requestId, head }) {
  if (stream === undefined || stream.requestId !== requestId) return;
  stream.credit += Number(head);
  const { blocked } = stream;
  if (blocked === undefined) return;
  stream.blocked = undefined;
  socket.unref();
  blocked();
}

function deliver() {
  if (waiting === undefined || arrived.length === 0) return;
  const { requestId, head, body } = arrived.shift();
  const callback = waiting;
  waiting = undefined;
  socket.unref();
  deliveredMs = performance.now();
  callback({ requestId, meta: JSON.parse(head), body });
}

function parse(frame) {
  const idEnd = FIXED_BYTES + frame[5];
  const headEnd = idEnd + frame.readUInt16BE(6);
  return { requestId: frame.toString("latin1", FIXED_BYTES, idEnd), head: frame.toString("utf8", idEnd, headEnd), body: frame.subarray(headEnd) };
}

function sendBounded(type, requestId, head, payload, bytesMax) {
  const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  if (size > bytesMax) send(TOO_LARGE, requestId, String(size), undefined);
  else send(type, requestId, head, payload, size);
}

function send(type, requestId, head, payload, knownBytes) {
  const frame = encode(type, requestId, head, payload, knownBytes);
  for (let at = heard ? 0 : frame.length; at < frame.length; ) at += retrying(() => writeSync(CHANNEL_FD, frame, at, frame.length - at));
}

function encode(type, requestId, head, payload, knownBytes) {
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
  return frame;
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
