// Finding buckets and changing their records; and the seal, which lets a bucket be deleted exactly when it is empty.
import { type Check, type Entry, set, transact, unchanged, type Write } from "../../ports/store.ts";
import { accessDenied, noSuchBucket } from "./errors.ts";
import type { S3Context } from "./op.ts";
import { type BucketRecord, keys } from "./records.ts";

type Caller = Pick<S3Context, "store" | "account">;

interface Named {
  readonly Bucket?: string;
  readonly ExpectedBucketOwner?: string;
}

/** The caller's bucket. Faults: NoSuchBucket; AccessDenied when another account owns it, or not the one the caller expects. */
export async function findBucket(input: Named, context: Caller): Promise<Entry<BucketRecord>> {
  const name = input.Bucket ?? "";
  const entry = await context.store.get<BucketRecord>(keys.bucket(name));
  if (!entry) throw noSuchBucket(name);
  const { account } = entry.value;
  if (account !== context.account || (input.ExpectedBucketOwner ?? account) !== account) throw accessDenied();
  return entry;
}

/** Changes the caller's bucket record, in the face of concurrent changes, together with what `also` writes. `decide` may throw a Fault. */
export async function changeBucket(
  input: Named, context: Caller, decide: (bucket: BucketRecord) => BucketRecord | Promise<BucketRecord>,
  also: (bucket: BucketRecord) => Promise<readonly Write[]> = async () => [],
): Promise<void> {
  await transact(context.store, async () => {
    const entry = await findBucket(input, context);
    const next = await decide(entry.value);
    return { checks: [unchanged(entry.key, entry)], writes: [set(entry.key, next), ...(await also(next))], result: undefined };
  });
}

/**
 * What every commit that puts something into a bucket includes: the bucket must not have changed since it was read, and if it
 * is sealed the seal breaks. DeleteBucket seals, finds the bucket empty, and deletes it if the seal is whole.
 */
export function entering(bucket: Entry<BucketRecord>): { readonly checks: readonly Check[]; readonly writes: readonly Write[] } {
  return {
    checks: [unchanged(bucket.key, bucket)],
    writes: bucket.value.sealed ? [set(bucket.key, { ...bucket.value, sealed: undefined } satisfies BucketRecord)] : [],
  };
}
