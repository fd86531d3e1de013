// `npm run soak -- [--minutes 10]`: a server at half load, watched from outside. Says what grew, then stops it and kills it and says what was left. Exits with 1 when anything did or was.
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../src/main/cli/table.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { leftBehind, takeCensus, type Census } from "./soak/census.ts";
import { startSoakLoad, type SoakLoad } from "./soak/load.ts";
import { startWatched, type WatchedServer } from "./soak/server.ts";
import { trendsOf, type Sample } from "./soak/slope.ts";

const EVERY_MS = 5000;
/** Collecting all garbage stops the server for a moment: every so many samples. */
const HEAP_EVERY = 3;
/** The share of the time in which caches fill and code that is no longer used waits for its removal. */
const WARM_UP = 0.4;
/** How long a killed server's programs may take to notice. */
const DYING_MS_MAX = 5000;

/** What the database's two connections may keep of it in memory; it grows with the logs until that is full. */
const CACHES_MB = 48;
/** What may come and go at any moment. MB for memory; the data directory holds logs and metering, which are meant to grow, in few files, and code for a minute after its last use. */
const FLOORS: Readonly<Record<string, number>> = { "processes below the server": 12, "control groups": 12, "mount namespaces of its processes": 4, "memory resident": CACHES_MB, "memory of its own": CACHES_MB, "heap retained": 3, "files in the data directory": 60 };
const FLOOR = 6;

const minutes = Number(/--minutes[= ](\S+)/.exec(process.argv.join(" "))?.[1] ?? 10);
if (!(minutes > 0)) throw new Error("--minutes must be followed by a number above 0");

const dir = await mkdtemp(join(tmpdir(), "fugaz-soak-"));
const warnings: string[] = [];
const warn = (line: string): void => void warnings.push(line);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const servers: WatchedServer[] = [];
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  for (const server of servers) await server.kill();
  await rm(dir, { recursive: true, force: true });
}

async function soak(): Promise<boolean> {
  let server = await start();
  const load = await startSoakLoad(server.endpoint);
  const samples = await watched(server, load);
  await load.stop();
  const trends = trendsOf(samples.slice(Math.floor(samples.length * WARM_UP)), (what) => FLOORS[what] ?? FLOOR);
  say(`\n${table(["COUNTED AFTER THE WARM-UP", "FIRST", "LEAST", "MOST", "LAST", "GROWTH", "ALLOWED", ""], trends.map(({ what, first, least, most, last, growth, allowed, leaks }) => [what, ...[first, least, most, last, growth, allowed].map(round), leaks ? "LEAKS" : ""]))}`);
  say("Growth is what a straight line through the samples rises by. A count leaks when it grows by more than it may (a twentieth of its mean, at least the floor of its kind) and by more than three standard errors.\n");
  say(table(["DONE", "TIMES"], [...load.done].map(([what, times]) => [what, String(times)])));
  say(lines("otherwise than it must", load.wrong));
  say(lines("warned of by the server", warnings));
  await server.stop();
  const clean = told("after a stop", leftBehind(servers));

  server = await start();
  const doomed = await startSoakLoad(server.endpoint);
  await systemClock.sleep(2 * EVERY_MS);
  const stopping = doomed.stop().catch(() => undefined);
  await server.kill();
  await stopping;
  server = await start();
  await server.stop();
  const afterKill = told("after kill -9 and the next start", await untilNothing());
  const verdict = !trends.some(({ leaks }) => leaks) && load.wrong.length === 0 && clean && afterKill;
  say(verdict ? "Nothing leaks." : "NOT CLEAN.");
  return verdict;
}

async function watched(server: WatchedServer, load: SoakLoad): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const begunMs = systemClock.monotonicMs();
  for (let n = 1; systemClock.monotonicMs() - begunMs < minutes * 60_000; n++) {
    await systemClock.sleep(EVERY_MS);
    const heap: Census = n % HEAP_EVERY === 0 ? { "heap retained": await server.heapMb() } : {};
    const counts: Census = { "heap retained": Number.NaN, ...takeCensus(server), ...heap };
    const atMs = systemClock.monotonicMs() - begunMs;
    samples.push({ atMs, counts });
    if (n % 6 === 0) say(`${Math.round(atMs / 1000)} s, load ${loadavg()[0]?.toFixed(1)}: ${Object.entries(counts).map(([what, count]) => `${what} ${round(count)}`).join(", ")}; ${load.wrong.length} wrong`);
  }
  return samples;
}

async function start(): Promise<WatchedServer> {
  const server = await startWatched(dir, warn);
  servers.push(server);
  return server;
}

async function untilNothing(): Promise<readonly string[]> {
  for (let waitedMs = 0; waitedMs < DYING_MS_MAX && leftBehind(servers).length > 0; waitedMs += 100) await systemClock.sleep(100);
  return leftBehind(servers);
}

function told(when: string, left: readonly string[]): boolean {
  say(`Left ${when}: ${left.length === 0 ? "nothing" : `\n  ${left.join("\n  ")}`}`);
  return left.length === 0;
}

function lines(what: string, list: readonly string[]): string {
  return `${list.length} times ${what}${list.length > 0 ? `, such as\n  ${[...new Set(list)].slice(0, 10).join("\n  ")}` : ""}`;
}

function round(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(1);
}
