// The framed log that the official runtime clients write to `_LAMBDA_TELEMETRY_LOG_FD`: a message of several lines stays one event.
import { limits } from "../../kernel/limits.ts";

/** The descriptor that is offered to programs that speak the runtime API: the channel's, which only our wrappers use otherwise. */
export const LOG_FD = 3;

/** Type, length, and microseconds since the epoch, big-endian. The time is not used: lines have the time at which they arrive, so that their order is one. */
const HEAD_BYTES = 16;
/** The low byte of the type holds format and level: 1 or 3 text, 2 JSON; the level in steps of four above. */
const TYPE_START = 0xa55a00;
/** Ours: what one message may have; longer ones are cut into events of this size, as lines are. */
const PIECE_BYTES_MAX = limits.functions.logLineBytesMax;

/** Turns what arrives into messages. Bytes that are no frame end the reading: `push` then answers false, and nothing more is understood. */
export class LogFrames {
  readonly #onMessage: (text: string) => void;
  #head = Buffer.alloc(0);
  #body: Buffer[] = [];
  #left = 0;
  #have = 0;

  constructor(onMessage: (text: string) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): boolean {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        const taken = HEAD_BYTES - this.#head.length;
        this.#head = Buffer.concat([this.#head, rest.subarray(0, taken)]);
        rest = rest.subarray(taken);
        if (this.#head.length < HEAD_BYTES) return true;
        if (this.#head.readUInt32BE(0) >>> 8 !== TYPE_START) return false;
        this.#left = this.#head.readUInt32BE(4);
        this.#head = Buffer.alloc(0);
        if (this.#left === 0) this.#emit();
        continue;
      }
      const piece = rest.subarray(0, Math.min(this.#left, PIECE_BYTES_MAX - this.#have));
      rest = rest.subarray(piece.length);
      this.#body.push(piece);
      this.#have += piece.length;
      this.#left -= piece.length;
      if (this.#left === 0 || this.#have === PIECE_BYTES_MAX) this.#emit();
    }
    return true;
  }

  #emit(): void {
    const text = Buffer.concat(this.#body, this.#have).toString("utf8");
    this.#body = [];
    this.#have = 0;
    this.#onMessage(text);
  }
}
