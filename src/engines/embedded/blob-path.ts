// Where a large blob's file is, for both threads.
import { join } from "node:path";

/** `<dir>/ab/cd/abcd…`: two levels keep directories small at millions of blobs. */
export const blobPath = (dir: string, hash: string): string => join(dir, hash.slice(0, 2), hash.slice(2, 4), hash);

/** Ids come from outside; only what a SHA-256 looks like may become part of a path. */
export const isBlobHash = (id: string): boolean => /^[0-9a-f]{64}$/.test(id);
