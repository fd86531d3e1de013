// ListMultipartUploads: uploads under way, by key and then by when they began.
import { findBucket } from "../buckets.ts";
import { nameWriter, pageSize } from "../listing.ts";
import type { Input, Op } from "../op.ts";
import { ownerOf } from "../owner.ts";
import { keys, type UploadRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { scan, startAfter } from "../scan.ts";
import { wireTime } from "../views.ts";

export const listMultipartUploads: Op<"ListMultipartUploads"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const limit = pageSize(input.MaxUploads, "max-uploads", "max-uploads");
  const text = nameWriter(input.EncodingType);
  const { Prefix: prefix = "", Delimiter: delimiter = "" } = input;
  const uploads: UploadRecord[] = [];
  const prefixes: string[] = [];
  let truncated = false;
  let last: { readonly name: string; readonly id?: string } | undefined;
  for await (const { name, entry } of scan<UploadRecord>(context.store, keys.uploads(bucket.name), { prefix, delimiter, ...start(bucket.name, input), expected: limit })) {
    truncated = uploads.length + prefixes.length >= limit;
    if (truncated) break;
    if (entry) uploads.push(entry.value);
    else prefixes.push(name);
    last = { name, id: entry?.value.id };
  }
  return {
    Bucket: bucket.name,
    KeyMarker: text(input.KeyMarker ?? ""),
    UploadIdMarker: input.KeyMarker ? (input.UploadIdMarker ?? "") : "",
    NextKeyMarker: truncated && last ? text(last.name) : undefined,
    NextUploadIdMarker: truncated ? last?.id : undefined,
    Prefix: text(prefix),
    Delimiter: input.Delimiter && text(input.Delimiter),
    EncodingType: input.EncodingType,
    MaxUploads: limit,
    IsTruncated: truncated && limit > 0,
    Uploads: uploads.map((upload) => ({
      UploadId: upload.id, Key: text(upload.key), Initiated: wireTime(upload.initiatedMs), StorageClass: "STANDARD",
      Owner: ownerOf(bucket.account), Initiator: ownerOf(upload.initiator), ChecksumAlgorithm: upload.checksum?.algorithm, ChecksumType: upload.checksum?.type,
    })),
    CommonPrefixes: prefixes.map((name) => ({ Prefix: text(name) })),
  };
};

function start(bucket: string, { KeyMarker: key, UploadIdMarker: id, Prefix: prefix = "", Delimiter: delimiter = "" }: Input<"ListMultipartUploads">) {
  if (!key) return {};
  return id ? { after: keys.upload(bucket, key, id) } : { from: startAfter(keys.uploads(bucket), key, { prefix, delimiter }) };
}
