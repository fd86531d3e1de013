// From the command to the ready line, beside a bare Node that does nothing on the same machine at the same time; then what the idle server holds.
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";
import { startChild } from "../src/main/cli/demo-server.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { at, distribution, type Row } from "./load.ts";

const run = promisify(execFile);
const STARTS = 7;

/** Each start has a fresh directory; the first one is not counted: it may compile. */
export async function benchStartUp(dataDir: string): Promise<readonly Row[]> {
  const serverMs: number[] = [];
  const nodeMs: number[] = [];
  for (let n = 0; n <= STARTS; n++) {
    const begun = systemClock.monotonicMs();
    await run(process.execPath, ["-e", "0"]);
    const tookMs = systemClock.monotonicMs() - begun;
    const server = await startChild(["--data-dir", dataDir]);
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
    if (n === 0) continue;
    nodeMs.push(tookMs);
    serverMs.push(server.startMs);
  }
  const [ready, node] = [serverMs, nodeMs].map((list) => at(list.sort((a, b) => a - b), 0.5)) as [number, number];
  return [
    distribution("start-up to ready", serverMs, "<= 350"),
    { what: "start-up to ready / start of a bare Node", value: ready / node, unit: "x" },
  ];
}
