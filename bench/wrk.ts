// Load by `wrk`, which takes a tenth of the processor that a client in Node takes: on few cores the client is a good part of what is measured.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface WrkRun {
  readonly perSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const run = promisify(execFile);

/** One thread, so many connections, for so many seconds; undefined when wrk is not installed. Rejects when an answer was none of success. */
export async function wrk(url: string, connections: number, seconds: number): Promise<WrkRun | undefined> {
  const output = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", url]).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!output) return undefined;
  const { stdout } = output;
  if (stdout.includes("Non-2xx")) throw new Error(stdout);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  return { perSecond: number(/Requests\/sec:\s+([\d.]+)/), requests: number(/(\d+) requests in/), p50Ms: timeMs(stdout, "50%"), p99Ms: timeMs(stdout, "99%") };
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

function timeMs(text: string, share: string): number {
  const [, value, unit = ""] = new RegExp(`^\\s+${share}\\s+([\\d.]+)(us|ms|s)$`, "m").exec(text) ?? [];
  return Number(value) * (UNITS[unit] ?? Number.NaN);
}
