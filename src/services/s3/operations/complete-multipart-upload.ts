// CompleteMultipartUpload: the parts named become one object, in place; nothing is copied.
import { Fault } from "../../../kernel/fault.ts";
import { del, unchanged } from "../../../ports/store.ts";
import { listParts, partReleases } from "../bodies.ts";
import { findBucket } from "../buckets.ts";
import { checkWriteHeaders } from "../conditions.ts";
import { complete } from "../completion.ts";
import { encodeKey } from "../names.ts";
import type { Input, Op, Output, S3Context } from "../op.ts";
import { type BucketRecord, keys, type ObjectRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { sealUpload } from "../uploads.ts";
import { writtenView } from "../views.ts";
import { writeObject } from "../write-object.ts";

type Completion = Input<"CompleteMultipartUpload">;

export const completeMultipartUpload: Op<"CompleteMultipartUpload"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  checkWriteHeaders(input);
  const claims = { headers: context.headers, checksumType: input.ChecksumType, sizeBytes: input.MpuObjectSize };
  try {
    const { bucket, object } = await writeObject(context, input, "ObjectCreated:CompleteMultipartUpload", async () => {
      const upload = await sealUpload(input, context);
      const stored = (await listParts(context.store, upload.value.id)).map((part) => part.value);
      const { object, left } = complete(upload.value, input.MultipartUpload?.Parts, stored, claims);
      return {
        object,
        checks: [unchanged(upload.key, upload)],
        writes: [del(upload.key), ...left.flatMap((part) => partReleases(upload.value.id, part))],
      };
    });
    return view(input, context, bucket, object);
  } catch (error) {
    const before = error instanceof Fault && error.code === "NoSuchUpload" ? await completedBefore(input, context) : undefined;
    if (!before) throw error;
    return before;
  }
};

/** A client that did not hear the answer asks again, and hears it. */
async function completedBefore(input: Completion, context: S3Context): Promise<Output<"CompleteMultipartUpload"> | undefined> {
  const { value: bucket } = await findBucket(input, context);
  const current = await context.store.get<ObjectRecord>(keys.object(bucket.name, input.Key ?? ""));
  return current && current.value.id === input.UploadId ? view(input, context, bucket, current.value) : undefined;
}

const view = ({ Bucket, Key = "" }: Completion, { endpoint }: S3Context, bucket: BucketRecord, object: ObjectRecord) => ({
  Location: `${endpoint}/${Bucket}/${encodeKey(Key).replaceAll("/", "%2F")}`, Bucket, Key, ...writtenView(bucket, object),
});
