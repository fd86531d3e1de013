// `npm run bench`: one table of what Fugaz costs on this machine. It gates nothing; `--json` prints the rows for machines,
// `--deep` adds what needs minutes of filling first.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { benchCold } from "./cold.ts";
import { benchAsync } from "./async.ts";
import { benchCommits } from "./commits.ts";
import { benchDeployments } from "./deployments.ts";
import { benchHotPath } from "./hot-path.ts";
import { benchInvocations } from "./invocations.ts";
import { benchLargeObject } from "./large-object.ts";
import { benchLists } from "./lists.ts";
import type { Row } from "./load.ts";
import { benchMappings } from "./mappings.ts";
import { benchObjects } from "./objects.ts";
import { benchQueues } from "./queues.ts";
import { benchStreams } from "./streams.ts";
import { benchTables } from "./tables.ts";
import { benchUrls } from "./urls.ts";
import { benchSandboxes } from "./sandboxes.ts";
import { memoryOf } from "./process-memory.ts";
import { benchStartUp } from "./start-up.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { table } from "../src/main/cli/table.ts";
import { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";

const dir = await mkdtemp(join(tmpdir(), "fugaz-bench-"));
const deep = process.argv.includes("--deep");
/** `npm run bench -- cold`: only the cold starts. */
const coldOnly = process.argv.includes("cold");
const rows: Row[] = [];
try {
  rows.push(...(await benchStartUp(join(dir, "fresh"))));
  const server = await startChild(["--data-dir", join(dir, "data")]);
  try {
    // What a collector would free soon is not idle memory.
    await systemClock.sleep(2000);
    rows.push({ what: "idle memory (RSS)", value: (await memoryOf(server.pid)).nowMb, unit: "MB" });
    rows.push(...(await benchCold(server)));
    if (!coldOnly) rows.push(...(await benchServer(server)));
  } finally {
    await server.stop();
  }
  if (!coldOnly) rows.push(...(await benchRooms()));
} finally {
  await rm(dir, { recursive: true, force: true });
}

if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ machine: cpus()[0]?.model, cores: cpus().length, node: process.versions.node, rows }, null, 2)}\n`);
else {
  process.stdout.write(`${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}; the load comes from the same machine\n\n`);
  process.stdout.write(table(["WHAT", "", ""], rows.map(({ what, value, unit }) => [what, value.toFixed(value < 100 ? 1 : 0).padStart(9), unit])));
}

/** What a running server does, seen by its clients. */
async function benchServer(server: Awaited<ReturnType<typeof startChild>>): Promise<readonly Row[]> {
  const settings = clientSettings({ endpoint: server.endpoint });
  const rssMb = async (): Promise<number> => (await memoryOf(server.pid)).nowMb;
  return [
    ...(await benchLargeObject(settings, server.pid)), ...(await benchInvocations(settings)), ...(await benchHotPath(settings)), ...(await benchUrls(settings)),
    ...(await benchObjects(settings)), ...(await benchStreams(settings)), ...(await benchQueues(settings, rssMb, deep)), ...(await benchTables(server.endpoint)), ...(await benchMappings(settings)),
    ...(await benchDeployments(settings, join(dir, "unpacked"))), ...(await benchLists(settings, deep ? 100 : 20)),
  ];
}

/** What has servers of its own, or none. */
async function benchRooms(): Promise<readonly Row[]> {
  const commits = (await benchCommits({ runMs: 1500 })).map(({ name, callers, perSecond }) => ({ what: `${name}, ${callers} callers`, value: perSecond, unit: "/s" }));
  return [...(await benchAsync(join(dir, "async"), deep ? 100_000 : 5_000)), ...(await benchSandboxes({ path: process.env["PATH"] ?? "/usr/bin:/bin" })), ...commits];
}
