// Hands a subscriber its events in batches, in order, with retries, in bounded memory; what can not be delivered is counted and told.
import { connect, type Socket } from "node:net";
import type { Clock } from "../../kernel/clock.ts";
import type { Buffering, Destination } from "./subscription.ts";

export interface Dropped {
  readonly records: number;
  readonly bytes: number;
}

export interface Delivery {
  /** One event as JSON; never waits. */
  push(text: string): void;
  /** Sends what waits, now; resolves when it is taken or given up. */
  flush(): Promise<void>;
  /** While the sandbox is frozen nobody inside can take anything. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Ours: tries per batch, the wait before the second, and how long one may take. */
const TRIES_MAX = 5;
const RETRY_MS = 100;
const TRY_MS_MAX = 5000;
/** Ours: this many full buffers wait for a slow subscriber; what comes then is dropped. */
const BUFFERS_MAX = 2;
/** The sandbox shares this host's network for now: what listens inside listens here. */
const HOST = "127.0.0.1";

/** `onDropped` is told once delivery works again, so that its report has a chance to arrive. */
export function openDelivery(destination: Destination, buffering: Buffering, clock: Clock, onDropped: (dropped: Dropped) => void): Delivery {
  const line = destination.kind === "http" ? httpLine(destination) : tcpLine(destination);
  let waiting: string[] = [];
  let bytes = 0;
  let dropped = { records: 0, bytes: 0 };
  let cancelTimer: (() => void) | undefined;
  let sending: Promise<void> | undefined;
  let paused: PromiseWithResolvers<void> | undefined;
  const closing = new AbortController();

  const drop = (records: number, lostBytes: number): void => {
    dropped = { records: dropped.records + records, bytes: dropped.bytes + lostBytes };
  };
  const take = (): readonly string[] => {
    let size = 0;
    let count = 0;
    while (count < waiting.length && count < buffering.maxItems && (count === 0 || size + byteLength(waiting[count]) <= buffering.maxBytes)) size += byteLength(waiting[count++]);
    bytes -= size;
    return waiting.splice(0, count);
  };
  const sendBatch = async (batch: readonly string[]): Promise<void> => {
    for (let tries = 1; !closing.signal.aborted; tries++) {
      await paused?.promise;
      const late = new AbortController();
      const cancel = clock.after(TRY_MS_MAX, () => late.abort());
      try {
        await line.send(batch, AbortSignal.any([closing.signal, late.signal]));
        if (dropped.records === 0) return;
        const report = dropped;
        dropped = { records: 0, bytes: 0 };
        return onDropped(report);
      } catch {
        if (tries === TRIES_MAX) break;
        await clock.sleep(RETRY_MS * 2 ** (tries - 1), closing.signal).catch(() => undefined);
      } finally {
        cancel();
      }
    }
    drop(batch.length, batch.reduce((sum, text) => sum + byteLength(text), 0));
  };
  const drain = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    // What comes while this batch travels may wait for company again.
    const until = waiting.length;
    for (let sent = 0; sent < until && waiting.length > 0; ) {
      const batch = take();
      sent += batch.length;
      await sendBatch(batch);
    }
  };
  const start = (): Promise<void> => {
    sending ??= drain().finally(() => {
      sending = undefined;
      schedule();
    });
    return sending;
  };
  const schedule = (): void => {
    if (waiting.length === 0 || sending || closing.signal.aborted) return;
    if (waiting.length >= buffering.maxItems || bytes >= buffering.maxBytes) void start();
    else cancelTimer ??= clock.after(buffering.timeoutMs, () => void start());
  };
  return {
    push: (text) => {
      const size = byteLength(text);
      if (waiting.length >= BUFFERS_MAX * buffering.maxItems || bytes + size > BUFFERS_MAX * buffering.maxBytes) return drop(1, size);
      waiting.push(text);
      bytes += size;
      schedule();
    },
    flush: async () => {
      await sending;
      if (waiting.length > 0) await start();
    },
    pause: () => {
      paused ??= Promise.withResolvers();
    },
    resume: () => {
      paused?.resolve();
      paused = undefined;
    },
    close: () => {
      closing.abort();
      cancelTimer?.();
      paused?.resolve();
      waiting = [];
      bytes = 0;
      line.close();
    },
  };
}

const byteLength = (text: string | undefined): number => Buffer.byteLength(text ?? "");

interface Line {
  /** Resolves when the subscriber has taken the batch. */
  send(batch: readonly string[], signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A JSON array per POST. */
function httpLine({ port, path }: Extract<Destination, { readonly kind: "http" }>): Line {
  const { Agent, request } = process.getBuiltinModule("node:http");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (batch, signal) =>
      new Promise((resolve, reject) => {
        const body = `[${batch.join(",")}]`;
        const headers = { Host: `sandbox.localdomain:${port}`, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
        const sent = request({ host: HOST, port, path, method: "POST", agent, headers, signal }, (response) => {
          response.resume();
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve();
          else reject(new Error(`status ${status}`));
        });
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** One JSON text per line over one connection. */
function tcpLine({ port }: Extract<Destination, { readonly kind: "tcp" }>): Line {
  let open: Socket | undefined;
  const connected = (): Socket => {
    const socket = connect(port, HOST);
    const gone = (): void => {
      if (open === socket) open = undefined;
    };
    return socket.on("error", gone).on("close", gone);
  };
  return {
    send: (batch, signal) =>
      new Promise((resolve, reject) => {
        const socket = (open ??= connected());
        const settle = (error?: Error | null): void => {
          socket.off("error", settle);
          signal.removeEventListener("abort", onAbort);
          if (!error) return resolve();
          socket.destroy();
          reject(error);
        };
        const onAbort = (): void => settle(new Error("not taken in time"));
        socket.on("error", settle);
        signal.addEventListener("abort", onAbort, { once: true });
        socket.write(`${batch.join("\n")}\n`, settle);
      }),
    close: () => open?.destroy(),
  };
}
