// Notices saves by looking, for directories that the system has no watches left for.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import { isPassingFile } from "./ignored.ts";

export interface Poll extends Disposable {
  /** Looks at the files of one more directory, not at those below it. */
  add(dir: string): void;
}

/** Ours: seldom enough for thousands of files. */
const everyMs = 1000;

export function pollFolders(clock: Clock, onChange: (path: string) => void): Poll {
  const seen = new Map<string, ReadonlyMap<string, string>>();
  let cancel: () => void = () => undefined;
  let ended = false;

  const look = async (): Promise<void> => {
    for (const [dir, before] of seen) {
      const now = await stampsIn(dir);
      seen.set(dir, now);
      for (const path of new Set([...before.keys(), ...now.keys()])) if (before.get(path) !== now.get(path)) onChange(path);
    }
    if (!ended) again();
  };
  const again = (): void => {
    cancel = clock.after(everyMs, () => void look());
  };
  again();
  return {
    add: (dir) => void stampsIn(dir).then((stamps) => seen.set(dir, stamps)),
    [Symbol.dispose]: () => {
      ended = true;
      cancel();
    },
  };
}

/** Path to what a save changes of it. */
async function stampsIn(dir: string): Promise<ReadonlyMap<string, string>> {
  const stamps = new Map<string, string>();
  for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || isPassingFile(entry.name)) continue;
    const path = join(dir, entry.name);
    const found = await stat(path).catch(() => undefined);
    if (found) stamps.set(path, `${found.mtimeMs}/${found.size}/${found.ino}`);
  }
  return stamps;
}
