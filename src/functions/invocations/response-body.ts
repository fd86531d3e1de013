// A streamed response between the function that writes it and the caller who reads it: a bounded queue that paces, counts and ends honestly.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { ResponseSink } from "../runner.ts";

/** Thrown to the reader where a response breaks off; the invocation's result says why. */
export class ResponseBroken extends Error {
  override readonly name = "ResponseBroken";
}

export interface StreamBounds {
  readonly bytesMax: number;
  readonly bytesPerSecond: number;
}

/** Ours: with this much unread, the function waits. What the runner has on its way comes on top. */
const UNREAD_BYTES_MAX = 64 * 1024;

/**
 * Written by a runner, read once by iterating. A reader that leaves stops nothing: the function goes on and its bytes are dropped.
 * Everything written before a break is read before the break is.
 */
export class ResponseBody implements ResponseSink, AsyncIterable<Uint8Array> {
  /** Known once the event has an instance. */
  executedVersion = "$LATEST";
  contentType: string | undefined;
  /** All that the function has written, read or dropped. */
  sizeBytes = 0;
  /** The function wrote more than it may; the reader has seen a break. */
  tooLarge = false;
  readonly bytesMax: number;
  /** Resolves when the function begins to stream; never when it does not. */
  readonly opened: Promise<void>;
  readonly #pace: Pace;
  readonly #clock: Clock;
  readonly #open = Promise.withResolvers<void>();
  #chunks: Uint8Array[] = [];
  #unreadBytes = 0;
  #state: "open" | "ended" | "broken" | "abandoned" = "open";
  #onChange: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, { bytesMax, bytesPerSecond }: StreamBounds) {
    this.#clock = clock;
    this.bytesMax = bytesMax;
    this.opened = this.#open.promise;
    this.#pace = new Pace(clock, limits.functions.streamBurstBytes, bytesPerSecond);
  }

  open(contentType: string): void {
    this.contentType = contentType;
    this.#open.resolve();
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.sizeBytes += chunk.length;
    if (this.#state !== "open") return undefined;
    if (this.sizeBytes > this.bytesMax) {
      this.tooLarge = true;
      this.#become("broken");
      return undefined;
    }
    this.#chunks.push(chunk);
    this.#unreadBytes += chunk.length;
    this.#onChange?.();
    return this.#pause(this.#pace.take(chunk.length));
  }

  end(): void {
    if (this.#state === "open") this.#become("ended");
  }

  /** Nothing more comes, and what has come is not whole. */
  break(): void {
    if (this.#state === "open") this.#become("broken");
  }

  /** Nobody reads on: what is there and what comes is dropped, and the function no longer waits. */
  abandon(): void {
    this.#chunks = [];
    this.#unreadBytes = 0;
    if (this.#state === "open") this.#become("abandoned");
  }

  // Not a generator: one that never began to run would not notice that its reader has left.
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.abandon();
        return { done: true, value: undefined };
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#unreadBytes -= chunk.length;
        if (this.#unreadBytes < UNREAD_BYTES_MAX) this.#resume();
        return { done: false, value: chunk };
      }
      if (this.#state === "broken") throw new ResponseBroken("the response broke off");
      if (this.#state !== "open") return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    }
  }

  #become(state: "ended" | "broken" | "abandoned"): void {
    this.#state = state;
    this.#onChange?.();
    this.#resume();
  }

  #pause(paceMs: number): Promise<void> | undefined {
    const full = this.#unreadBytes >= UNREAD_BYTES_MAX;
    if (paceMs <= 0 && !full) return undefined;
    const room = full ? new Promise<void>((resolve) => this.#waiting.push(resolve)) : undefined;
    return paceMs > 0 ? this.#clock.sleep(paceMs).then(() => room) : room;
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

/** A bucket of bytes that may be overdrawn: the debt is paid by waiting. */
class Pace {
  readonly #clock: Clock;
  readonly #burstBytes: number;
  readonly #bytesPerSecond: number;
  #bytes: number;
  #filledMs: number;

  constructor(clock: Clock, burstBytes: number, bytesPerSecond: number) {
    this.#clock = clock;
    this.#burstBytes = burstBytes;
    this.#bytesPerSecond = bytesPerSecond;
    this.#bytes = burstBytes;
    this.#filledMs = clock.monotonicMs();
  }

  /** How long to wait after so many bytes, in ms. */
  take(bytes: number): number {
    if (this.#bytesPerSecond === Infinity) return 0;
    const nowMs = this.#clock.monotonicMs();
    this.#bytes = Math.min(this.#burstBytes, this.#bytes + ((nowMs - this.#filledMs) / 1000) * this.#bytesPerSecond) - bytes;
    this.#filledMs = nowMs;
    return this.#bytes >= 0 ? 0 : (-this.#bytes / this.#bytesPerSecond) * 1000;
  }
}
