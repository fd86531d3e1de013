// The extended headers of POSIX archives: `length key=value` lines that replace what a header has no room for.
import { BadImage } from "./refusals.ts";
import { utf8 } from "./tar-header.ts";

export interface PaxFacts {
  readonly path?: string;
  readonly linkPath?: string;
  readonly sizeBytes?: number;
  readonly modifiedSeconds?: number;
}

/** Reads the records; later ones win. Throws BadImage for what is no list of records, and for sparse files. */
export function readPax(bytes: Buffer): PaxFacts {
  const facts: { -readonly [K in keyof PaxFacts]: PaxFacts[K] } = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? "" : bytes.toString("latin1", at, space);
    const length = /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, space);
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 0x0a || equals === -1 || equals >= end) throw new BadImage("an extended header of a layer is torn");
    const key = bytes.toString("latin1", space + 1, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    if (key === "path") facts.path = utf8(value);
    else if (key === "linkpath") facts.linkPath = utf8(value);
    else if (key === "size") facts.sizeBytes = whole(value);
    else if (key === "mtime") facts.modifiedSeconds = Math.max(0, Number(value.toString("latin1")) || 0);
    else if (key.startsWith("GNU.sparse.")) throw new BadImage("a layer has a sparse file, which is not supported; make it again without --sparse");
    at = end;
  }
  return facts;
}

function whole(value: Buffer): number {
  const digits = value.toString("latin1");
  if (!/^\d{1,15}$/.test(digits)) throw new BadImage("a size in an extended header of a layer is no number");
  return Number(digits);
}
