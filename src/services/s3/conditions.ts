// Conditional requests: which of 200, 304 and 412 a read gets, and whether a write may go on.
import type { Fault } from "../../kernel/fault.ts";
import { noSuchKey, notImplemented, preconditionFailed } from "./errors.ts";

/** What conditions are judged by. */
interface Judged {
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface ReadConditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly IfModifiedSince?: Date;
  readonly IfUnmodifiedSince?: Date;
}

/** Whether one of a header's entity tags, with or without quotes, is this one. `*` is any. */
export function etagMatches(header: string, etag: string): boolean {
  return header.split(",").some((candidate) => {
    const tag = candidate.trim().replace(/^W\//, "").replace(/^"|"$/g, "");
    return tag === "*" || tag === etag;
  });
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** A time in the future says nothing (RFC 9110, 13.1.3). */
const notModifiedSince = (object: Judged, since: Date, nowMs: number): boolean =>
  seconds(object.modifiedMs) <= seconds(since.getTime()) && since.getTime() <= nowMs;

const modifiedAfter = (object: Judged, since: Date): boolean => seconds(object.modifiedMs) > seconds(since.getTime());

export type Verdict = { readonly kind: "go" } | { readonly kind: "not-modified"; readonly condition: string } | { readonly kind: "failed"; readonly condition: string };

/** An entity tag condition, where present, hides the date condition of its kind. Source: S3 API reference of GetObject; RFC 9110, 13.2.2. */
export function judgeRead(conditions: ReadConditions, object: Judged, nowMs: number): Verdict {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!etagMatches(IfMatch, object.etag)) return { kind: "failed", condition: "If-Match" };
  } else if (IfUnmodifiedSince !== undefined && modifiedAfter(object, IfUnmodifiedSince)) {
    return { kind: "failed", condition: "If-Unmodified-Since" };
  }
  if (IfNoneMatch !== undefined) {
    if (etagMatches(IfNoneMatch, object.etag)) return { kind: "not-modified", condition: "If-None-Match" };
  } else if (IfModifiedSince !== undefined && notModifiedSince(object, IfModifiedSince, nowMs)) {
    return { kind: "not-modified", condition: "If-Modified-Since" };
  }
  return { kind: "go" };
}

export interface CopySourceConditions {
  readonly CopySourceIfMatch?: string;
  readonly CopySourceIfNoneMatch?: string;
  readonly CopySourceIfModifiedSince?: Date;
  readonly CopySourceIfUnmodifiedSince?: Date;
}

/** Throws PreconditionFailed: a copy has no 304. */
export function checkCopySource(conditions: CopySourceConditions, object: Judged, nowMs: number): void {
  const verdict = judgeRead(
    {
      IfMatch: conditions.CopySourceIfMatch,
      IfNoneMatch: conditions.CopySourceIfNoneMatch,
      IfModifiedSince: conditions.CopySourceIfModifiedSince,
      IfUnmodifiedSince: conditions.CopySourceIfUnmodifiedSince,
    },
    object, nowMs,
  );
  if (verdict.kind !== "go") throw preconditionFailed(`x-amz-copy-source-${verdict.condition}`);
}

export interface WriteConditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

/** Refuses condition headers a write does not take, before any byte of it is read. */
export function checkWriteHeaders({ IfMatch, IfNoneMatch }: WriteConditions): void {
  const unacceptable = (header: string): Fault => notImplemented(header, `We don't accept the provided value of ${header} header for this API`);
  if (IfMatch !== undefined && IfNoneMatch !== undefined) {
    throw notImplemented("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
  }
  if (IfNoneMatch !== undefined && IfNoneMatch !== "*") throw unacceptable("If-None-Match");
  if (IfMatch === "*") throw unacceptable("If-Match");
}

/** Throws PreconditionFailed or NoSuchKey when the current object (undefined: none) is not what the writer expects. */
export function checkWrite({ IfMatch, IfNoneMatch }: WriteConditions, current: Judged | undefined, key: string): void {
  if (IfNoneMatch !== undefined && current) throw preconditionFailed("If-None-Match");
  if (IfMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!etagMatches(IfMatch, current.etag)) throw preconditionFailed("If-Match");
}
