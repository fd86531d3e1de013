// Runs `fugaz dev` as a developer would in a terminal, and reads what it says.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { eventually } from "./harness.ts";

const command = join(import.meta.dirname, "../../bin/fugaz.js");

export interface DevServer extends AsyncDisposable {
  readonly lambda: LambdaClient;
  /** Everything said so far, on both streams. */
  said(): string;
  /** Waits until something is said. */
  hears(pattern: RegExp): Promise<void>;
  /** The function's answer as JSON, also when it is an error. */
  call(name: string, event?: unknown): Promise<unknown>;
  /** Processes it has started, and theirs. */
  descendants(): readonly number[];
  /** Ctrl-C; resolves to the exit code. */
  interrupt(): Promise<unknown>;
}

/** Resolves when it says that it is ready; rejects with what it said when it ends before. */
export async function startDev(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<DevServer> {
  const child: ChildProcess = spawn(process.execPath, [command, "dev", "--port", "0", ...args], { env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, "exit");
  const endpoint = await eventually("ready", async () => {
    if (child.exitCode !== null) throw new Error(text);
    return /Fugaz is ready at (\S+)/.exec(text)?.[1];
  });
  const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 });
  const interrupt = async (): Promise<unknown> => {
    child.kill("SIGINT");
    return (await exited)[0];
  };
  return {
    lambda, interrupt,
    said: () => text,
    hears: async (pattern) => void (await eventually(`hearing ${String(pattern)}`, async () => pattern.exec(text) ?? undefined).catch((error: Error) => Promise.reject(new Error(`${error.message}; it said:\n${text}`)))),
    call: async (name, event = {}) => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) }));
      return JSON.parse(Buffer.from(Payload ?? []).toString()) as unknown;
    },
    descendants: () => descendantsOf(child.pid ?? 0),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) await interrupt();
    },
  };
}

function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = Number(readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) \S+ /, "").split(" ")[0]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It has just ended.
    }
  }
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0; ) {
    const next = children.get(queue.pop() ?? 0) ?? [];
    found.push(...next);
    queue.push(...next);
  }
  return found;
}
