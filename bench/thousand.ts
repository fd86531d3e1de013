// A thousand functions that live at once, each with one idle instance: what they hold together, and whether a call notices how many there are.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { clientSettings } from "../src/main/cli/client.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { invocations, openCalls, type Calls } from "./calls.ts";
import { at, type Row } from "./load.ts";
import { memoryOf } from "./process-memory.ts";
import { processesBelow } from "./processes.ts";

const FEW = 10;
const MAKERS = 4;
const CALLS = 1000;
/** So long that each of the few is frozen again before its next turn, as each of the many is: the same work for both. */
const PACE_MS = 15;
const QUIET_MS = 5000;
/** What Linux counts processor time in, where nobody has compiled it otherwise. */
const TICK_MS = 10;

/** `dir` must be empty. */
export async function benchThousand(dir: string, count = 1000): Promise<readonly Row[]> {
  const server = await startChild(["--data-dir", join(dir, "thousand")]);
  try {
    const lambda = new LambdaClient(clientSettings({ endpoint: server.endpoint }));
    using calls = openCalls(server.endpoint, MAKERS);
    const emptyMb = privateMb(processesBelow(server.pid));
    await make(lambda, calls, 0, FEW);
    const few = await paced(calls, server.pid, FEW);
    const begunMs = systemClock.monotonicMs();
    await make(lambda, calls, FEW, count);
    const madeMs = systemClock.monotonicMs() - begunMs;
    const many = await paced(calls, server.pid, count);
    const before = processorMs(server.pid);
    await systemClock.sleep(QUIET_MS);
    const quietMs = processorMs(server.pid) - before;
    const below = processesBelow(server.pid);
    return [
      { what: `${count - FEW} functions created and called once, ${MAKERS} callers, each`, value: madeMs / (count - FEW), unit: "ms" },
      { what: `instances alive of ${count} functions`, value: await instances(server.endpoint), unit: "" },
      { what: "  their private memory, waiting cells included", value: privateMb(below) - emptyMb, unit: "MB" },
      { what: "  their processes", value: below.length, unit: "" },
      { what: "  the server's memory (RSS)", value: (await memoryOf(server.pid)).nowMb, unit: "MB" },
      { what: "  the server's descriptors", value: readdirSync(`/proc/${server.pid}/fd`).length, unit: "" },
      { what: "  the server's processor time while nobody calls", value: (quietMs / QUIET_MS) * 100, unit: "%" },
      ...compared(few, many, count),
    ];
  } finally {
    await server.stop();
  }
}

interface Paced {
  readonly tookMs: readonly number[];
  /** The server's processor time, a call's share of it. */
  readonly processorMs: number;
}

function compared(few: Paced, many: Paced, count: number): readonly Row[] {
  const figures = [["p50", ({ tookMs }: Paced) => at(tookMs, 0.5)], ["p99", ({ tookMs }: Paced) => at(tookMs, 0.99)], ["the server's processor time", (paced: Paced) => paced.processorMs]] as const;
  return figures.flatMap(([what, of]): Row[] => [
    { what: `warm Invoke of functions in turn, ${FEW} live instances, ${what}`, value: of(few), unit: "ms" },
    { what: `warm Invoke of functions in turn, ${count} live instances, ${what}`, value: of(many), unit: "ms" },
    { what: "  ratio", value: of(many) / of(few), unit: "x" },
  ]);
}

const nameOf = (n: number): string => `thousand-${n}`;

async function make(lambda: LambdaClient, calls: Calls, from: number, to: number): Promise<void> {
  const ZipFile = zipSync({ "index.mjs": strToU8("export const handler = async () => 'hello';") });
  let next = from;
  await Promise.all(Array.from({ length: MAKERS }, async () => {
    for (let n = next++; n < to; n = next++) {
      await lambda.send(new CreateFunctionCommand({ FunctionName: nameOf(n), Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 128 }));
      await calls.send("POST", invocations(nameOf(n)), "{}");
    }
  }));
}

async function paced(calls: Calls, pid: number, count: number): Promise<Paced> {
  const tookMs: number[] = [];
  const before = processorMs(pid);
  for (let n = 0; n < CALLS; n++) {
    await systemClock.sleep(PACE_MS);
    const begunMs = systemClock.monotonicMs();
    await calls.send("POST", invocations(nameOf(n % count)), "{}");
    tookMs.push(systemClock.monotonicMs() - begunMs);
  }
  return { tookMs: tookMs.toSorted((a, b) => a - b), processorMs: (processorMs(pid) - before) / CALLS };
}

async function instances(endpoint: string): Promise<number> {
  const metrics = await (await fetch(`${endpoint}/metrics`)).text();
  return [...metrics.matchAll(/^fugaz_instances\{.*\} (\d+)$/gm)].reduce((sum, [, number]) => sum + Number(number), 0);
}

/** Memory that no other process shares. */
const privateMb = (pids: readonly number[]): number => pids.flatMap((pid) => [...textOf(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_\w+:\s+(\d+) kB$/gm)]).reduce((kb, [, number]) => kb + Number(number), 0) / 1024;

/** All threads', in user and system mode. */
function processorMs(pid: number): number {
  const fields = textOf(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
