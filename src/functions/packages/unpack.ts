// Carries out an unpacking plan: real bytes are counted and checked as they come, and what lands on disk is read-only.
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { openArchive, type Archive, type ArchiveSource } from "./archive.ts";
import type { Disk, NewFile } from "./disk.ts";
import type { PackageEntry } from "./entry.ts";
import { linkStaysInside, planUnpack } from "./plan.ts";
import { emptyArchive, notUnzippable } from "./refusals.ts";

/** Ours: files up to this size are inflated in one piece, larger ones stream. */
const wholeBytesMax = 4 * 1024 * 1024;
/** Linux: PATH_MAX. */
const linkBytesMax = 4096;

export interface Unpacked {
  readonly unpackedBytes: number;
}

/** Where to, and how much at most. */
export interface Target {
  /** Must not exist. */
  readonly dir: string;
  readonly bytesMax: number;
}

/** Another thread with the same archive, which writes the second half of the files. */
export interface Partner {
  /** The directories are there. Resolves when all of it is written. */
  begin(): Promise<unknown>;
}

/**
 * Unpacks into `dir`. Files come out 0444 or 0555 with the archive's times, directories 0555.
 * Throws the refusals of the package rules; the caller removes what was begun.
 */
export async function unpack(source: ArchiveSource, { dir, bytesMax }: Target, disk: Disk, partner?: Partner): Promise<Unpacked> {
  await using archive = await openArchive(source);
  const plan = planUnpack(archive.entries, bytesMax);
  if (plan.files.length === 0) throw emptyArchive();
  const targets = new Map<string, string>();
  for (const link of plan.links) targets.set(link.path, await linkTarget(archive, link, disk));
  for (const { path } of plan.links) if (!linkStaysInside(path, targets)) throw notUnzippable(`the link ${path} leads out of the package`);

  await disk.makeDirectory(dir);
  for (const path of plan.directories) await disk.makeDirectory(join(dir, path));
  const others = partner?.begin();
  const mine = partner ? halves(plan.files)[0] : plan.files;
  await inParallel(disk.writers, mine, (file) => writeEntry(archive, file, join(dir, file.path), disk));
  await others;
  for (const [path, target] of targets) await disk.link(target, join(dir, path));
  for (const path of plan.directories) await disk.setMode(join(dir, path), 0o555);
  await disk.setMode(dir, 0o555);
  return { unpackedBytes: plan.unpackedBytes };
}

/** What a partner does: all that `unpack` leaves to it. */
export async function unpackSecondHalf(source: ArchiveSource, { dir, bytesMax }: Target, disk: Disk, begun: Promise<unknown>): Promise<Unpacked> {
  await using archive = await openArchive(source);
  const plan = planUnpack(archive.entries, bytesMax);
  await begun;
  await inParallel(disk.writers, halves(plan.files)[1], (file) => writeEntry(archive, file, join(dir, file.path), disk));
  return { unpackedBytes: plan.unpackedBytes };
}

/** Neighbours stay together: two who make files in one directory wait for each other. */
function halves(files: readonly PackageEntry[]): readonly [readonly PackageEntry[], readonly PackageEntry[]] {
  const whole = files.reduce((sum, file) => sum + effort(file), 0);
  let before = 0;
  const middle = files.findIndex((file) => (before += effort(file)) > whole / 2);
  return [files.slice(0, middle), files.slice(middle)];
}

/** Ours: to make a file takes as long as to inflate and write so many bytes. */
const FILE_EFFORT_BYTES = 64 * 1024;
const effort = ({ bytes }: PackageEntry): number => bytes + FILE_EFFORT_BYTES;

/** Stops handing out items when one fails; rejects when all begun have ended. */
async function inParallel<T>(workers: number, items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (failures.length > 0) return;
      await task(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (failures.length > 0) throw failures[0];
}

async function writeEntry(archive: Archive, entry: PackageEntry, path: string, disk: Disk): Promise<void> {
  // Read-only for others from the start; this descriptor may write all the same.
  const file = await disk.create(path, entry.executable ? 0o555 : 0o444);
  try {
    if (entry.bytes <= wholeBytesMax && entry.zippedBytes <= wholeBytesMax) {
      const content = await contentOf(archive, entry, disk);
      if (content.byteLength > 0) await file.write(content);
    } else {
      await streamContent(archive, entry, file);
    }
    // Python trusts compiled files by the time of their source, so the archive's times matter.
    await file.setTime(entry.modifiedMs / 1000);
  } finally {
    await file.close();
  }
}

/** A small entry's content at once, never more than declared whatever the archive holds. */
async function contentOf(archive: Archive, entry: PackageEntry, disk: Disk): Promise<Uint8Array> {
  const zipped = await archive.zipped(entry);
  // One byte more than declared proves a lie; inflating stops there. (0 would mean no limit.)
  const content = entry.deflated ? await inflated(zipped, entry.bytes + 1, disk) : zipped;
  if (content.byteLength !== entry.bytes || crc32(content) !== entry.crc32) throw notUnzippable(`${entry.path} is not what the archive declares`);
  return content;
}

async function streamContent(archive: Archive, entry: PackageEntry, into: NewFile): Promise<void> {
  let bytes = 0;
  let checksum = 0;
  const write = async (content: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of content) {
      bytes += chunk.byteLength;
      if (bytes > entry.bytes) throw notUnzippable(`${entry.path} is larger than declared`);
      checksum = crc32(chunk, checksum);
      await into.write(chunk);
    }
  };
  const zipped: Readable = await archive.zippedStream(entry);
  await (entry.deflated ? pipeline(zipped, createInflateRaw({ chunkSize: 256 * 1024 }), write) : pipeline(zipped, write)).catch(refuseBadData);
  if (bytes !== entry.bytes || checksum !== entry.crc32) throw notUnzippable(`${entry.path} is not what the archive declares`);
}

async function linkTarget(archive: Archive, link: PackageEntry, disk: Disk): Promise<string> {
  if (link.bytes === 0 || link.bytes >= linkBytesMax) throw notUnzippable(`the link ${link.path} has no sensible target`);
  const target = Buffer.from(await contentOf(archive, link, disk)).toString("utf8");
  if (target.includes("\0") || target.includes("\uFFFD")) throw notUnzippable(`the target of the link ${link.path} is not a path`);
  return target;
}

async function inflated(zipped: Uint8Array, bytesMax: number, disk: Disk): Promise<Uint8Array> {
  try {
    return await disk.inflate(zipped, bytesMax);
  } catch (error) {
    throw notUnzippable(error);
  }
}

/** A full disk is not the archive's fault; what zlib says is. */
function refuseBadData(error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  throw code.startsWith("Z_") ? notUnzippable(error) : error;
}
