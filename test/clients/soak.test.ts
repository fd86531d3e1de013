// A server at work, ugly work included, returns to where it was when the work is done, and leaves nothing behind, however it ends. `npm run soak` does the same for minutes and judges memory too.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leftBehind, takeCensus, type Census } from "../../bench/soak/census.ts";
import { startSoakLoad } from "../../bench/soak/load.ts";
import { startWatched, type WatchedServer } from "../../bench/soak/server.ts";
import { eventually } from "./harness.ts";

const ROUND_MS = 15_000;
/** What is meant to stay longer: unpacked code for a minute, memory for whoever comes next. */
const LASTING = /^(files in the data|memory)/;

const countsOf = (server: WatchedServer): Census => Object.fromEntries(Object.entries(takeCensus(server)).filter(([what]) => !LASTING.test(what)));

/** One round of load, to its end. */
async function work(server: WatchedServer, ms: number): Promise<void> {
  const load = await startSoakLoad(server.endpoint);
  await new Promise((resolve) => setTimeout(resolve, ms));
  await load.stop();
  expect(load.wrong).toEqual([]);
  expect(load.done.size).toBeGreaterThan(10);
}

test.skipIf(process.platform !== "linux")("a server that has worked holds what it held before, and leaves nothing when it stops or is killed", { timeout: 240_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-soak-test-"));
  const servers: WatchedServer[] = [];
  const warnings: string[] = [];
  const start = async (): Promise<WatchedServer> => {
    const server = await startWatched(dir, (line) => warnings.push(line));
    servers.push(server);
    return server;
  };
  try {
    const server = await start();
    // The first round makes what is kept for the next: sandboxes that boot ahead, open files.
    await work(server, ROUND_MS);
    let before = countsOf(server);
    await eventually("what the first round started has ended", async () => {
      const [earlier, now] = [before, (before = countsOf(server))];
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return JSON.stringify(earlier) === JSON.stringify(now) && JSON.stringify(now) === JSON.stringify(countsOf(server)) ? true : undefined;
    }, 60_000);
    await work(server, ROUND_MS);
    let after = before;
    await eventually("all is as before", async () => (grown(before, (after = countsOf(server))).length === 0 ? true : undefined), 30_000).catch(() => undefined);
    expect(grown(before, after)).toEqual([]);
    await server.stop();
    expect(leftBehind(servers)).toEqual([]);

    const doomed = await start();
    const load = await startSoakLoad(doomed.endpoint);
    await eventually("it is in the middle of everything", async () => (load.done.size > 10 ? true : undefined));
    await doomed.kill();
    await load.stop().catch(() => undefined);
    await (await start()).stop();
    await eventually("what the killed one started is gone", async () => (leftBehind(servers).length === 0 ? true : undefined), 10_000).catch(() => undefined);
    expect(leftBehind(servers)).toEqual([]);
    expect(warnings).toEqual([]);
  } finally {
    for (const server of servers) await server.kill();
    await rm(dir, { recursive: true, force: true });
  }
});

/** One line for each thing of which there is more than there was. */
const grown = (before: Census, after: Census): readonly string[] => Object.entries(after).filter(([what, count]) => count > (before[what] ?? 0)).map(([what, count]) => `${what}: ${before[what]}, now ${count}`);
