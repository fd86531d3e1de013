// Opens the embedded engine: everything durable in one directory, one SQLite file plus blob files, no other program needed.
import { join } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import type { Engine } from "../../ports/engine.ts";
import type { QueueNews } from "../../ports/queue.ts";
import type { Key } from "../../ports/store.ts";
import { openBlobFiles } from "./blob-files.ts";
import { createBlobs } from "./blobs.ts";
import { createLeases } from "./leases.ts";
import { lockDir } from "./lock.ts";
import { createLog, removeDropped } from "./log.ts";
import { createQueue } from "./queue.ts";
import { openForReading, openForWriting } from "./schema.ts";
import { openSpace } from "./space.ts";
import { createStore } from "./store.ts";
import { createWatchers } from "./watchers.ts";
import { startWriter } from "./writer.ts";

export interface EmbeddedOptions {
  /** The data directory; made when missing. */
  readonly dir: string;
  readonly clock: Clock;
  /** Told of what harms no caller: a watcher that threw, a blob file that could not be removed. By default a process warning. */
  readonly warn?: (error: unknown) => void;
  /** What must stay free on the disk. By default `limits.store.diskReserveBytes`, less on small disks. */
  readonly reserveBytes?: number;
}

/**
 * Opens the engine. Rejects with DataDirLocked, DataDirNotWritable or SchemaTooNew (each a sentence for the user), or with the failure of the disk.
 * A directory is open at most once at a time; the kernel frees it when the process dies.
 */
export async function openEmbedded({ dir, clock, warn = warnProcess, ...options }: EmbeddedOptions): Promise<Engine> {
  // Closed in reverse order, also when opening fails half-way.
  const opened = new AsyncDisposableStack();
  try {
    const lock = lockDir(dir);
    opened.defer(() => lock.release());
    const databaseFile = join(dir, "fugaz.db");
    const blobDir = join(dir, "blobs");
    // The tables are upgraded here, where an error reaches the caller whole, while the thread starts; it then opens what is ready.
    const writer = await startWriter({ databaseFile, blobDir }, clock, () => openForWriting(databaseFile).close());
    opened.defer(() => writer.close());
    const reading = openForReading(databaseFile);
    opened.defer(() => reading.close());

    const held = reading.prepare("SELECT 1 FROM hold WHERE hash = ? LIMIT 1");
    const files = await openBlobFiles({ dir: blobDir, clock, warn, isHeld: (hash) => !reading.isOpen || held.get(hash) !== undefined });
    await removeDropped(writer);
    const space = openSpace({ dir, clock, ...options });

    const watchers = { keys: createWatchers<Key>(warn), queues: createWatchers<QueueNews>(warn), streams: createWatchers<string>(warn) };
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> =>
      (closing ??= (async () => {
        // Commits under way may still free blobs, and freeing asks the reading connection. That closes before the writing one, which, as
        // the last, then leaves a single tidy file.
        await writer.drain();
        await files.settled();
        await opened.disposeAsync();
      })());
    return {
      store: createStore({ reading, writer, holds: files, watchers, space }),
      queue: createQueue({ reading, writer, clock, watchers: watchers.queues }),
      log: createLog({ reading, writer, watchers: watchers.streams }),
      blobs: createBlobs(reading, files, space),
      leases: createLeases({ reading, writer, clock }),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

const warnProcess = (error: unknown): void => process.emitWarning(error instanceof Error ? error : String(error));
