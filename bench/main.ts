// `npm run bench`: what Fugaz costs on this machine, section after section, each row beside its goal. It gates nothing.
// Names of sections run only these; `--deep` adds what needs minutes of filling first, `--json` prints the rows with all their samples for machines.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchCold } from "./cold.ts";
import { benchAsync } from "./async.ts";
import { benchCommits } from "./commits.ts";
import { benchDeployments } from "./deployments.ts";
import { benchHotPath } from "./hot-path.ts";
import { benchInvocations } from "./invocations.ts";
import { benchLargeObject } from "./large-object.ts";
import { benchLists } from "./lists.ts";
import { at, type Row } from "./load.ts";
import { benchMappings } from "./mappings.ts";
import { benchObjects } from "./objects.ts";
import { benchQueues } from "./queues.ts";
import { benchStreams } from "./streams.ts";
import { benchSteps } from "./steps.ts";
import { benchTables } from "./tables.ts";
import { benchThousand } from "./thousand.ts";
import { benchThroughput } from "./throughput.ts";
import { benchUrls } from "./urls.ts";
import { benchSandboxes } from "./sandboxes.ts";
import { benchServerlessOffline } from "./serverless-offline.ts";
import { memoryOf } from "./process-memory.ts";
import { benchStartUp } from "./start-up.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";

interface Bench {
  /** Empty, and the section's own. */
  readonly dir: string;
  readonly deep: boolean;
}

interface Serving extends Bench {
  readonly server: { readonly endpoint: string; readonly pid: number };
  readonly settings: ReturnType<typeof clientSettings>;
}

/** Ten times as many calls may begin in a second; with the default of 1,000, a good moment of a good machine is throttled. */
const CONCURRENCY = 10_000;

type Section<Given> = Readonly<Record<string, (bench: Given) => Promise<readonly Row[]>>>;

/** What has servers of its own, or none. */
const alone: Section<Bench> = {
  start: ({ dir }) => benchStartUp(dir),
  async: ({ dir, deep }) => benchAsync(dir, deep ? 100_000 : 5_000),
  sandboxes: () => benchSandboxes({ path: process.env["PATH"] ?? "/usr/bin:/bin" }),
  steps: ({ dir }) => benchSteps(dir),
  thousand: ({ dir }) => benchThousand(dir),
  commits: async () => (await benchCommits({ runMs: 1500 })).map(({ name, callers, perSecond }) => ({ what: `${name}, ${callers} callers`, value: perSecond, unit: "/s" })),
};

/** What a running server does, seen by its clients. The cold starts come first: they want a server that nothing has used. */
const served: Section<Serving> = {
  idle: async ({ server }) => {
    // What a collector would free soon is not idle memory.
    await systemClock.sleep(2000);
    return [{ what: "idle memory (RSS)", value: (await memoryOf(server.pid)).nowMb, unit: "MB", goal: "<= 110" }];
  },
  cold: ({ server }) => benchCold(server),
  "large-object": ({ server, settings }) => benchLargeObject(settings, server.pid),
  invocations: ({ settings }) => benchInvocations(settings),
  "hot-path": ({ settings }) => benchHotPath(settings),
  throughput: ({ server, settings }) => benchThroughput(settings, server.pid),
  urls: ({ settings }) => benchUrls(settings),
  "serverless-offline": ({ settings }) => benchServerlessOffline(settings),
  objects: ({ settings }) => benchObjects(settings),
  streams: ({ settings }) => benchStreams(settings),
  queues: ({ server, deep }) => benchQueues(server, deep),
  tables: ({ server, deep }) => benchTables(server, deep),
  mappings: ({ settings }) => benchMappings(settings),
  deployments: ({ settings, dir }) => benchDeployments(settings, dir),
  lists: ({ settings, deep }) => benchLists(settings, deep ? 100 : 20),
};

const names = ["start", ...Object.keys(served), "async", "sandboxes", "steps", "commits", "thousand"];
/** Runs only with `--deep`, or when it is named. */
const DEEP = new Set(["thousand"]);
const { values: { deep = false, json = false }, positionals } = parseArgs({ allowPositionals: true, options: { deep: { type: "boolean" }, json: { type: "boolean" } } });
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no section ${unknown.join(", ")}. Sections: ${names.join(" ")}\n`);
  process.exit(1);
}
const wanted = names.filter((name) => (positionals.length === 0 ? deep || !DEEP.has(name) : positionals.includes(name)));
const dir = await mkdtemp(join(tmpdir(), "fugaz-bench-"));
const rows: Row[] = [];
const machine = { model: cpus()[0]?.model ?? "?", cores: cpus().length, memoryMb: Math.round(totalmem() / 2 ** 20), kernel: release(), node: process.versions.node };
if (!json) {
  process.stdout.write(`${machine.cores} x ${machine.model}, ${machine.memoryMb} MB, Linux ${machine.kernel}, Node ${machine.node}; the load comes from the same machine, other work: ${load()}\n`);
  if (positionals.length === 0) process.stdout.write(`All sections take about twelve minutes; name some for less: ${names.join(" ")}\n`);
  process.stdout.write(line("WHAT", "MEDIAN", "", "P90", "P99", "GOAL (P50 / P99)"));
}
try {
  const of = (name: string): Bench => ({ dir: join(dir, name), deep });
  let server: Awaited<ReturnType<typeof startChild>> | undefined;
  try {
    for (const name of wanted) {
      const own = alone[name];
      const shared = served[name];
      if (own) print(name, await own(of(name)));
      if (!shared) continue;
      server ??= await startChild(["--data-dir", join(dir, "data"), "--limits", `accountConcurrency=${CONCURRENCY}`]);
      print(name, await shared({ ...of(name), server, settings: clientSettings({ endpoint: server.endpoint }) }));
    }
  } finally {
    await server?.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
if (json) process.stdout.write(`${JSON.stringify({ machine, load: load(), rows }, (key, value: unknown) => (key === "samples" && Array.isArray(value) ? value.map((ms: number) => Math.round(ms * 1000) / 1000) : value), 2)}\n`);

function print(name: string, found: readonly Row[]): void {
  rows.push(...found);
  if (json) return;
  process.stdout.write(`\n${name} (load ${load()})\n`);
  for (const { what, value, unit, goal = "", samples } of found) process.stdout.write(line(what, number(value), unit, ...(samples ? [number(at(samples, 0.9)), number(at(samples, 0.99))] as const : ["", ""] as const), goal));
}

function number(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Columns of a fixed width: rows are printed as they are found. */
function line(what: string, value: string, unit: string, p90: string, p99: string, goal: string): string {
  return `${what.padEnd(82)} ${value.padStart(8)} ${unit.padEnd(9)} ${p90.padStart(8)} ${p99.padStart(8)}  ${goal}`.trimEnd() + "\n";
}

/** How busy the machine was in the last minute; 2 is all of two cores. */
function load(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(1);
}
