// CopyObject: another name for the same bytes; nothing is copied but the record, unless a checksum has to be computed anew.
import { uuid } from "../../../kernel/ids.ts";
import { limits } from "../../../kernel/limits.ts";
import { type Entry, unchanged } from "../../../ports/store.ts";
import { checkedMetadata, contentHeaders } from "../attributes.ts";
import { sharedBody } from "../bodies.ts";
import { algorithmNamed, checksumMembers } from "../checksums.ts";
import { checkWriteHeaders } from "../conditions.ts";
import { findSource, parseCopySource, type Source } from "../copy-source.ts";
import { invalidArgument, invalidRequest } from "../errors.ts";
import { checkKey } from "../names.ts";
import type { Input, Op, S3Context } from "../op.ts";
import type { ObjectRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { type Digests, wholeDigests } from "../rehash.ts";
import { headerTags } from "../tags.ts";
import { encryption, quoted, shownVersion, wireTime } from "../views.ts";
import { type NewObject, writeObject } from "../write-object.ts";

type Copy = Input<"CopyObject">;

export const copyObject: Op<"CopyObject"> = async (input, context) => {
  checkKey(input.Key ?? "");
  refuseUnbuilt(context.headers);
  checkWriteHeaders(input);
  checkDirectives(input);
  const source = parseCopySource(input.CopySource);
  refuseIdle(input, source, context);

  const id = uuid();
  const first = await findSource(source, input, context);
  let hashed = { entry: first.entry, digests: await digestsOf(first.entry.value, input, context) };
  const { bucket, object } = await writeObject(context, input, "ObjectCreated:Copy", async () => {
    const { entry } = await findSource(source, input, context);
    if (entry.version !== hashed.entry.version) hashed = { entry, digests: await digestsOf(entry.value, input, context) };
    const { body, writes } = await sharedBody(context.store, entry.value, id);
    return { object: { id, ...attributes(entry, input, context), ...hashed.digests, sizeBytes: entry.value.sizeBytes, body }, checks: [unchanged(entry.key, entry)], writes };
  });
  return {
    CopyObjectResult: { ETag: quoted(object.etag), LastModified: wireTime(object.modifiedMs), ...checksumMembers(object.checksum) },
    CopySourceVersionId: shownVersion(first.bucket, hashed.entry.value.versionId),
    VersionId: shownVersion(bucket, object.versionId),
    ...encryption,
  };
};

function checkDirectives({ MetadataDirective: metadata = "COPY", TaggingDirective: tagging = "COPY" }: Copy): void {
  if (metadata !== "COPY" && metadata !== "REPLACE") throw invalidArgument("Unknown metadata directive.", "x-amz-metadata-directive", metadata);
  if (tagging !== "COPY" && tagging !== "REPLACE") throw invalidArgument("Unknown tagging directive.", "x-amz-tagging-directive", tagging);
}

/** A copy of an object onto itself must change something. */
function refuseIdle(input: Copy, source: Source, { headers }: S3Context): void {
  const itself = source.bucket === input.Bucket && source.key === input.Key && source.versionId === undefined;
  const changes = input.MetadataDirective === "REPLACE" || headers["x-amz-storage-class"] !== undefined || headers["x-amz-server-side-encryption"] !== undefined;
  if (itself && !changes) {
    throw invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
  }
}

function attributes({ value: source }: Entry<ObjectRecord>, input: Copy, { headers }: S3Context): Omit<NewObject, "id" | "sizeBytes" | "etag" | "checksum" | "body"> {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires, metadata } = source;
  const kept = { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires, metadata };
  return {
    ...(input.MetadataDirective === "REPLACE" ? { ...contentHeaders(headers), metadata: checkedMetadata(input.Metadata) } : kept),
    tags: input.TaggingDirective === "REPLACE" ? headerTags(input.Tagging) : source.tags,
  };
}

/** A copy is never multipart, so the tag and the composite checksum of a multipart source do not carry over: then the bytes are read. */
async function digestsOf(source: ObjectRecord, input: Copy, context: S3Context): Promise<Digests> {
  if (source.sizeBytes > limits.s3.putBytesMax) {
    throw invalidRequest(`The specified copy source is larger than the maximum allowable size for a copy source: ${limits.s3.putBytesMax}`);
  }
  const asked = input.ChecksumAlgorithm === undefined ? source.checksum.algorithm : algorithmNamed(input.ChecksumAlgorithm);
  if (!asked) throw invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  if (!source.multipart && source.checksum.algorithm === asked) return { etag: source.etag, checksum: source.checksum };
  return wholeDigests(context, source, asked);
}
