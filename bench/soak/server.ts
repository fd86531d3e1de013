// A server whose every trace is known: directories of its own, killable, and with an inspector that tells what its heap retains.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Place } from "./census.ts";

export interface WatchedServer extends Place {
  readonly endpoint: string;
  /** MB that are left of the main thread's heap when all garbage has been collected. */
  heapMb(): Promise<number>;
  /** In order; rejects when it does not end with 0. */
  stop(): Promise<void>;
  /** At once, without a chance to tidy up. */
  kill(): Promise<void>;
}

/** What it says to everybody. */
const BANNER = /^(For help, see|Debugger (attached|ending)|Fugaz \d|Developer mode)/;

/** Keeps its data in `<dir>/data`; resolves when it is ready. What it warns of goes to `onWarning`, a line at a time. */
export async function startWatched(dir: string, onWarning: (line: string) => void, flags: readonly string[] = []): Promise<WatchedServer> {
  const [dataDir, tmpDir] = [join(dir, "data"), join(dir, "tmp")];
  mkdirSync(tmpDir, { recursive: true });
  const bin = fileURLToPath(new URL("../../bin/fugaz.js", import.meta.url));
  const child = spawn(process.execPath, ["--inspect=127.0.0.1:0", bin, "start", "--port", "0", "--log-level", "warn", "--data-dir", dataDir, ...flags], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TMPDIR: tmpDir } });
  const exited = once(child, "exit");
  const inspector = Promise.withResolvers<string>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    const url = /^Debugger listening on (ws:\S+)$/.exec(line)?.[1];
    if (url) inspector.resolve(url);
    else if (!BANNER.test(line)) onWarning(line);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /^Fugaz is ready at (\S+)$/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    child.stdout.resume();
    return {
      pid: child.pid ?? 0, dataDir, tmpDir, endpoint,
      heapMb: async () => await retainedMb(await inspector.promise),
      stop: async () => {
        child.kill("SIGTERM");
        const [code] = await exited;
        if (code !== 0) throw new Error(`Fugaz did not stop cleanly (exit code ${String(code)})`);
      },
      kill: async () => {
        child.kill("SIGKILL");
        await exited;
      },
    };
  }
  throw new Error("Fugaz did not start");
}

async function retainedMb(url: string): Promise<number> {
  const socket = new WebSocket(url);
  const ask = (id: number, method: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      socket.addEventListener("message", ({ data }) => {
        const answer = JSON.parse(String(data)) as { readonly id?: number; readonly result?: unknown };
        if (answer.id === id) resolve(answer.result);
      });
      socket.addEventListener("close", () => reject(new Error("the inspector hung up")), { once: true });
      socket.send(JSON.stringify({ id, method }));
    });
  try {
    await once(socket, "open");
    await ask(1, "HeapProfiler.collectGarbage");
    const { usedSize } = (await ask(2, "Runtime.getHeapUsage")) as { readonly usedSize: number };
    return usedSize / 2 ** 20;
  } finally {
    socket.close();
  }
}
