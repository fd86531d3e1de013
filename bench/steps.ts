// Where the microseconds of a warm call by URL go: a server of its own under V8's profiler, its main thread's time sorted by the rooms of the house.
// Samples are counted, not the time between them, and share out what the kernel says the thread had of a processor: so a busy machine distorts little.
// docs/internals/one-invocation.md tells what each step does.
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { clientSettings } from "../src/main/cli/client.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { cpuTimeOf } from "./cpu-time.ts";
import { serveByUrl } from "./hello-url.ts";
import type { Row } from "./load.ts";
import { wrk } from "./wrk.ts";

const WARM_SECONDS = 5;
const RUN_SECONDS = 15;
/** Oftener, and the sampling itself would be most of what is measured. */
const SAMPLE_US = 1000;

/** Steps in the order of a call; a function belongs to the first whose pattern its file, or its name when it has none, matches. */
const steps: readonly (readonly [step: string, where: RegExp])[] = [
  ["system calls that send: the event, the answer", /^write(Buffer|Latin1String|Utf8String|v)$/],
  ["HTTP: node's server, its requests and answers", /node:_http|node:internal\/http/],
  ["the listener, and what a door sees of a request", /src\/wire\//],
  ["the door of URLs: permission, event, answer", /src\/(services\/lambda\/urls|triggers\/http|kernel)\//],
  ["the heart: version, concurrency, meter", /src\/functions\/(open-heart|registry|concurrency|metrics|async|invocations\/(usage|trace))/],
  ["the dispatcher and its instances", /src\/functions\/instances\/(?!instance-log)/],
  ["one invocation: deadlines, frames, the runner", /src\/functions\/(invocations\/(run-invocation|ending)|runners|extensions)/],
  ["log lines, and their way to the disk", /src\/(functions\/(logs|telemetry|invocations|instances\/instance-log)|engines|ports)/],
  ["the sandbox's memory", /src\/sandboxes\//],
  ["node's streams, sockets, timers, promises", /^node:/],
  ["collecting garbage", /^\(garbage collector\)$/],
  ["the rest: native code without a name", /./],
];

/** `dir`: empty; the profile stays there. */
export async function benchSteps(dir: string): Promise<readonly Row[]> {
  await mkdir(dir, { recursive: true });
  const server = await startChild(["--data-dir", join(dir, "data")], ["--cpu-prof", `--cpu-prof-dir=${dir}`, `--cpu-prof-interval=${SAMPLE_US}`]);
  let window: Window;
  try {
    const url = await serveByUrl(new LambdaClient(clientSettings({ endpoint: server.endpoint })), "bench-steps");
    if (!(await wrk(url, 1, WARM_SECONDS))) return [{ what: "the steps of a warm call: not measured, as wrk is not installed", value: Number.NaN, unit: "" }];
    const [fromUs, before] = [nowUs(), cpuTimeOf(server.pid).mainThreadUs];
    const { requests = Number.NaN } = (await wrk(url, 1, RUN_SECONDS)) ?? {};
    window = { fromUs, toUs: nowUs(), usPerCall: (cpuTimeOf(server.pid).mainThreadUs - before) / requests };
  } finally {
    await server.stop();
  }
  // One file per thread; the main thread's number is 0.
  const file = (await readdir(dir)).find((name) => /\.0\.\d+\.cpuprofile$/.test(name));
  if (file === undefined) throw new Error(`no profile in ${dir}`);
  return rowsOf(JSON.parse(await readFile(join(dir, file), "utf8")) as Profile, window);
}

/** The clock of V8's profiles. */
const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

interface Window {
  readonly fromUs: number;
  readonly toUs: number;
  /** What the main thread had of a processor. */
  readonly usPerCall: number;
}

interface Profile {
  readonly startTime: number;
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

function rowsOf({ startTime, nodes, samples, timeDeltas }: Profile, { fromUs, toUs, usPerCall }: Window): readonly Row[] {
  const stepOf = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, functionName === "(idle)" ? undefined : steps.find(([, where]) => where.test(url === "" ? functionName : url))?.[0]]));
  const counts = new Map<string, number>();
  let all = 0;
  let atUs = startTime;
  for (const [index, node] of samples.entries()) {
    atUs += timeDeltas[index] ?? 0;
    const step = stepOf.get(node);
    if (step === undefined || atUs < fromUs || atUs > toUs) continue;
    counts.set(step, (counts.get(step) ?? 0) + 1);
    all++;
  }
  const row = (what: string, share: number): Row => ({ what, value: share * usPerCall, unit: "us/call" });
  return [...steps.map(([step]) => row(step, (counts.get(step) ?? 0) / all)), row("the main thread, all of it", 1)];
}
