// Servers of the same kind from npm, for comparison in the same run: fetched, started and gone again.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

/** A package with a `cli.js` that takes `--port`, and says something when it is ready. */
export interface Rival {
  readonly name: string;
  readonly version: string;
  readonly args: (dir: string) => readonly string[];
}

/** Rejects when npm can not fetch it or it does not start. */
export async function withRival<T>({ name, version, args }: Rival, work: (endpoint: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), `fugaz-${name}-`));
  try {
    await promisify(execFile)("npm", ["install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${version}`], { timeout: 60_000 });
    const port = await freePort();
    const child = spawn(process.execPath, [join(dir, "node_modules", name, "cli.js"), "--port", String(port), ...args(dir)], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await new Promise((resolve, reject) => {
        child.stdout.once("data", resolve);
        child.once("exit", () => reject(new Error(`${name} did not start`)));
      });
      return await work(`http://127.0.0.1:${port}`);
    } finally {
      child.kill("SIGKILL");
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
