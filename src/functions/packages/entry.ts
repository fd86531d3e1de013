// One line of a zip's directory, judged: what it would make in the package, or why it must not.
import { isUtf8 } from "node:buffer";
import { getFileNameLowLevel, type Entry } from "yauzl";
import { notUnzippable } from "./refusals.ts";

export interface PackageEntry {
  /** Relative, segments parted by single slashes, no `.` and no `..`; never empty. */
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly executable: boolean;
  readonly modifiedMs: number;
  /** Where the local header starts in the archive. */
  readonly offset: number;
  readonly deflated: boolean;
  readonly zippedBytes: number;
  /** As declared; what comes out must have exactly this size. */
  readonly bytes: number;
  readonly crc32: number;
}

/** Linux: the longest name of one file. */
const segmentBytesMax = 255;
/** Ours: a path in a package; PATH_MAX (4096) less room for where it is unpacked. */
const pathBytesMax = 3072;

const unixHosts = new Set([3, 19]);
const typeMask = 0o170000;
const types: Readonly<Record<number, PackageEntry["kind"]>> = { 0: "file", 0o100000: "file", 0o040000: "directory", 0o120000: "link" };

/** Undefined for an entry that makes nothing (`./`). Throws the refusal for names and kinds that must not be unpacked. */
export function judgeEntry(entry: Entry): PackageEntry | undefined {
  const name = entryName(entry);
  const path = safePath(name);
  if (path === "") return undefined;
  if (entry.isEncrypted()) throw notUnzippable(`${name} is encrypted`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw notUnzippable(`${name} is compressed by method ${entry.compressionMethod}`);
  const mode = entry.externalFileAttributes >>> 16;
  const kind = name.endsWith("/") ? "directory" : types[mode & typeMask];
  if (kind === undefined) throw notUnzippable(`${name} is a special file (mode ${mode.toString(8)})`);
  return {
    path, kind,
    // An archive made without Unix modes (on Windows) can not say what is a program; AWS's own tools would mark all files.
    executable: mode === 0 || (mode & 0o111) !== 0,
    modifiedMs: entry.getLastModDate({ timezone: "UTC" }).getTime(),
    offset: entry.relativeOffsetOfLocalHeader,
    deflated: entry.compressionMethod === 8,
    zippedBytes: entry.compressedSize,
    bytes: entry.uncompressedSize,
    crc32: entry.crc32,
  };
}

function entryName(entry: Entry): string {
  // `decodeStrings: false` leaves the raw bytes here, whatever the declared type.
  const raw = entry.fileNameRaw;
  const saysUtf8 = (entry.generalPurposeBitFlag & 0x800) !== 0;
  if (saysUtf8 && !isUtf8(raw)) throw notUnzippable("a name is not UTF-8 although its flag says so");
  // Unix tools write the bytes of the file system without setting the flag.
  if (unixHosts.has(entry.versionMadeBy >>> 8) && isUtf8(raw)) return raw.toString("utf8");
  return getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
}

function safePath(name: string): string {
  if (name === "" || /[\0\\]/.test(name) || name.startsWith("/") || /^[A-Za-z]:/.test(name)) throw notUnzippable(`the name ${JSON.stringify(name)} is not allowed`);
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.some((segment) => segment === ".." || Buffer.byteLength(segment) > segmentBytesMax)) throw notUnzippable(`the path ${JSON.stringify(name)} is not allowed`);
  const path = segments.join("/");
  if (Buffer.byteLength(path) > pathBytesMax) throw notUnzippable("a path is too long");
  return path;
}
