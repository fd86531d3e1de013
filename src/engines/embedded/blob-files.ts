// The life of large blobs' files: written aside, put in place whole, and removed only when nobody can still want them.
//
// A file may go when no hold is stored, no commit that holds it is under way, and no `write` that gave it out still waits for its
// hold (a "pin"). All three are known in this process, so the decision is made in one turn of the event loop; a new write or hold of
// the same content waits for a removal that has begun.
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import type { BlobRef } from "../../ports/blobs.ts";
import { blobPath, isBlobHash } from "./blob-path.ts";

/** What a commit has to tell about the blobs it holds. */
export interface BlobHolds {
  /** Before the commit is submitted: its blobs stay. A promise only when a removal must end first. */
  begin(refs: readonly BlobRef[]): Promise<void> | undefined;
  /** After the commit has been answered. */
  end(refs: readonly BlobRef[], committed: boolean): void;
  /** The last hold of a blob has gone. Its file follows in the background. */
  freed(hash: string): void;
}

export interface BlobFiles extends BlobHolds {
  readonly dir: string;
  /** A new file to write to; `place` or `discard` must follow. */
  create(): Promise<TempFile>;
  /** Puts a complete file under its content's name, durably, and pins it until a commit holds the ref that is returned. */
  place(temp: TempFile, hash: string, sizeBytes: number): Promise<BlobRef>;
  discard(temp: TempFile): Promise<void>;
  /** Pins a file that is in place, as if it had been written again; undefined when it is not there any more. */
  keep(hash: string, sizeBytes: number): Promise<BlobRef | undefined>;
  /** A file with this inline content, made when missing: a copy that lasts until a sweep finds it unheld, or the next start. */
  copyOf(hash: string, content: Uint8Array): Promise<string>;
  /** Removes unheld files of at least this age; resolves to how many. */
  sweep(ageMs: number): Promise<number>;
  /** Waits for removals under way. */
  settled(): Promise<void>;
}

export interface TempFile {
  readonly path: string;
  readonly handle: FileHandle;
}

export interface BlobFileDeps {
  readonly dir: string;
  readonly clock: Pick<Clock, "now">;
  /** Whether a committed hold exists. */
  readonly isHeld: (hash: string) => boolean;
  /** Told of a file that could not be removed: it stays until the next sweep. */
  readonly warn: (error: unknown) => void;
}

/** Begins the names of files that copy inline content. */
const COPY = "inline-";

/** Opens the directory; what an earlier process left half-written is removed. */
export async function openBlobFiles({ dir, clock, isHeld, warn }: BlobFileDeps): Promise<BlobFiles> {
  const tempDir = join(dir, "tmp");
  await rm(tempDir, { recursive: true, force: true });
  await mkdir(tempDir, { recursive: true });

  const pins = new Map<string, number>();
  const pinned = new WeakSet<BlobRef>();
  const holding = new Map<string, number>();
  const removing = new Map<string, Promise<void>>();

  const remove = (hash: string): Promise<void> => {
    const removal = rm(blobPath(dir, hash), { force: true }).finally(() => removing.delete(hash));
    removing.set(hash, removal);
    return removal;
  };
  const isWanted = (hash: string): boolean => holding.has(hash) || isHeld(hash);

  const pin = (hash: string, sizeBytes: number): BlobRef => {
    const ref: BlobRef = { id: hash, sizeBytes };
    pinned.add(ref);
    count(pins, hash, 1);
    return ref;
  };

  const freed = (hash: string): void => {
    if (!pins.has(hash) && !isWanted(hash) && !removing.has(hash)) remove(hash).catch(warn);
  };

  return {
    dir,
    freed,
    begin: (refs) => {
      for (const { id } of refs) count(holding, id, 1);
      const under = refs.flatMap(({ id }) => removing.get(id) ?? []);
      return under.length === 0 ? undefined : Promise.allSettled(under).then(() => undefined);
    },
    end: (refs, committed) => {
      for (const ref of refs) {
        count(holding, ref.id, -1);
        if (committed && pinned.delete(ref)) count(pins, ref.id, -1);
        // The last other hold may have gone while this one, which came to nothing, was under way.
        if (!committed) freed(ref.id);
      }
    },
    create: async () => {
      const path = join(tempDir, randomUUID());
      return { path, handle: await open(path, "wx", 0o644) };
    },
    place: async (temp, hash, sizeBytes) => {
      const seconds = clock.now() / 1000;
      await temp.handle.utimes(seconds, seconds);
      await temp.handle.datasync();
      await temp.handle.close();
      const ref = pin(hash, sizeBytes);
      await removing.get(hash)?.catch(() => undefined);
      // Renamed even over a file of the same content: that makes it young again, and readers of the old one keep their descriptor.
      await moveDurably(temp.path, blobPath(dir, hash));
      return ref;
    },
    keep: async (hash, sizeBytes) => {
      if (removing.has(hash)) return undefined;
      const ref = pin(hash, sizeBytes);
      const seconds = clock.now() / 1000;
      // Young again, so that no sweep takes it for something that was forgotten.
      const there = await utimes(blobPath(dir, hash), seconds, seconds).then(() => true, () => false);
      if (there && !removing.has(hash)) return ref;
      count(pins, hash, -1);
      return undefined;
    },
    discard: async ({ handle, path }) => {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true });
    },
    copyOf: async (hash, content) => {
      const path = join(tempDir, `${COPY}${hash}`);
      if (await exists(path)) return path;
      const partial = join(tempDir, randomUUID());
      await writeFile(partial, content);
      await rename(partial, path);
      return path;
    },
    sweep: async (ageMs) => {
      for (const name of await readdir(tempDir)) {
        if (name.startsWith(COPY) && !isWanted(name.slice(COPY.length))) await rm(join(tempDir, name), { force: true });
      }
      const before = clock.now() - ageMs;
      let removed = 0;
      for await (const hash of hashesIn(dir)) {
        const found = await stat(blobPath(dir, hash)).catch(() => undefined);
        if (!found || found.mtimeMs > before || isWanted(hash) || removing.has(hash)) continue;
        pins.delete(hash);
        await remove(hash);
        removed++;
      }
      return removed;
    },
    settled: async () => {
      await Promise.allSettled(removing.values());
    },
  };
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

function count(counts: Map<string, number>, hash: string, change: number): void {
  const left = (counts.get(hash) ?? 0) + change;
  if (left > 0) counts.set(hash, left);
  else counts.delete(hash);
}

/** Renames so that the new name survives a power cut: the directory that got it, and those made for it, are synced. */
async function moveDurably(from: string, to: string): Promise<void> {
  const parent = dirname(to);
  const firstMade = await mkdir(parent, { recursive: true });
  await rename(from, to);
  await syncDir(parent);
  if (firstMade === undefined) return;
  for (let made = parent; made.length >= firstMade.length; made = dirname(made)) await syncDir(dirname(made));
}

async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* hashesIn(dir: string): AsyncGenerator<string> {
  for (const first of await shardsIn(dir)) {
    for (const second of await shardsIn(join(dir, first))) {
      for (const name of await readdir(join(dir, first, second))) if (isBlobHash(name)) yield name;
    }
  }
}

const shardsIn = async (dir: string): Promise<readonly string[]> => (await readdir(dir)).filter((name) => /^[0-9a-f]{2}$/.test(name));
