// Byte ranges as S3 reads them: one range or none; what makes no sense is ignored, what can not be satisfied is refused.
import { fault, type Fault } from "../../kernel/fault.ts";
import { invalidArgument } from "./errors.ts";

/** `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const notSatisfiable = (header: string, sizeBytes: number): Fault =>
  fault("InvalidRange", { message: "The requested range is not satisfiable", status: 416, ActualObjectSize: String(sizeBytes), RangeRequested: header });

/** The bytes wanted of an object; undefined means all of it with a 200. Throws InvalidRange (416). */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || header === undefined) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    if (length === 0) throw notSatisfiable(header, sizeBytes);
    return { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw notSatisfiable(header, sizeBytes);
  return { start, end: last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

/** `bytes 0-9/100`. */
export const contentRange = (range: ByteRange, sizeBytes: number): string => `bytes ${range.start}-${range.end - 1}/${sizeBytes}`;

const COPY_HEADER = "x-amz-copy-source-range";

/** UploadPartCopy is stricter: both ends, inside the source. Throws InvalidArgument. */
export function parseCopyRange(header: string | undefined, sizeBytes: number): ByteRange {
  if (header === undefined) return { start: 0, end: sizeBytes };
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const range = { start: Number(match?.[1]), end: Number(match?.[2]) + 1 };
  if (!match || range.end <= range.start) {
    throw invalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", COPY_HEADER, header);
  }
  if (range.end > sizeBytes) throw invalidArgument(`Range specified is not valid for source object of size: ${sizeBytes}`, COPY_HEADER, header);
  return range;
}
