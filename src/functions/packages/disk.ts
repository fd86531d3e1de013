// The few acts by which a package lands on disk, in two ways: shared with the event loop, and for a thread that may block.
import { chmodSync, closeSync, fchmodSync, fstatSync, futimesSync, mkdirSync, openSync, symlinkSync, writeSync } from "node:fs";
import { chmod, mkdir, open, symlink } from "node:fs/promises";
import { promisify } from "node:util";
import { inflateRaw, inflateRawSync } from "node:zlib";

export interface Disk {
  /** Files worth writing at once. */
  readonly writers: number;
  makeDirectory(path: string): void | Promise<unknown>;
  link(target: string, path: string): void | Promise<void>;
  setMode(path: string, mode: number): void | Promise<void>;
  /** A new file; fails when there is one. */
  create(path: string, mode: number): NewFile | Promise<NewFile>;
  /** Stops at `bytesMax`, which must be more than 0. */
  inflate(zipped: Uint8Array, bytesMax: number): Uint8Array | Promise<Uint8Array>;
}

export interface NewFile {
  /** All of it, after what was written before. */
  write(content: Uint8Array): void | Promise<void>;
  setTime(seconds: number): void | Promise<void>;
  close(): void | Promise<void>;
}

const inflateAside = promisify(inflateRaw);
/** zlib takes no smaller piece; one that holds everything saves joining pieces. */
const pieceBytesMin = 64;
const inflateOptions = (bytesMax: number) => ({ maxOutputLength: bytesMax, chunkSize: Math.max(pieceBytesMin, bytesMax) });

/** Every act goes through the thread pool: slower by a hop each, and nobody waits meanwhile. The pool has four threads. */
export const sharedDisk: Disk = {
  writers: 4,
  makeDirectory: mkdir,
  link: symlink,
  setMode: chmod,
  create: async (path, mode) => {
    const file = await open(path, "wx", mode);
    if (!modesKept.has(mode)) {
      if (((await file.stat()).mode & PERMISSIONS) === mode) modesKept.add(mode);
      else await file.chmod(mode);
    }
    return { write: (content) => file.writeFile(content), setTime: (seconds) => file.utimes(seconds, seconds), close: () => file.close() };
  },
  inflate: (zipped, bytesMax) => inflateAside(zipped, inflateOptions(bytesMax)),
};

/** Every act blocks the calling thread, which is the fastest way through thousands of small files. */
export const blockingDisk: Disk = {
  writers: 1,
  makeDirectory: (path) => mkdirSync(path),
  link: symlinkSync,
  setMode: chmodSync,
  create: (path, mode) => {
    const descriptor = openSync(path, "wx", mode);
    const file: NewFile = {
      write: (content) => {
        for (let at = 0; at < content.byteLength; ) at += writeSync(descriptor, content, at);
      },
      setTime: (seconds) => futimesSync(descriptor, seconds, seconds),
      close: () => closeSync(descriptor),
    };
    if (!modesKept.has(mode)) {
      if ((fstatSync(descriptor).mode & PERMISSIONS) === mode) modesKept.add(mode);
      else fchmodSync(descriptor, mode);
    }
    return file;
  },
  inflate: (zipped, bytesMax) => inflateRawSync(zipped, inflateOptions(bytesMax)),
};

const PERMISSIONS = 0o777;
/** Modes that the operator's umask leaves whole, found out with the first file of each: asking for the umask itself would change it for a moment. */
const modesKept = new Set<number>();
