// Notices saves in a folder, however large: one watch per directory, where the recursive watch of Node makes one per file on Linux.
import { watch, type FSWatcher } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import { isPassingFile, isWatchedFolder, packagesFolder } from "./ignored.ts";
import { pollFolders, type Poll } from "./poll-folders.ts";

export interface Saves {
  /** Relative to the folder, in order of first mention. */
  readonly paths: readonly string[];
  /** When the first of them was noticed, monotonic. */
  readonly noticedMs: number;
}

export interface WatchDeps {
  readonly clock: Clock;
  readonly onSaves: (saves: Saves) => void;
  /** Something keeps the watch from seeing all. */
  readonly onTrouble: (sentence: string) => void;
}

/** Ours: a save is over when nothing has happened for this long; editors write, rename and change modes within a few milliseconds. */
const quietMs = 20;
/** Ours: whoever writes on and on is not waited for. */
const longestMs = 120;
/** Ours: an installation of packages goes on for seconds. */
const quietPackagesMs = 500;
/** Ours: how often it is looked whether a folder that has gone is back. */
const returnMs = 300;

/** Resolves when every directory is watched. */
export async function watchFolder(folder: string, deps: WatchDeps): Promise<Disposable> {
  const watcher = new FolderWatch(folder, deps);
  await watcher.add(folder);
  return watcher;
}

class FolderWatch implements Disposable {
  readonly #folder: string;
  readonly #deps: WatchDeps;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  #noticedMs: number | undefined;
  #cancel: () => void = () => undefined;
  #poll: Poll | undefined;
  #ended = false;

  constructor(folder: string, deps: WatchDeps) {
    this.#folder = folder;
    this.#deps = deps;
  }

  /** Watches a directory and those below it. */
  async add(dir: string): Promise<void> {
    if (this.#ended || this.#watchers.has(dir) || !isWatchedFolder(basename(dir)) || !this.#watch(dir) || basename(dir) === packagesFolder) return;
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) if (entry.isDirectory()) await this.add(join(dir, entry.name));
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#cancel();
    this.#poll?.[Symbol.dispose]();
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  /** False when the directory is not there. */
  #watch(dir: string): boolean {
    try {
      const watcher = watch(dir, (event, name) => this.#happened(dir, event, name));
      watcher.on("error", () => this.#drop(dir));
      this.#watchers.set(dir, watcher);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOSPC" && code !== "EMFILE") return false;
      this.#pollFor(dir);
      return true;
    }
  }

  #happened(dir: string, event: string, name: string | null): void {
    // A directory that goes away is told by its own name.
    if (name === null || (event === "rename" && name === basename(dir))) void this.#lookAfter(dir);
    if (name === null || isPassingFile(name) || !isWatchedFolder(name)) return;
    if (event === "rename") void this.#arrived(join(dir, name));
    this.#notice(join(dir, name), basename(dir) === packagesFolder ? quietPackagesMs : quietMs);
  }

  /** A name has come or gone; a directory that has come is watched, with what was put into it before we knew. */
  async #arrived(path: string): Promise<void> {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      // It may be another directory than the one that had this name.
      this.#drop(path);
      await this.add(path);
    } else if (!found) this.#drop(path);
  }

  async #lookAfter(dir: string): Promise<void> {
    if (await lstat(dir).catch(() => undefined)) return;
    this.#drop(dir);
    if (dir === this.#folder) this.#awaitReturn();
  }

  #awaitReturn(): void {
    this.#deps.clock.after(returnMs, () => {
      void this.add(this.#folder).then(() => {
        if (this.#ended) return;
        if (this.#watchers.has(this.#folder)) this.#notice(this.#folder, quietMs);
        else this.#awaitReturn();
      });
    });
  }

  #drop(dir: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== dir && !path.startsWith(`${dir}/`)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }

  #notice(path: string, quiet: number): void {
    const { clock } = this.#deps;
    const now = clock.monotonicMs();
    this.#noticedMs ??= now;
    this.#changed.add(path);
    this.#cancel();
    const wait = quiet === quietMs ? Math.min(quiet, this.#noticedMs + longestMs - now) : quiet;
    this.#cancel = clock.after(Math.max(0, wait), () => this.#tell());
  }

  #tell(): void {
    const saves = { paths: [...this.#changed].map((path) => relative(this.#folder, path) || "."), noticedMs: this.#noticedMs ?? 0 };
    this.#changed.clear();
    this.#noticedMs = undefined;
    this.#deps.onSaves(saves);
  }

  #pollFor(dir: string): void {
    if (!this.#poll) {
      this.#poll = pollFolders(this.#deps.clock, (path) => this.#notice(path, quietMs));
      this.#deps.onTrouble("This machine has no more file watches (fs.inotify.max_user_watches): part of the folder is looked at once a second instead. `sysctl fs.inotify.max_user_watches=524288` gives more.");
    }
    this.#poll.add(dir);
  }
}
