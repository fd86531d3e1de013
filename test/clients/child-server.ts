// Starts Fugaz as a program of its own, so that a test can kill it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll } from "vitest";

const root = join(import.meta.dirname, "../..");

export interface ChildServer extends AsyncDisposable {
  readonly endpoint: string;
  /** At once and without a chance to tidy up. */
  kill(): void;
}

/** Resolves when it says that it is ready; disposing ends it in order. */
export async function startServer(dataDir: string): Promise<ChildServer> {
  const child = spawn(process.execPath, [join(root, "bin/fugaz.js"), "start", "--port", "0", "--data-dir", dataDir, "--log-level", "warn"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /^Fugaz is ready at (\S+)$/.exec(line)?.[1];
    if (endpoint) return { endpoint, kill: () => void child.kill("SIGKILL"), [Symbol.asyncDispose]: () => end(child) };
  }
  throw new Error("Fugaz did not start");
}

/** Of an SDK client that never tries again. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** A server for the tests of one file, which kill it and start it again on the same data; ended, and its data removed, after them. */
export interface KillableServer {
  readonly start: () => Promise<ClientSettings>;
  readonly kill: () => void;
}

export function killableServer(): KillableServer {
  let dir = "";
  let server: ChildServer | undefined;
  beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "fugaz-killed-"))));
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    start: async () => {
      // What was killed may not have ended yet.
      await server?.[Symbol.asyncDispose]();
      server = await startServer(join(dir, "data"));
      return { endpoint: server.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
    },
    kill: () => server?.kill(),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
