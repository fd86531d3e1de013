// `npm run bench`: one table of what Fugaz costs on this machine. It gates nothing; `--json` prints the rows for machines.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { benchCommits } from "./commits.ts";
import { benchInvocations } from "./invocations.ts";
import type { Row } from "./load.ts";
import { benchObjects } from "./objects.ts";
import { benchTables } from "./tables.ts";
import { benchUrls } from "./urls.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { table } from "../src/main/cli/table.ts";
import { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";

const dir = await mkdtemp(join(tmpdir(), "fugaz-bench-"));
const rows: Row[] = [];
try {
  const server = await startChild(["--data-dir", join(dir, "data")]);
  try {
    rows.push({ what: "start-up to ready", value: server.startMs, unit: "ms" });
    // What a collector would free soon is not idle memory.
    await systemClock.sleep(2000);
    rows.push({ what: "idle memory (RSS)", value: await residentMb(server.pid), unit: "MB" });
    const settings = clientSettings({ endpoint: server.endpoint });
    rows.push(...(await benchInvocations(settings)), ...(await benchUrls(settings)), ...(await benchObjects(settings)), ...(await benchTables(server.endpoint)));
  } finally {
    await server.stop();
  }
  for (const { name, callers, perSecond } of await benchCommits({ runMs: 1500 })) rows.push({ what: `${name}, ${callers} callers`, value: perSecond, unit: "/s" });
} finally {
  await rm(dir, { recursive: true, force: true });
}

if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ machine: cpus()[0]?.model, cores: cpus().length, node: process.versions.node, rows }, null, 2)}\n`);
else {
  process.stdout.write(`${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node}; the load comes from the same machine\n\n`);
  process.stdout.write(table(["WHAT", "", ""], rows.map(({ what, value, unit }) => [what, value.toFixed(value < 100 ? 1 : 0).padStart(9), unit])));
}

async function residentMb(pid: number): Promise<number> {
  const kb = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""))?.[1];
  return Number(kb ?? Number.NaN) / 1024;
}
