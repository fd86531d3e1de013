// A process from the moment it exists: its pipes, what it tells about itself, and its end.
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { Readable, type Duplex, type Writable } from "node:stream";
import { outage } from "../kernel/fault.ts";
import { CONTROL_FD } from "../ports/sandbox.ts";
import { descendant } from "./process-tree.ts";
import { OPTIONS_FD, STATUS_FD } from "./shell-entry.ts";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A socket pair on descriptor 3. */
  readonly channel: boolean;
  /** Another on `CONTROL_FD`. */
  readonly control: boolean;
  /** Level 1: it reads options and a script before it becomes the program, and answers on `STATUS_FD`. */
  readonly fed: boolean;
  /** Descriptors of ours that it gets as `OPTIONS_FD + 1` and so on. */
  readonly passed?: readonly number[];
}

export class Spawned {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly channel: Duplex | undefined;
  readonly control: Duplex | undefined;
  /** Rejects when there is no process. */
  readonly failed: Promise<never>;
  /** Resolves when there is no process any more and it will tell nothing more; `code` and `signal` are those of the outermost process. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly fed: boolean;
  readonly #child: ChildProcess;
  readonly #script: Writable | undefined;
  readonly #options: Writable | undefined;
  readonly #status: Readable | undefined;
  #told = "";

  constructor({ command, args, env, cwd, channel, control, fed, passed = [] }: Command) {
    const own: Exclude<StdioOptions, string>[number][] = [fed ? "pipe" : "ignore", "pipe", "pipe", channel ? "pipe" : "ignore", fed ? "pipe" : "ignore", fed ? "pipe" : "ignore", ...passed];
    while (own.length < CONTROL_FD) own.push("ignore");
    own.push(control ? "pipe" : "ignore");
    this.fed = fed;
    this.#child = spawn(command, args, { env: { ...env }, cwd, detached: true, stdio: own });
    // There are none when this server has too many files open; the `error` event follows.
    const pipes = (this.#child.stdio as unknown[] | undefined) ?? [];
    this.stdout = (pipes[1] as Readable | undefined) ?? Readable.from([]);
    this.stderr = (pipes[2] as Readable | undefined) ?? Readable.from([]);
    this.channel = channel ? (pipes[3] as Duplex | undefined) : undefined;
    this.control = control ? (pipes[CONTROL_FD] as Duplex | undefined) : undefined;
    this.#script = fed ? (pipes[0] as Writable | undefined) : undefined;
    this.#status = fed ? (pipes[STATUS_FD] as Readable | undefined) : undefined;
    this.#options = fed ? (pipes[OPTIONS_FD] as Writable | undefined) : undefined;
    // Who dies before it has read everything, or resets its channel, is told of by `gone`.
    for (const stream of [this.channel, this.control, this.#script, this.#status, this.#options]) stream?.on("error", () => {});
    // Node drains the pipes it lists when the child exits, and who reads a moment later would find nothing: these are ours now.
    pipes.fill(null);
    const { promise: failed, reject } = Promise.withResolvers<never>();
    failed.catch(() => {});
    this.failed = failed;
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
      this.#child.once("error", (cause) => {
        reject(outage("sandbox.start", { cause, retryable: true }));
        resolve({ code: 127, signal: null });
      });
    });
    const told = this.#listen();
    this.gone = exited.then(async (end) => await told.then(() => end));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it has told on `STATUS_FD` so far. */
  get told(): string {
    return this.#told;
  }

  /** The program itself: below bwrap, its process 1 inside and the shell; or what was started. */
  get programPid(): number | undefined {
    return this.pid === undefined ? undefined : descendant(this.pid, this.fed ? 3 : 0);
  }

  get over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when its status is as far as that, when it runs if it tells no status, or when it is gone; look at `told`. */
  async tells(words: RegExp): Promise<void> {
    const said = new Promise<void>((resolve) => {
      if (!this.#status) return void this.#child.once("spawn", resolve);
      const look = (): void => {
        if (words.test(this.#told)) resolve();
      };
      look();
      this.#status.on("data", look);
    });
    await Promise.race([said, this.failed, this.gone]);
  }

  /** Hands over the rest of its command line and the script; once. */
  feed(options: readonly string[], script: string): void {
    this.#options?.end(options.map((word) => `${word}\0`).join(""));
    this.#script?.end(script);
  }

  killProcessGroup(): void {
    try {
      if (this.pid !== undefined) process.kill(-this.pid, "SIGKILL");
    } catch {
      // The process group is gone.
    }
  }

  /** Output that somebody reads may be read to its end; a pipe that nobody reads would stay open for ever. */
  closePipes(): void {
    this.channel?.destroy();
    this.control?.destroy();
    this.#script?.destroy();
    this.#options?.destroy();
    for (const stream of [this.stdout, this.stderr]) if (stream.readableFlowing === null && stream.listenerCount("readable") === 0) stream.resume();
  }

  #listen(): Promise<void> {
    const status = this.#status;
    if (!status) return Promise.resolve();
    status.on("data", (chunk: Buffer) => (this.#told += chunk.toString()));
    return new Promise((resolve) => status.once("close", resolve));
  }
}
