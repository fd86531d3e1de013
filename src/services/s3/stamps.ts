// Order of changes: a number that grows with every change of a key, from which version ids and event sequencers are made.
import { randomBytes } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";

export interface Stamps {
  /** Greater than every stamp given before and than `after`; near the time in microseconds. */
  next(after?: number): number;
}

export function openStamps(clock: Clock): Stamps {
  let last = 0;
  return {
    next: (after = 0) => {
      last = Math.max(last + 1, after + 1, clock.now() * 1000);
      return last;
    },
  };
}

/** An event's sequencer: of one key, the later change has the greater text. Source: S3 user guide, event message structure. */
export const sequencerOf = (stamp: number): string => stamp.toString(16).toUpperCase().padStart(18, "0");

const STAMP_BYTES = 7;
const VERSION_ID_BYTES = 24;

/** A version id: 32 characters that begin with the stamp, so that a version is found without an index. */
export function versionIdOf(stamp: number): string {
  const bytes = randomBytes(VERSION_ID_BYTES);
  bytes.writeUIntBE(Math.floor(stamp / 256), 0, STAMP_BYTES - 1);
  bytes[STAMP_BYTES - 1] = stamp % 256;
  return bytes.toString("base64url");
}

/** Stamps of the years 2001 to 2096; what decodes to another time was not made here. */
const STAMP_MIN = 1e15;
const STAMP_MAX = 4e15;

/** The stamp inside a version id; undefined when the text is no version id. */
export function stampOf(versionId: string): number | undefined {
  if (!/^[A-Za-z0-9_-]{32}$/.test(versionId)) return undefined;
  const bytes = Buffer.from(versionId, "base64url");
  const stamp = bytes.readUIntBE(0, STAMP_BYTES - 1) * 256 + (bytes[STAMP_BYTES - 1] ?? 0);
  return stamp >= STAMP_MIN && stamp < STAMP_MAX ? stamp : undefined;
}

/** An upload id: uploads of one key sort by the time they were begun. */
export const uploadIdOf = (stamp: number): string => stamp.toString(16).padStart(14, "0") + randomBytes(41).toString("hex");
