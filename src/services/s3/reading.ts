// How an object is read: conditions, ranges and parts decide the status and the headers; GetObject and HeadObject share them all.
import { fault } from "../../kernel/fault.ts";
import type { Checksum } from "./checksums.ts";
import { judgeRead, type ReadConditions } from "./conditions.ts";
import { invalidArgument, invalidRequest, preconditionFailed } from "./errors.ts";
import type { S3Context } from "./op.ts";
import { partsCount, partSpan } from "./part-runs.ts";
import { type ByteRange, contentRange, parseRange } from "./ranges.ts";
import { type BucketRecord, keys, type ObjectRecord, type PartRecord } from "./records.ts";
import { checksumView, objectView } from "./views.ts";

interface Reading extends ReadConditions {
  readonly Range?: string;
  readonly PartNumber?: number;
  readonly ChecksumMode?: string;
}

/** Sets the status (206, 304) and what the schema has no member for; throws PreconditionFailed (412), InvalidRange or InvalidPartNumber (416). */
export async function readPlan(input: Reading, bucket: BucketRecord, object: ObjectRecord, context: Pick<S3Context, "reply" | "clock" | "store">) {
  const verdict = judgeRead(input, object, context.clock.now());
  if (verdict.kind === "failed") throw preconditionFailed(verdict.condition);
  const view = objectView(bucket, object);
  if (verdict.kind === "not-modified") {
    context.reply.status = 304;
    const { LastModified, ETag, VersionId, CacheControl, ServerSideEncryption } = view;
    return { kind: "not-modified", view: { LastModified, ETag, VersionId, CacheControl, ServerSideEncryption } } as const;
  }
  const range = rangeOf(input, object);
  if (object.expires !== undefined) context.reply.headers["expires"] = object.expires;
  if (range) context.reply.status = 206;
  const whole = { start: 0, end: object.sizeBytes };
  const { start, end } = range ?? whole;
  const checksum = input.ChecksumMode === "ENABLED" ? await checksumOf(input, object, { start, end }, context) : undefined;
  return {
    kind: "go",
    range: range ?? whole,
    view: {
      ...view, ...(checksum && checksumView(checksum)),
      ContentLength: end - start,
      ContentRange: range && contentRange(range, object.sizeBytes),
      PartsCount: input.PartNumber !== undefined && object.multipart && object.body.kind === "parts" ? partsCount(object.body.runs) : undefined,
    },
  } as const;
}

/** What is sent has a checksum when it is the whole, or a part of an object that keeps its parts' checksums; any other range has none. */
async function checksumOf({ PartNumber: number }: Reading, object: ObjectRecord, { start, end }: ByteRange, { store }: Pick<S3Context, "store">): Promise<Checksum | undefined> {
  if (number !== undefined && object.multipart && object.checksum.type === "COMPOSITE") {
    const part = await store.get<PartRecord>(keys.part(object.id, number));
    return part && { ...part.value.checksum, type: "COMPOSITE" };
  }
  return end - start === object.sizeBytes ? object.checksum : undefined;
}

function rangeOf({ Range: header, PartNumber: number }: Reading, object: ObjectRecord): ByteRange | undefined {
  if (number === undefined) return parseRange(header, object.sizeBytes);
  if (header !== undefined) throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", number);
  }
  const parts = object.multipart && object.body.kind === "parts" ? object.body.runs : undefined;
  const span = parts ? partSpan(parts, number) : number === 1 ? { start: 0, end: object.sizeBytes } : undefined;
  if (!span) {
    throw fault("InvalidPartNumber", {
      message: "The requested partnumber is not satisfiable", status: 416, ActualPartCount: String(parts ? partsCount(parts) : 1), PartNumberRequested: String(number),
    });
  }
  return span.end > span.start ? span : undefined;
}

interface Overrides {
  readonly ResponseCacheControl?: string;
  readonly ResponseContentDisposition?: string;
  readonly ResponseContentEncoding?: string;
  readonly ResponseContentLanguage?: string;
  readonly ResponseContentType?: string;
}

/** The `response-*` parameters, which replace headers of the answer. */
export function responseOverrides(input: Overrides, context: Pick<S3Context, "query" | "reply">) {
  const expires = context.query["response-expires"];
  if (expires !== undefined) context.reply.headers["expires"] = expires;
  const given = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Record<keyof typeof given, string>>;
}
