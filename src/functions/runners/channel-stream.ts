// A response stream on the channel: the program may send as many bytes as it has credit for, so a slow caller slows it down and memory stays bounded.
import type { ResponseSink } from "../runner.ts";

/** Ours: bytes on their way at once. Enough for a fast stream, and all that a slow caller can make us hold beside the sink's own. */
export const STREAM_WINDOW_BYTES = 256 * 1024;
/** What a chunk counts beside its bytes, on both sides: very small ones cost us more than themselves. */
const CHUNK_OVERHEAD_BYTES = 64;
/** Credit is given back in portions, so that small chunks do not cost a frame each. */
const CREDIT_BYTES_MIN = STREAM_WINDOW_BYTES / 4;

export class ChannelStream {
  readonly #sink: ResponseSink;
  readonly #give: (bytes: number) => void;
  #opened = false;
  #ended = false;
  #allowed = STREAM_WINDOW_BYTES;
  #owed = 0;

  constructor(sink: ResponseSink, give: (bytes: number) => void) {
    this.#sink = sink;
    this.#give = give;
  }

  get opened(): boolean {
    return this.#opened;
  }

  open(contentType: string): void {
    if (this.#opened) throw new Error("a stream that starts twice");
    this.#opened = true;
    this.#sink.open(contentType);
  }

  /** Throws when the program sends what it may not. */
  take(chunk: Buffer): void {
    const cost = chunk.length + CHUNK_OVERHEAD_BYTES;
    this.#allowed -= cost;
    if (!this.#opened || this.#ended || this.#allowed < 0) throw new Error("a chunk that was not allowed");
    const pause = this.#sink.write(chunk);
    if (pause) void pause.then(() => this.#credit(cost));
    else this.#credit(cost);
  }

  end(): void {
    if (!this.#opened || this.#ended) throw new Error("the end of a stream that does not run");
    this.#ended = true;
    this.#sink.end();
  }

  #credit(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < CREDIT_BYTES_MIN || this.#ended) return;
    this.#allowed += this.#owed;
    this.#give(this.#owed);
    this.#owed = 0;
  }
}
