// The language spoken over file descriptor 3: length-prefixed frames of raw bytes, parsed with a cursor so that size costs nothing but itself.

/**
 * What a frame means. `specialise`, `filled`, `invoke`, `recall` and `streamCredit` are sent by the platform, everything else by the wrapper inside.
 */
export const frameType = {
  /** To a program that is `latent`. Body: `{ env, cwd }` as JSON, all that the program shall find. */
  specialise: 0,
  /** To the program. Head: `InvokeMeta` as JSON; body: the event. */
  invoke: 1,
  /** The handler is loaded. Head: how many ms that took. */
  ready: 2,
  /** Head: error type; body: the error payload as the caller shall see it. */
  initError: 3,
  /** Head: how many µs the handler took, from the event's arrival to this answer. */
  result: 4,
  /** Head: error type; body: payload. The program goes on. */
  error: 5,
  /** Like `error`, but the program ends after it. */
  fatalError: 6,
  /** Head: the size in bytes of an answer that was over the limit. */
  tooLarge: 7,
  /** Head: level; body: one log message, which may have several lines. */
  log: 8,
  /** Head: `1` or `2`; body: raw bytes written to that descriptor by the language's own streams. */
  output: 9,
  /** The runtime is there and waits to become a function's. */
  latent: 10,
  /** To a program that was `latent`: the function's code is in place. */
  filled: 11,
  /** To the program: this event is not to be begun. One that has begun already goes on, and nothing is said. */
  recall: 12,
  /** The event that was called back has not been begun, and will not be. */
  returned: 13,
  /** Head: the content type. Only when the event's meta has a `streamWindowBytes`; a `result` without a body, or an error, still ends the invocation. */
  streamStart: 16,
  /** Uses up credit: its body's bytes and 64 more. */
  streamChunk: 17,
  /** The response is complete; the handler may still work. */
  streamEnd: 18,
  /** To the program. Head: so much more credit for chunks. */
  streamCredit: 19,
} as const;

/** What accompanies an event. */
export interface InvokeMeta {
  readonly invokedArn: string;
  readonly deadlineMs: number;
  readonly clientContext: string | undefined;
  readonly traceId: string | undefined;
  readonly responseBytesMax: number;
  /** The caller takes a stream: the credit it begins with. */
  readonly streamWindowBytes?: number;
}

export interface Frame {
  readonly type: number;
  readonly requestId: string;
  readonly head: string;
  /** A view into the received bytes: copy it to keep it longer than the frame's handling when it is small. */
  readonly body: Buffer;
}

/** Bytes before the variable part: u32 size of the rest, u8 type, u8 length of the request id, u16 length of the head; big-endian. */
const FIXED_BYTES = 8;

/** Id and head can not be longer than their length fields allow. */
const FRAME_OVERHEAD_BYTES_MAX = 255 + 65_535;

/** Everything of a frame but its body, which the caller writes after it without a copy. Throws RangeError when id or head do not fit. */
export const frameStart = (type: number, requestId: string, head: string, bodyBytes: number): Buffer => begun(type, requestId, head, bodyBytes, 0).frame;

/** A frame with a copy of its body. Throws RangeError when id or head do not fit. */
export function wholeFrame(type: number, requestId: string, head: string, body: Uint8Array): Buffer {
  const { frame, end } = begun(type, requestId, head, body.length, body.length);
  frame.set(body, end);
  return frame;
}

function begun(type: number, requestId: string, head: string, bodyBytes: number, roomBytes: number): { readonly frame: Buffer; readonly end: number } {
  const idBytes = Buffer.byteLength(requestId);
  const headBytes = Buffer.byteLength(head);
  if (idBytes > 255 || headBytes > 65_535) throw new RangeError("request id or head too long for a frame");
  const end = FIXED_BYTES + idBytes + headBytes;
  const frame = Buffer.allocUnsafe(end + roomBytes);
  frame.writeUInt32BE(idBytes + headBytes + bodyBytes, 0);
  frame[4] = type;
  frame[5] = idBytes;
  frame.writeUInt16BE(headBytes, 6);
  frame.write(requestId, FIXED_BYTES);
  frame.write(head, FIXED_BYTES + idBytes);
  return { frame, end };
}

/** The peer does not speak this protocol, or speaks too much. */
class BrokenFrame extends Error {
  override readonly name = "BrokenFrame";
}

/**
 * Turns received chunks into frames. A frame inside one chunk is a view of it; a larger one is gathered in one allocation of its own size.
 * Throws BrokenFrame on sizes over `bodyBytesMax` plus overhead or inconsistent lengths; it can not be used after that.
 */
export class FrameReader {
  readonly #restBytesMax: number;
  readonly #onFrame: (frame: Frame) => void;
  #held: Buffer[] | undefined;
  readonly #fixed = Buffer.allocUnsafe(FIXED_BYTES);
  #fixedFilled = 0;
  #rest: Buffer | undefined;
  #restFilled = 0;

  constructor(bodyBytesMax: number, onFrame: (frame: Frame) => void) {
    this.#restBytesMax = bodyBytesMax + FRAME_OVERHEAD_BYTES_MAX;
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#held) {
      at += this.#rest ? this.#fillRest(this.#rest, chunk, at) : this.#fillFixed(chunk, at);
    }
    if (at < chunk.length) this.#held?.push(chunk.subarray(at));
  }

  /** What comes after the present frame waits. */
  hold(): void {
    this.#held ??= [];
  }

  /** Goes on with what waits, until the next `hold`. */
  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const chunk of held) this.push(chunk);
  }

  #fillFixed(chunk: Buffer, at: number): number {
    const take = Math.min(FIXED_BYTES - this.#fixedFilled, chunk.length - at);
    chunk.copy(this.#fixed, this.#fixedFilled, at, at + take);
    this.#fixedFilled += take;
    if (this.#fixedFilled < FIXED_BYTES) return take;
    const size = this.#restSize();
    const start = at + take;
    if (size <= chunk.length - start) {
      this.#emit(chunk.subarray(start, start + size));
      return take + size;
    }
    this.#rest = Buffer.allocUnsafeSlow(size);
    this.#restFilled = 0;
    return take;
  }

  #fillRest(rest: Buffer, chunk: Buffer, at: number): number {
    const take = Math.min(rest.length - this.#restFilled, chunk.length - at);
    chunk.copy(rest, this.#restFilled, at, at + take);
    this.#restFilled += take;
    if (this.#restFilled === rest.length) {
      this.#rest = undefined;
      this.#emit(rest);
    }
    return take;
  }

  #restSize(): number {
    const size = this.#fixed.readUInt32BE(0);
    if (size > this.#restBytesMax) throw new BrokenFrame(`frame of ${size} bytes`);
    if (this.#fixed.readUInt8(5) + this.#fixed.readUInt16BE(6) > size) throw new BrokenFrame("frame shorter than its own head");
    return size;
  }

  #emit(rest: Buffer): void {
    const idEnd = this.#fixed.readUInt8(5);
    const headEnd = idEnd + this.#fixed.readUInt16BE(6);
    this.#fixedFilled = 0;
    this.#onFrame({
      type: this.#fixed.readUInt8(4),
      requestId: rest.toString("latin1", 0, idEnd),
      head: rest.toString("utf8", idEnd, headEnd),
      body: rest.subarray(headEnd),
    });
  }
}
