// Connections whose requests are plain (see head.ts), read and answered without Node's HTTP server and its streams, which cost more than
// all that we do for a short request. The first request that is not plain hands its connection over to Node's server, for the rest of its life.
import type { Socket } from "node:net";
import type { Clock } from "../../kernel/clock.ts";
import { PlainAnswer } from "./answer.ts";
import { type PlainHead, readPlainHead } from "./head.ts";

/** A plain request, whole; it has the shape of Node's. */
export interface PlainRequest extends PlainHead {
  readonly httpVersionMajor: 1;
  readonly complete: true;
  readonly whole: Uint8Array;
}

export interface PlainConnectionsDeps {
  readonly clock: Clock;
  /** Silence within a body after which others see to it. */
  readonly bodyIdleMs: number;
  /** Silence between requests that ends a connection. */
  readonly keepAliveMs: number;
  readonly serve: (request: PlainRequest, answer: PlainAnswer, socket: Socket) => void;
  /** Goes on with a connection whose unread bytes are back in its socket. */
  readonly handOver: (socket: Socket) => void;
}

export interface PlainConnections {
  /** Takes a connection whose first bytes have been put back. */
  take(socket: Socket): void;
  /** Ends connections that have no request under way, now and from now on. */
  close(): void;
}

/** Ours: idle connections are looked for so often. */
const SWEEP_MS = 5_000;

export function openPlainConnections(deps: PlainConnectionsDeps): PlainConnections {
  const connections = new Set<Connection>();
  let closing = false;
  let sweeping = false;
  const sweep = (): void => {
    const nowMs = deps.clock.monotonicMs();
    for (const connection of connections) connection.endIfIdleSince(nowMs - deps.keepAliveMs);
    sweeping = connections.size > 0 && !closing;
    if (sweeping) deps.clock.after(Math.min(SWEEP_MS, deps.keepAliveMs), sweep);
  };
  return {
    take: (socket) => {
      const connection = new Connection(socket, deps, { isClosing: () => closing, onGone: () => connections.delete(connection) });
      connections.add(connection);
      if (sweeping) return;
      sweeping = true;
      deps.clock.after(Math.min(SWEEP_MS, deps.keepAliveMs), sweep);
    },
    close: () => {
      closing = true;
      for (const connection of connections) connection.endIfIdleSince(Infinity);
    },
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #deps: PlainConnectionsDeps;
  readonly #house: { readonly isClosing: () => boolean; readonly onGone: () => void };
  /** Under way. */
  #answer: PlainAnswer | undefined;
  /** Bytes that belong to the next request, and its head when that has been read. */
  #unread: Buffer | undefined;
  #head: PlainHead | undefined;
  #cancelIdle: (() => void) | undefined;
  #usedMs: number;

  constructor(socket: Socket, deps: PlainConnectionsDeps, house: { readonly isClosing: () => boolean; readonly onGone: () => void }) {
    this.#socket = socket;
    this.#deps = deps;
    this.#house = house;
    this.#usedMs = deps.clock.monotonicMs();
    socket.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onClose);
  }

  /** One that waits in the middle of a request is idle, too, when it has waited for so long. */
  endIfIdleSince(sinceMs: number): void {
    if (!this.#answer && this.#usedMs <= sinceMs) this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#unread = this.#unread ? Buffer.concat([this.#unread, chunk]) : chunk;
    // Requests on one connection are answered in turn.
    if (this.#answer) this.#socket.pause();
    else this.#readNext();
  };

  /** Who ends their side in the middle of a request has left. */
  readonly #onEnd = (): void => void this.#socket.destroy();

  readonly #onClose = (): void => {
    this.#cancelIdle?.();
    this.#house.onGone();
    this.#answer?.lost();
  };

  #readNext(): void {
    const bytes = this.#unread;
    if (!bytes || this.#answer) return;
    const head = (this.#head ??= readPlainHead(bytes));
    if (!head) return this.#handOver();
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    const end = head.headBytes + head.bodyBytes;
    if (bytes.length < end) {
      this.#cancelIdle = this.#deps.clock.after(this.#deps.bodyIdleMs, () => this.#handOver());
      return;
    }
    this.#head = undefined;
    this.#unread = bytes.length > end ? bytes.subarray(end) : undefined;
    const answer = new PlainAnswer({ socket: this.#socket, method: head.method, nowMs: () => this.#deps.clock.now(), keepSeconds: this.#deps.keepAliveMs / 1000, onSent: (last) => this.#onSent(last) }, head.lastOne);
    this.#answer = answer;
    this.#deps.serve({ ...head, httpVersionMajor: 1, complete: true, whole: bytes.subarray(head.headBytes, end) }, answer, this.#socket);
  }

  #onSent(last: boolean): void {
    this.#answer = undefined;
    this.#usedMs = this.#deps.clock.monotonicMs();
    if (last || this.#house.isClosing()) return this.#socket.destroySoon();
    if (this.#socket.isPaused()) this.#socket.resume();
    // In a turn of its own: many requests sent in one go must not pile up calls.
    if (this.#unread) setImmediate(() => this.#readNext());
  }

  #handOver(): void {
    const socket = this.#socket;
    this.#cancelIdle?.();
    this.#house.onGone();
    socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
    if (socket.destroyed) return;
    if (this.#unread) socket.unshift(this.#unread);
    this.#deps.handOver(socket);
  }
}
