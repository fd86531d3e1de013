// `npm run bench`: one table of what Fugaz costs on this machine. It gates nothing; `--json` prints the rows for machines,
// `--deep` adds what needs minutes of filling first.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { benchCommits } from "./commits.ts";
import { benchInvocations } from "./invocations.ts";
import { benchLargeObject } from "./large-object.ts";
import type { Row } from "./load.ts";
import { benchMappings } from "./mappings.ts";
import { benchObjects } from "./objects.ts";
import { benchQueues } from "./queues.ts";
import { benchStreams } from "./streams.ts";
import { benchUrls } from "./urls.ts";
import { benchSandboxes } from "./sandboxes.ts";
import { memoryOf } from "./process-memory.ts";
import { benchStartUp } from "./start-up.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { table } from "../src/main/cli/table.ts";
import { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";

const dir = await mkdtemp(join(tmpdir(), "fugaz-bench-"));
const rows: Row[] = [];
try {
  rows.push(...(await benchStartUp(join(dir, "fresh"))));
  const server = await startChild(["--data-dir", join(dir, "data")]);
  try {
    // What a collector would free soon is not idle memory.
    await systemClock.sleep(2000);
    rows.push({ what: "idle memory (RSS)", value: (await memoryOf(server.pid)).nowMb, unit: "MB" });
    const settings = clientSettings({ endpoint: server.endpoint });
    rows.push(...(await benchLargeObject(settings, server.pid)));
    rows.push(...(await benchInvocations(settings)), ...(await benchUrls(settings)), ...(await benchObjects(settings)), ...(await benchStreams(settings)));
    rows.push(...(await benchMappings(settings)));
    rows.push(...(await benchQueues(settings, async () => (await memoryOf(server.pid)).nowMb, process.argv.includes("--deep"))));
  } finally {
    await server.stop();
  }
  rows.push(...(await benchSandboxes({ path: process.env["PATH"] ?? "/usr/bin:/bin" })));
  for (const { name, callers, perSecond } of await benchCommits({ runMs: 1500 })) rows.push({ what: `${name}, ${callers} callers`, value: perSecond, unit: "/s" });
} finally {
  await rm(dir, { recursive: true, force: true });
}

if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ machine: cpus()[0]?.model, cores: cpus().length, node: process.versions.node, rows }, null, 2)}\n`);
else {
  process.stdout.write(`${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}; the load comes from the same machine\n\n`);
  process.stdout.write(table(["WHAT", "", ""], rows.map(({ what, value, unit }) => [what, value.toFixed(value < 100 ? 1 : 0).padStart(9), unit])));
}
