// One data directory, one engine: two would write over each other. The kernel keeps the lock, so it ends with its holder however that dies.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Another engine, in this process or another, has the directory open. */
export class DataDirLocked extends Error {
  override readonly name = "DataDirLocked";
  /** Process id of the holder as far as known. */
  readonly pid: number | undefined;

  constructor(dir: string, pid: number | undefined) {
    super(`the data directory ${dir} is in use by another Fugaz${pid === undefined ? "" : ` (process ${pid})`}: stop it or choose another directory`);
    this.pid = pid;
  }
}

/** The directory can not be made or written. */
export class DataDirNotWritable extends Error {
  override readonly name = "DataDirNotWritable";

  constructor(dir: string, cause: unknown) {
    super(`the data directory ${dir} is not writable: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export interface DirLock {
  release(): void;
}

/**
 * Makes the directory when it is missing and locks it; throws DataDirLocked or DataDirNotWritable.
 * SQLite's locks are used because Node has no `flock`: unlike bare fcntl locks they also hold within one process.
 * The pid is in a file of its own because closing any descriptor of the locked file would drop the lock.
 */
export function lockDir(at: string): DirLock {
  const dir = resolve(at);
  if (Buffer.byteLength(dir) > PATH_BYTES_MAX) throw new DataDirNotWritable(dir, `its path has more than ${PATH_BYTES_MAX} bytes`);
  const pidFile = join(dir, "holder.pid");
  let db: DatabaseSync | undefined;
  try {
    makeDir(dir);
    db = new DatabaseSync(join(dir, "lock"));
    db.exec("PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    db?.close();
    throw isBusy(error) ? new DataDirLocked(dir, holderOf(pidFile)) : new DataDirNotWritable(dir, error);
  }
  const held = db;
  return {
    release: () => {
      rmSync(pidFile, { force: true });
      held.close();
    },
  };
}

/** Makes the directory and those above it. By hand: where the kernel refuses with ENOENT, as below /proc, Node's recursive form never returns. */
function makeDir(dir: string): void {
  if (existsSync(dir)) return;
  makeDir(dirname(dir));
  mkdirSync(dir);
}

/** SQLite: paths have at most 512 bytes; the names of its files take the rest. */
const PATH_BYTES_MAX = 480;
const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean => error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

function holderOf(pidFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(pidFile, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}
