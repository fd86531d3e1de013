// CreateBucket: claims a name that is one for the whole server, in the region asked.
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { allBelow, set, transact, unchanged } from "../../../ports/store.ts";
import { notBuilt, notImplemented } from "../errors.ts";
import { bucketArn } from "../event.ts";
import { bucketRegion, invalidBucketName, isBucketName } from "../names.ts";
import type { Input, Op, S3Context } from "../op.ts";
import { blockEverything } from "../public-access.ts";
import { type BucketRecord, keys } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { documentTags } from "../tags.ts";

export const createBucket: Op<"CreateBucket"> = async (input, context) => {
  const name = input.Bucket ?? "";
  if (!isBucketName(name)) throw invalidBucketName(name);
  refuseUnbuilt(context.headers);
  if ((input.ObjectOwnership ?? "BucketOwnerEnforced") !== "BucketOwnerEnforced") throw notImplemented("x-amz-object-ownership", "Only BucketOwnerEnforced exists here: buckets have no ACLs.");
  const bucket = newBucket(name, input, context);
  await transact(context.store, async () => {
    const existing = await context.store.get<BucketRecord>(keys.bucket(name));
    if (existing) return { checks: [], writes: [], result: refuseTaken(existing.value, bucket, context) };
    await checkCount(context);
    const owned = { createdMs: bucket.createdMs, region: bucket.region };
    return { checks: [unchanged(keys.bucket(name), undefined)], writes: [set(keys.bucket(name), bucket), set(keys.owned(bucket.account, name), owned)], result: undefined };
  });
  return { Location: bucket.region === "us-east-1" ? `/${name}` : `${context.endpoint}/${name}`, BucketArn: bucketArn(bucket) };
};

function newBucket(name: string, { CreateBucketConfiguration: configuration }: Input<"CreateBucket">, context: S3Context): BucketRecord {
  if (configuration?.Location || configuration?.Bucket) throw notBuilt("A directory bucket (CreateBucketConfiguration.Location or .Bucket)");
  const tags = configuration?.Tags?.length ? documentTags(configuration.Tags, "Bucket") : undefined;
  const region = bucketRegion(configuration?.LocationConstraint, context.region);
  return { name, account: context.account, region, createdMs: context.clock.now(), ownershipControls: true, publicAccessBlock: blockEverything, ...(tags && { tags }) };
}

/** In us-east-1 making one's own bucket again is no error: an old promise of the first region. */
function refuseTaken(existing: BucketRecord, wanted: BucketRecord, context: S3Context): void {
  if (existing.account !== context.account) {
    throw fault("BucketAlreadyExists", {
      message: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
      status: 409, BucketName: existing.name,
    });
  }
  if (context.region === "us-east-1" && existing.region === "us-east-1" && wanted.region === "us-east-1") return;
  throw fault("BucketAlreadyOwnedByYou", {
    message: "Your previous request to create the named bucket succeeded and you already own it.", status: 409, BucketName: existing.name,
  });
}

async function checkCount({ store, account }: S3Context): Promise<void> {
  const { length: owned } = await allBelow(store, keys.ownedBy(account));
  if (owned >= limits.s3.bucketsPerAccountMax) {
    throw fault("TooManyBuckets", { message: "You have attempted to create more buckets than allowed", status: 400 });
  }
}
