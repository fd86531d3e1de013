// A request's body apart from its socket: whoever gives up on the body must still be able to send the answer.
import { Readable } from "node:stream";
import type { Clock } from "../kernel/clock.ts";
import { fault } from "../kernel/fault.ts";

export interface RequestBodyOptions {
  readonly clock: Clock;
  /** A reader that waits this long for the client's next byte gets a RequestTimeout fault. */
  readonly idleMs: number;
  /** Runs once, before the first byte is asked for: sends `100 Continue`. */
  readonly beforeFirstRead?: (() => void) | undefined;
  /** Runs once a short body is there, whole. */
  readonly afterLastRead?: (() => void) | undefined;
}

/**
 * Reads `source` (an h1 or h2 request) with back-pressure. Destroying it stops the reading and leaves the connection alone.
 * Fails with the fault IncompleteBody when the client goes away and RequestTimeout when it falls silent (S3's own words).
 */
export class RequestBody extends Readable {
  readonly #source: Readable;
  readonly #options: RequestBodyOptions;
  #attached = false;
  #lastByteMs = 0;
  #cancelIdle: (() => void) | undefined;

  constructor(source: Readable, options: RequestBodyOptions) {
    super();
    this.#source = source;
    this.#options = options;
  }

  override _read(): void {
    if (this.#attached) {
      this.#lastByteMs = this.#options.clock.monotonicMs();
      this.#source.resume();
      return;
    }
    this.#attached = true;
    if (this.#source.destroyed && !this.#source.readableEnded) return this.#onLost();
    this.#options.beforeFirstRead?.();
    this.#source.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onLost).on("close", this.#onLost);
    this.#lastByteMs = this.#options.clock.monotonicMs();
    this.#watch(this.#options.idleMs);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#detach();
    done(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#lastByteMs = this.#options.clock.monotonicMs();
    if (!this.push(chunk)) this.#source.pause();
  };

  readonly #onEnd = (): void => {
    this.#detach();
    this.push(null);
  };

  readonly #onLost = (): void => void this.destroy(incomplete());

  #watch(ms: number): void {
    const { clock, idleMs } = this.#options;
    this.#cancelIdle = clock.after(ms, () => {
      // Full buffers mean that our own reader is the slow one.
      if (this.#source.isPaused() || this.readableLength > 0) return this.#watch(idleMs);
      const silentMs = clock.monotonicMs() - this.#lastByteMs;
      if (silentMs < idleMs) return this.#watch(idleMs - silentMs);
      this.destroy(timedOut());
    });
  }

  #detach(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    if (!this.#attached) return;
    const source = this.#source;
    source.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onLost).off("close", this.#onLost);
    // An error after this is nobody's news, but without a listener it would end the process.
    source.on("error", ignore);
    if (!source.readableEnded) source.pause();
  }
}

/** The same for a body of so many bytes, at least one, that is wanted whole; without a stream of its own it costs a tenth. */
export function readShortBody(source: Readable, bytes: number, { clock, idleMs, beforeFirstRead, afterLastRead }: RequestBodyOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (source.destroyed) return reject(incomplete());
    const chunks: Buffer[] = [];
    let missing = bytes;
    const onLost = (): void => finish(() => reject(incomplete()));
    const timeOut = (): void => finish(() => reject(timedOut()));
    let cancelIdle = clock.after(idleMs, timeOut);
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      missing -= chunk.length;
      if (missing <= 0) {
        afterLastRead?.();
        return finish(() => resolve(chunks.length === 1 ? chunk : Buffer.concat(chunks)));
      }
      cancelIdle();
      cancelIdle = clock.after(idleMs, timeOut);
    };
    const finish = (settle: () => void): void => {
      cancelIdle();
      // It goes on flowing to its end, which follows at once, so that the connection is ready for the next request.
      source.off("data", onData).off("close", onLost);
      settle();
    };
    beforeFirstRead?.();
    source.on("data", onData).on("close", onLost);
  });
}

const incomplete = (): Error => fault("IncompleteBody", { message: "The request body terminated unexpectedly", status: 400 });
const timedOut = (): Error =>
  fault("RequestTimeout", { message: "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.", status: 400 });

function ignore(): void {}
