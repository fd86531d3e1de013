// Uploads under way: finding them, sealing them, and putting parts into them.
import { type Check, type Entry, hold, release, set, transact, unchanged, type Write } from "../../ports/store.ts";
import { entering, findBucket } from "./buckets.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { invalidArgument, invalidRequest, noSuchUpload } from "./errors.ts";
import type { Promised, Taken, Wishes } from "./intake.ts";
import type { S3Context } from "./op.ts";
import { type BucketRecord, keys, type PartRecord, type UploadRecord } from "./records.ts";

interface Named {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly UploadId?: string;
  readonly ExpectedBucketOwner?: string;
}

/** Fault NoSuchUpload when there is none of this id for this key. */
export async function findUpload({ Bucket = "", Key = "", UploadId = "" }: Named, { store }: Pick<S3Context, "store">): Promise<Entry<UploadRecord>> {
  const upload = await store.get<UploadRecord>(keys.upload(Bucket, Key, UploadId));
  if (!upload) throw noSuchUpload(UploadId);
  return upload;
}

/**
 * The upload with a whole seal: whoever puts a part into it breaks the seal, so that parts read after this are all there are when
 * a commit then finds the upload unchanged.
 */
export async function sealUpload(input: Named, context: Pick<S3Context, "store">): Promise<Entry<UploadRecord>> {
  for (;;) {
    const upload = await findUpload(input, context);
    if (upload.value.sealed) return upload;
    await context.store.commit([unchanged(upload.key, upload)], [set(upload.key, { ...upload.value, sealed: true } satisfies UploadRecord)]);
  }
}

/** Throws InvalidArgument for what is no part number. */
export function checkPartNumber(number: number | undefined): number {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > limits.s3.partsMax) {
    throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", number);
  }
  return number;
}

const mismatch = (expected: ChecksumAlgorithm, actual: ChecksumAlgorithm | undefined): Error =>
  invalidRequest(`Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${actual?.toLowerCase() ?? "null"}`);

/** Which checksums a part needs, given what the upload was begun with. Throws InvalidRequest when the client speaks of another. */
export function partWishes({ checksum }: UploadRecord, promise: Promised): Wishes {
  if (!checksum) return { also: "CRC64NVME" };
  const actual = promise.checksum?.algorithm;
  // Of a composite the client must say each part; a full-object checksum is computed here when it does not.
  if (actual === undefined ? checksum.type === "COMPOSITE" : actual !== checksum.algorithm) throw mismatch(checksum.algorithm, actual);
  return { algorithm: checksum.algorithm };
}

/** Keeps a part, in place of an earlier one of its number; true to the moment: the bucket and the upload must still be there. */
export async function keepPart(input: Named, number: number, taken: Taken, context: S3Context): Promise<{ readonly bucket: BucketRecord; readonly part: PartRecord }> {
  const id = input.UploadId ?? "";
  const key = keys.part(id, number);
  const part: PartRecord = {
    number, blobId: taken.blob.id, sizeBytes: taken.sizeBytes, etag: taken.etag, modifiedMs: context.clock.now(),
    checksum: { ...taken.checksum, type: "FULL_OBJECT" }, crc64nvme: taken.also,
  };
  return context.turns.take([`${id}/${number}`], () =>
    transact(context.store, async () => {
      const bucket = await findBucket(input, context);
      const upload = await findUpload(input, context);
      const earlier = await context.store.get<PartRecord>(key);
      const entrance = entering(bucket);
      const unseal: readonly Write[] = upload.value.sealed ? [set(upload.key, { ...upload.value, sealed: undefined } satisfies UploadRecord)] : [];
      const checks: readonly Check[] = [...entrance.checks, unchanged(upload.key, upload), unchanged(key, earlier)];
      const replaced: readonly Write[] = earlier && earlier.value.blobId !== taken.blob.id ? [release(earlier.value.blobId, key)] : [];
      return { checks, writes: [...entrance.writes, ...unseal, ...replaced, set(key, part), hold(taken.blob, key)], result: { bucket: bucket.value, part } };
    }),
  );
}

/** A part too small to stand anywhere but last. */
export const entityTooSmall = (part: PartRecord): Error =>
  fault("EntityTooSmall", {
    message: "Your proposed upload is smaller than the minimum allowed size", status: 400,
    ETag: part.etag, MinSizeAllowed: String(limits.s3.partBytesMin), PartNumber: String(part.number), ProposedSize: String(part.sizeBytes),
  });
