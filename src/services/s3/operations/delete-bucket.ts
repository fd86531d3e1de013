// DeleteBucket: only an empty bucket goes, and nothing can slip in while it does.
import { fault, type Fault } from "../../../kernel/fault.ts";
import { del, entriesBelow, set, transact, unchanged, type Write } from "../../../ports/store.ts";
import { listParts, partReleases } from "../bodies.ts";
import { findBucket } from "../buckets.ts";
import type { Op, S3Context } from "../op.ts";
import { type BucketRecord, keys, type UploadRecord } from "../records.ts";

export const deleteBucket: Op<"DeleteBucket"> = async (input, context) => {
  const { store } = context;
  await transact(store, async () => {
    const bucket = await findBucket(input, context);
    await checkEmpty(bucket.value, context);
    // Whoever writes into a sealed bucket breaks the seal; so a bucket found empty under a whole seal is empty.
    if (!bucket.value.sealed) await store.commit([unchanged(bucket.key, bucket)], [set(bucket.key, { ...bucket.value, sealed: true } satisfies BucketRecord)]);
    const sealed = await findBucket(input, context);
    if (!sealed.value.sealed) throw notEmpty(sealed.value);
    await checkEmpty(sealed.value, context);
    const { name, account } = sealed.value;
    return {
      checks: [unchanged(sealed.key, sealed)],
      writes: [del(sealed.key), del(keys.owned(account, name)), ...(await abandonedUploads(name, context))],
      result: undefined,
    };
  });
  return {};
};

const notEmpty = (bucket: BucketRecord): Fault =>
  fault("BucketNotEmpty", {
    message: bucket.versioning === undefined ? "The bucket you tried to delete is not empty" : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    status: 409, BucketName: bucket.name,
  });

async function checkEmpty(bucket: BucketRecord, { store }: S3Context): Promise<void> {
  for (const prefix of [keys.objects(bucket.name), keys.versions(bucket.name)]) {
    if ((await store.list({ prefix, limit: 1 })).length > 0) throw notEmpty(bucket);
  }
}

/** Uploads under way do not keep a bucket alive; their parts go with it. */
async function abandonedUploads(bucket: string, { store }: S3Context): Promise<readonly Write[]> {
  const writes: Write[] = [];
  for await (const { key, value: upload } of entriesBelow<UploadRecord>(store, keys.uploads(bucket))) {
    const parts = await listParts(store, upload.id);
    writes.push(del(key), ...parts.flatMap((part) => partReleases(upload.id, part.value)));
  }
  return writes;
}
