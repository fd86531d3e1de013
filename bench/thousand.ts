// A thousand functions that live at once, each with one idle instance: what they hold together, and whether calls notice how many there are.
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
const ROUNDS = 300;
/** Longer than it takes until an idle instance is frozen: each paced call thaws one, however many there are. */
const PACE_MS = 15;
const MAKERS = 4;

/** Of functions of which each is called at long intervals, `count` live at once. `dir` must be empty. */
export async function benchThousand(dir: string, count = 1000): Promise<readonly Row[]> {
  const server = await startChild(["--data-dir", join(dir, "thousand")]);
  try {
    const lambda = new LambdaClient(clientSettings({ endpoint: server.endpoint }));
    using calls = openCalls(server.endpoint, MAKERS);
    const emptyMb = privateMb(processesBelow(server.pid));
    const begun = systemClock.monotonicMs();
    await make(lambda, calls, 0, FEW);
    const few = await paced(calls, FEW);
    const fewBusy = await warm(calls, FEW);
    const making = systemClock.monotonicMs();
    await make(lambda, calls, FEW, count);
    const madeMs = systemClock.monotonicMs() - making;
    void begun;
    const many = await paced(calls, count);
    const manyBusy = await warm(calls, count);
    const live = await figure(server.endpoint, 'fugaz_instances');
    const idleFrom = cpuMs(server.pid);
    await systemClock.sleep(5000);
    const idleCpuMs = cpuMs(server.pid) - idleFrom;
    const below = processesBelow(server.pid);
    const rows: Row[] = [
      { what: `${count - FEW} functions made and called once`, value: madeMs / 1000, unit: "s" },
      { what: `instances alive of ${count} functions`, value: live, unit: "" },
      { what: "  processes of theirs", value: below.length, unit: "" },
      { what: "  their private memory, waiting cells included", value: privateMb(below) - emptyMb, unit: "MB" },
      { what: "  the server (RSS)", value: (await memoryOf(server.pid)).nowMb, unit: "MB" },
      { what: "  the server's descriptors", value: readdirSync(`/proc/${server.pid}/fd`).length, unit: "" },
      { what: "  the server's processor time while nobody calls", value: idleCpuMs / 50, unit: "%" },
    ];
    for (const [what, one, other] of [["each asleep before", few, many], ["one after the other", fewBusy, manyBusy]] as const) {
      for (const share of [0.5, 0.99]) {
        rows.push({ what: `warm Invoke, ${what}, ${FEW} functions, p${share * 100}`, value: at(one, share), unit: "ms" });
        rows.push({ what: `warm Invoke, ${what}, ${count} functions, p${share * 100}`, value: at(other, share), unit: "ms" });
        rows.push({ what: "  ratio", value: at(other, share) / at(one, share), unit: "x" });
      }
    }
    return rows;
  } finally {
    const stopping = systemClock.monotonicMs();
    await server.stop();
    console.error("stop", systemClock.monotonicMs() - stopping);
  }
}

const nameOf = (n: number): string => `thousand-${n}`;

async function make(lambda: LambdaClient, calls: Calls, from: number, to: number): Promise<void> {
  const ZipFile = zipSync({ "index.mjs": strToU8("export const handler = async () => 'hello';") });
  let next = from;
  await Promise.all(Array.from({ length: MAKERS }, async () => {
    for (let n = next++; n < to; n = next++) {
      const t0 = systemClock.monotonicMs();
      await lambda.send(new CreateFunctionCommand({ FunctionName: nameOf(n), Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 128 }));
      const t1 = systemClock.monotonicMs();
      await calls.send("POST", invocations(nameOf(n)), "{}");
      if (n % 50 === 0) console.error(n, (t1 - t0).toFixed(1), (systemClock.monotonicMs() - t1).toFixed(1));
    }
  }));
}

async function paced(calls: Calls, count: number): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let n = 0; n < ROUNDS + FEW; n++) {
    await systemClock.sleep(PACE_MS);
    const begun = systemClock.monotonicMs();
    await calls.send("POST", invocations(nameOf((n * 7) % count)), "{}");
    if (n >= FEW) tookMs.push(systemClock.monotonicMs() - begun);
  }
  return tookMs.toSorted((a, b) => a - b);
}

async function warm(calls: Calls, count: number): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let n = 0; n < 10 * ROUNDS; n++) {
    const begun = systemClock.monotonicMs();
    await calls.send("POST", invocations(nameOf((n * 7) % count)), "{}");
    tookMs.push(systemClock.monotonicMs() - begun);
  }
  return tookMs.toSorted((a, b) => a - b);
}

async function figure(endpoint: string, name: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  return text.split("\n").filter((line) => line.startsWith(name) && !line.startsWith("#")).reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const privateMb = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + [...text(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].reduce((kb, [, number]) => kb + Number(number), 0), 0) / 1024;

/** User and system time so far. */
function cpuMs(pid: number): number {
  const fields = text(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const text = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
