// Part numbers and sizes of a multipart object in a few numbers: uploads have parts of one size, so ten thousand parts are two runs.
import type { PartRun } from "./records.ts";

interface NumberedPart {
  readonly number: number;
  readonly sizeBytes: number;
}

/** Parts in ascending order. */
export function runsOf(parts: Iterable<NumberedPart>): readonly PartRun[] {
  const runs: [number, number, number][] = [];
  for (const { number, sizeBytes } of parts) {
    const last = runs.at(-1);
    if (last && last[2] === sizeBytes && last[0] + last[1] === number) last[1]++;
    else runs.push([number, 1, sizeBytes]);
  }
  return runs;
}

export const partsCount = (runs: readonly PartRun[]): number => runs.reduce((sum, [, count]) => sum + count, 0);

/** Where part `number` lies in the object: `start` inclusive, `end` exclusive; undefined when there is no such part. */
export function partSpan(runs: readonly PartRun[], number: number): { readonly start: number; readonly end: number } | undefined {
  let offset = 0;
  for (const [first, count, sizeBytes] of runs) {
    if (number >= first && number < first + count) {
      const start = offset + (number - first) * sizeBytes;
      return { start, end: start + sizeBytes };
    }
    offset += count * sizeBytes;
  }
  return undefined;
}

/** A piece of one part: `start` inclusive, `end` exclusive, counted from the part's own first byte. */
export interface PartPiece {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The pieces that together are the object's bytes `start` to `end`, in order. */
export function* piecesOf(runs: readonly PartRun[], start: number, end: number): Generator<PartPiece> {
  let offset = 0;
  for (const [first, count, sizeBytes] of runs) {
    const runEnd = offset + count * sizeBytes;
    if (sizeBytes > 0 && runEnd > start) {
      for (let index = Math.max(0, Math.floor((start - offset) / sizeBytes)); index < count; index++) {
        const at = offset + index * sizeBytes;
        if (at >= end) return;
        yield { number: first + index, start: Math.max(0, start - at), end: Math.min(sizeBytes, end - at) };
      }
    }
    offset = runEnd;
  }
}
