// Starts real sandboxes for the tests of the sandboxes' room, and collects what their programs say.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exit, Sandbox, Sandboxes, SandboxSpec } from "../src/ports/sandbox.ts";
import { openSandboxes } from "../src/sandboxes/open.ts";

export interface Opened {
  readonly sandboxes: Sandboxes;
  readonly dir: string;
  /** Runs `sh -c script` to its end and disposes of the sandbox. */
  sh(script: string, more?: Partial<SandboxSpec>): Promise<Ran>;
  /** The same for any program. */
  run(argv: readonly string[], more?: Partial<SandboxSpec>): Promise<Ran>;
  start(argv: readonly string[], more?: Partial<SandboxSpec>): Promise<Sandbox>;
  close(): Promise<void>;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: Exit;
  readonly peakBytes: number;
}

export const path = process.env["PATH"] ?? "/usr/bin:/bin";
export const asRoot = process.getuid?.() === 0;

/** The user that stands for everybody who is not root. */
export const NOBODY = 65_534;

/** Why a test can not act as another user here; undefined when it can. */
export const nobodyBarred = ((): string | undefined => {
  if (!asRoot || spawnSync(process.execPath, ["--version"], { uid: NOBODY, gid: NOBODY, cwd: "/" }).status === 0) return undefined;
  return `other users may not enter the directory of ${process.execPath}`;
})();

let sequence = 0;

export async function open(isolation: "bubblewrap" | "process"): Promise<Opened> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-sandboxes-"));
  const sandboxes = await openSandboxes({ isolation, dir, path, shelf: join(dir, "shelf") });
  const start: Opened["start"] = (argv, more = {}) => {
    const id = more.id ?? `s${++sequence}`;
    const limits = { memoryMb: 128, cpus: 1, processesMax: 64, openFilesMax: 1024, tmpMb: 16 };
    return sandboxes.start({ argv, env: { PATH: "/usr/bin:/bin" }, cwd: "/", mounts: [], channel: false, ...limits, ...more, id });
  };
  const run: Opened["run"] = async (argv, more) => {
    await using sandbox = await start(argv, more);
    return await ran(sandbox);
  };
  return {
    sandboxes,
    dir,
    start,
    run,
    sh: async (script, more) => await run(["/bin/sh", "-c", script], more),
    close: async () => {
      await sandboxes[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export async function ran(sandbox: Sandbox): Promise<Ran> {
  const [stdout, stderr, exit] = await Promise.all([text(sandbox.stdout), text(sandbox.stderr), sandbox.exited]);
  return { stdout, stderr, exit, peakBytes: sandbox.memoryPeakBytes() };
}

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}

/** The first chunk that makes `enough` true of all that came so far. */
export function until(stream: NodeJS.ReadableStream, enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = "";
    const onData = (chunk: unknown): void => {
      all += String(chunk);
      if (!enough(all)) return;
      stream.off("data", onData);
      resolve(all);
    };
    stream.on("data", onData);
    stream.once("end", () => reject(new Error(`ended after: ${all}`)));
  });
}

/** Asks until true; fails after ten seconds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await holds()); asked++) {
    if (asked === 1000) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Why containers can not be tested here, or undefined. */
export const noContainers: string | undefined = await open("bubblewrap").then(
  async (opened) => {
    await opened.close();
    return undefined;
  },
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);
if (noContainers !== undefined) console.warn(`Tests of containers are skipped: ${noContainers}`);
