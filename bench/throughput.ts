// Warm calls by URL under `wrk`, beside the bare relay, in turns: how many, how soon, and what each costs whom in processor time.
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { clientSettings } from "../src/main/cli/client.ts";
import { belowUs, cpuTimeOf } from "./cpu-time.ts";
import { serveByUrl } from "./hello-url.ts";
import { at, type Row } from "./load.ts";
import { startRelay } from "./start-relay.ts";
import { wrk, type WrkRun } from "./wrk.ts";

const ROUNDS = 5;
const WARM_SECONDS = 3;
const ROUND_SECONDS = 2;

interface Turn extends WrkRun {
  readonly mainThreadUs: number;
  readonly otherThreadsUs: number;
  readonly belowUs: number;
}

/** `pid`: the server's. */
export async function benchThroughput(settings: ReturnType<typeof clientSettings>, pid: number): Promise<readonly Row[]> {
  const url = await serveByUrl(new LambdaClient(settings), "bench-throughput");
  using relay = await startRelay();
  const rows: Row[] = [];
  for (const connections of [1, 32]) {
    const turns = { url: [] as Turn[], relay: [] as Turn[] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, target] of [["relay", relay], ["url", { url, pid }]] as const) {
        const turn = await take(target, connections, round < 0 ? WARM_SECONDS : ROUND_SECONDS);
        if (!turn) return [{ what: "function URL warm, wrk: not measured, as wrk is not installed", value: Number.NaN, unit: "" }];
        if (round >= 0) turns[name].push(turn);
      }
    }
    rows.push(...rowsOf(turns, connections));
  }
  return rows;
}

async function take(target: { readonly url: string; readonly pid: number }, connections: number, seconds: number): Promise<Turn | undefined> {
  const before = cpuTimeOf(target.pid);
  const run = await wrk(target.url, connections, seconds);
  if (!run) return undefined;
  const after = cpuTimeOf(target.pid);
  const each = (us: number): number => us / run.requests;
  return { ...run, mainThreadUs: each(after.mainThreadUs - before.mainThreadUs), otherThreadsUs: each(after.otherThreadsUs - before.otherThreadsUs), belowUs: each(belowUs(before, after)) };
}

function rowsOf(turns: { readonly url: readonly Turn[]; readonly relay: readonly Turn[] }, connections: number): readonly Row[] {
  const row = (what: string, of: readonly Turn[], figure: (turn: Turn) => number, unit: string, goal?: string): Row => {
    const samples = of.map(figure).toSorted((a, b) => a - b);
    return { what: `${what}, wrk -t1 -c${connections}`, value: at(samples, 0.5), unit, samples, ...(goal === undefined ? {} : { goal }) };
  };
  const alone = connections === 1;
  const urls = row("function URL warm, Node", turns.url, ({ perSecond }) => perSecond, "/s", alone ? undefined : ">= 10000");
  const relays = row("bare relay over a socket", turns.relay, ({ perSecond }) => perSecond, "/s");
  const ratio: Row = { what: `function URL warm / bare relay, wrk -t1 -c${connections}`, value: urls.value / relays.value, unit: "x", ...(alone ? {} : { goal: ">= 0.5" }) };
  return [
    urls, relays, ratio,
    row("function URL warm, Node, p50", turns.url, ({ p50Ms }) => p50Ms, "ms", alone ? "<= 0.4" : undefined),
    row("function URL warm, Node, p99", turns.url, ({ p99Ms }) => p99Ms, "ms", alone ? "<= 2" : undefined),
    row("processor per call: the server's main thread", turns.url, ({ mainThreadUs }) => mainThreadUs, "us"),
    row("processor per call: the server's other threads", turns.url, ({ otherThreadsUs }) => otherThreadsUs, "us"),
    row("processor per call: sandboxes", turns.url, ({ belowUs: us }) => us, "us"),
    row("processor per call: the bare relay, both processes", turns.relay, ({ mainThreadUs, otherThreadsUs, belowUs: us }) => mainThreadUs + otherThreadsUs + us, "us"),
  ];
}
