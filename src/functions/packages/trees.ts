// Unpacked code on disk: a cache of the archives, shared by everything that runs the same content, pinned while it runs.
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault, outage } from "../../kernel/fault.ts";
import { removeTree } from "./remove-tree.ts";

/** A pinned tree: it stays until `release`. */
export interface Tree {
  /** Absolute host path of the directory that becomes `/var/task`. */
  readonly dir: string;
  release(): void;
}

export interface Trees {
  /** Makes a tree once per id, however many ask at once. Throws the refusals of the package rules; an Outage when the disk fails. */
  prepare(id: string, build: Build): Promise<TreeFacts>;
  /** Prepares if need be, and pins. */
  acquire(id: string, build: Build): Promise<Tree>;
  /** Ids of the trees on disk that nobody pins and that are at least `ageMs` old. */
  idle(ageMs: number, nowMs: number): Promise<readonly string[]>;
  /** Removes a tree unless it is pinned; it comes back from its archive when asked for. */
  discard(id: string): Promise<void>;
}

/** Makes the directory and what is in it. */
export type Build = (dir: string) => Promise<TreeFacts>;

export interface TreeFacts {
  readonly unpackedBytes: number;
}

interface Facts extends TreeFacts {
  readonly bootId: string;
}

/** Ours: archives unpacked at the same time; each may hold its archive in memory. */
const unpackingMax = 2;

/** Opens `<dir>/code`, where packages are unpacked. */
export const openTrees = (dir: string): Promise<Trees> => openTreesAt(join(dir, "code"));

/**
 * Opens the directory `root`. Layout: `<id>/task` is the tree, `<id>/facts.json` what is known about it.
 * Trees are not flushed to disk, which would cost a flush per file: instead a tree counts only within the boot of the machine
 * that unpacked it. A killed server leaves whole trees or temporary ones (removed here); after a power cut all are made again.
 */
export async function openTreesAt(root: string): Promise<Trees> {
  await mkdir(root, { recursive: true });
  const bootId = await readBootId();
  await clearLeftovers(root, bootId);
  const unpacking = new Map<string, Promise<Facts>>();
  /** Of trees seen before: looking whether one is still there is all that a start waits for. */
  const known = new Map<string, Facts>();
  const pins = new Map<string, number>();
  const slots = slotsOf(unpackingMax);

  const make = async (id: string, build: Build): Promise<Facts> => {
    const before = known.get(id);
    const present = before && isDirectory(join(root, id, "task")) ? before : await readFacts(join(root, id), bootId);
    if (present) known.set(id, present);
    else known.delete(id);
    if (present) return present;
    const fresh = join(root, `.new-${randomUUID()}`);
    return slots(async () => {
      try {
        await mkdir(fresh, { recursive: true });
        const facts = { ...(await build(join(fresh, "task"))), bootId };
        await writeFile(join(fresh, "facts.json"), JSON.stringify(facts));
        // Something without facts may lie there, half removed by hand.
        await removeTree(join(root, id));
        await rename(fresh, join(root, id));
        return facts;
      } catch (error) {
        await removeTree(fresh);
        throw error instanceof Fault ? error : outage("packages.unpack", { cause: error, retryable: true });
      }
    });
  };
  const prepare = (id: string, build: Build): Promise<Facts> => {
    const under = unpacking.get(id);
    if (under) return under;
    const made = make(id, build).finally(() => unpacking.delete(id));
    unpacking.set(id, made);
    return made;
  };
  const unpin = (id: string): void => {
    const left = (pins.get(id) ?? 1) - 1;
    if (left === 0) pins.delete(id);
    else pins.set(id, left);
  };
  return {
    prepare,
    acquire: async (id, build) => {
      // Pinned before looking, so that no discard comes between.
      pins.set(id, (pins.get(id) ?? 0) + 1);
      try {
        await prepare(id, build);
      } catch (error) {
        unpin(id);
        throw error;
      }
      let held = true;
      const release = (): void => {
        if (held) unpin(id);
        held = false;
      };
      return { dir: join(root, id, "task"), release };
    },
    idle: async (ageMs, nowMs) => {
      const ids = (await readdir(root)).filter((name) => !name.startsWith(".") && !pins.has(name) && !unpacking.has(name));
      const ages = await Promise.all(ids.map((id) => stat(join(root, id)).then(({ mtimeMs }) => nowMs - mtimeMs, () => 0)));
      return ids.filter((_, index) => (ages[index] ?? 0) >= ageMs);
    },
    discard: async (id) => {
      if (pins.has(id) || unpacking.has(id)) return;
      known.delete(id);
      const gone = join(root, `.gone-${randomUUID()}`);
      // One rename takes it out of sight; a tree that is being removed can be made anew meanwhile.
      const moved = await rename(join(root, id), gone).then(() => true, () => false);
      if (moved) await removeTree(gone);
    },
  };
}

async function clearLeftovers(root: string, bootId: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (name.startsWith(".") || (await readFacts(path, bootId)) === undefined) await removeTree(path);
  }
}

async function readFacts(path: string, bootId: string): Promise<Facts | undefined> {
  try {
    const facts: unknown = JSON.parse(await readFile(join(path, "facts.json"), "utf8"));
    if (typeof facts !== "object" || facts === null || !("bootId" in facts) || facts.bootId !== bootId) return undefined;
    if (!("unpackedBytes" in facts) || typeof facts.unpackedBytes !== "number") return undefined;
    // Someone may have cleaned up by hand.
    return isDirectory(join(path, "task")) ? { unpackedBytes: facts.unpackedBytes, bootId } : undefined;
  } catch {
    return undefined;
  }
}

/** At once, as a start waits for it: the way through a thread takes longer than the look. */
const isDirectory = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
};

/** Changes with every boot of the machine; where the system does not tell, with every start, which only costs time. */
async function readBootId(): Promise<string> {
  return readFile("/proc/sys/kernel/random/boot_id", "utf8").then((text) => text.trim(), () => randomUUID());
}

/** Runs at most `max` tasks at once, in order of arrival. */
function slotsOf(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = max;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
