// What an archive would become on disk, decided before a single byte is written.
import type { PackageEntry } from "./entry.ts";
import { notUnzippable, unzippedTooLarge } from "./refusals.ts";

export interface UnpackPlan {
  /** Parents before their children; the root is not among them. */
  readonly directories: readonly string[];
  readonly files: readonly PackageEntry[];
  readonly links: readonly PackageEntry[];
  /** Sum of the declared sizes of the files; the unpacker holds every file to its declaration. */
  readonly unpackedBytes: number;
}

/** Throws the refusal when entries collide, overlap in the archive, or come to more than allowed. */
export function planUnpack(entries: readonly PackageEntry[], bytesMax: number): UnpackPlan {
  refuseOverlaps(entries);
  const leaves = new Map<string, PackageEntry>();
  const directories = new Set<string>();
  for (const entry of entries) {
    for (const parent of parentsOf(entry.path)) directories.add(parent);
    if (entry.kind === "directory") directories.add(entry.path);
    // A name that comes twice: the last one wins, as with unzip.
    else leaves.set(entry.path, entry);
  }
  // A file (or a link!) where a directory must be would let later entries be written through it.
  for (const path of directories) if (leaves.has(path)) throw notUnzippable(`${path} is both a file and a directory`);
  const files = [...leaves.values()].filter(({ kind }) => kind === "file");
  const unpackedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (unpackedBytes >= bytesMax) throw unzippedTooLarge(bytesMax);
  return {
    directories: [...directories].sort(),
    files,
    links: [...leaves.values()].filter(({ kind }) => kind === "link"),
    unpackedBytes,
  };
}

function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) parents.push(path.slice(0, slash));
  return parents;
}

/** Entries that share bytes are how a few kilobytes become petabytes. */
function refuseOverlaps(entries: readonly PackageEntry[]): void {
  const localHeaderBytesMin = 30;
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { offset, zippedBytes, path } of sorted) {
    if (offset < end) throw notUnzippable(`${path} overlaps another entry`);
    end = offset + localHeaderBytesMin + zippedBytes;
  }
}

/** How often a path may pass through a link before it counts as endless; Linux allows 40. */
const linkHopsMax = 40;

/**
 * True when following the link at `path` stays inside the package, through whatever other links it passes.
 * `links` has the targets of all links of the package by path.
 */
export function linkStaysInside(path: string, links: ReadonlyMap<string, string>): boolean {
  const at = path.split("/").slice(0, -1);
  const ahead = (links.get(path) ?? "").split("/");
  if (ahead[0] === "" && ahead.length > 1) return false;
  for (let hops = 0; ahead.length > 0; ) {
    const segment = ahead.shift();
    if (segment === undefined || segment === "" || segment === ".") continue;
    if (segment === "..") {
      if (at.length === 0) return false;
      at.pop();
      continue;
    }
    at.push(segment);
    const target = links.get(at.join("/"));
    if (target === undefined) continue;
    if (++hops > linkHopsMax || target.startsWith("/")) return false;
    at.pop();
    ahead.unshift(...target.split("/"));
  }
  return true;
}
