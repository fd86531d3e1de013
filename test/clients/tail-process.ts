// `fugaz tail` as a program of its own, read line by line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

const command = join(import.meta.dirname, "../../bin/fugaz.js");

export interface TailProcess extends AsyncDisposable {
  readonly lines: AsyncIterableIterator<string>;
  /** The next line. Rejects with what it said last when it has ended. */
  next(): Promise<string>;
  /** When it has ended by itself. */
  ended(): Promise<{ readonly code: number; readonly stderr: string }>;
}

/** Disposing ends it. */
export function tail(endpoint: string, ...args: readonly string[]): TailProcess {
  const child = spawn(process.execPath, [command, "tail", ...args, "--endpoint", endpoint], { env: { PATH: process.env["PATH"], AWS_REGION: "us-east-1" }, stdio: ["ignore", "pipe", "pipe"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const stderr = text(child.stderr);
  const exit = once(child, "exit") as Promise<[number]>;
  return {
    lines,
    next: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the tail has ended: ${await stderr}`);
      return value;
    },
    ended: async () => ({ code: (await exit)[0], stderr: await stderr }),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exit;
    },
  };
}
