// Reads and writes the small files of the cgroup file system; they answer from memory, so the calls are synchronous.
import { closeSync, constants, openSync, readFileSync, readSync, rmdirSync, writeSync } from "node:fs";

export const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/** False when the kernel refuses or has no such file. */
export function tryWrite(file: string, text: string): boolean {
  try {
    // Never created: a test on an ordinary directory would leave files that keep it from being removed.
    const descriptor = openSync(file, constants.O_WRONLY);
    try {
      writeSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch {
    return false;
  }
}

/** The same for the files of one group, but what was written last is not written again: some of these take the kernel as long as all else of a start. */
export function rememberingWrite(): typeof tryWrite {
  const written = new Map<string, string>();
  return (file, text) => {
    if (written.get(file) === text) return true;
    const done = tryWrite(file, text);
    if (done) written.set(file, text);
    return done;
  };
}

/** The number behind a key of a flat keyed file such as memory.events; 0 when absent. */
export const statOf = (file: string, key: string): number => numberIn(readText(file), key);

function numberIn(text: string, key: string): number {
  const at = `\n${text}`.indexOf(`\n${key} `);
  return at === -1 ? 0 : Number.parseInt(text.slice(at + key.length + 1), 10);
}

/** Like `statOf` of a file that is read after most events: it stays open, since finding it by its path costs as much as all the rest. */
export class OftenRead implements Disposable {
  readonly #file: string;
  readonly #key: string;
  #descriptor: number | undefined;
  #closed = false;

  constructor(file: string, key: string) {
    this.#file = file;
    this.#key = key;
  }

  value(): number {
    if (this.#closed) return 0;
    try {
      this.#descriptor ??= openSync(this.#file, constants.O_RDONLY);
      return numberIn(PAGE.toString("latin1", 0, readSync(this.#descriptor, PAGE, 0, PAGE.length, 0)), this.#key);
    } catch {
      // The group has gone.
      return 0;
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Larger than any such file; what is read is done with at once. */
const PAGE = Buffer.alloc(16 * 1024);

export const pidsIn = (dir: string): readonly number[] => readText(`${dir}/cgroup.procs`).split("\n").filter(Boolean).map(Number);

export function removeGroup(dir: string): boolean {
  try {
    rmdirSync(dir);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

export function killPids(pids: readonly number[]): void {
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile: the aim is reached.
    }
}
