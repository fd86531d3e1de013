// The commit that makes a new version of an object: its record, its bytes, what it replaces and who hears of it, all or nothing.
import { type Check, transact, type Write } from "../../ports/store.ts";
import { entering, findBucket } from "./buckets.ts";
import { checkWrite, type WriteConditions } from "./conditions.ts";
import { lastStamp, placeVersion, readState, stateChecks } from "./lineage.ts";
import { notifications } from "./notify.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, ObjectRecord } from "./records.ts";
import { versionIdOf } from "./stamps.ts";
import { shownVersion } from "./views.ts";

interface Target extends WriteConditions {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly ExpectedBucketOwner?: string;
}

/** An object but for what its place among the key's versions decides. */
export type NewObject = Omit<ObjectRecord, "kind" | "versionId" | "stamp" | "modifiedMs">;

/** A new object with the writes that hold its bytes and the checks its making rests on. */
export interface Making {
  readonly object: NewObject;
  readonly checks?: readonly Check[];
  readonly writes: readonly Write[];
}

/** The id of a new version in a bucket of this versioning. */
export const newVersionId = (bucket: BucketRecord, stamp: number): string => (bucket.versioning === "Enabled" ? versionIdOf(stamp) : "null");

/**
 * Writes a version and its notifications in one commit, taking turns with other writers of the key. `make` is asked again when a
 * commit conflicts. `event` is without `s3:`. Faults: those of the bucket, of the conditions, and of `make`.
 */
export async function writeObject(
  context: S3Context, target: Target, event: string, make: () => Making | Promise<Making>,
): Promise<{ readonly bucket: BucketRecord; readonly object: ObjectRecord }> {
  const { Bucket = "", Key: key = "" } = target;
  return context.turns.take([`${Bucket}/${key}`], () =>
    transact(context.store, async () => {
      const entry = await findBucket(target, context);
      const bucket = entry.value;
      const state = await readState(context.store, bucket, key);
      checkWrite(target, state.current?.value, key);
      const making = await make();
      const stamp = context.stamps.next(lastStamp(state));
      const object: ObjectRecord = { kind: "object", ...making.object, versionId: newVersionId(bucket, stamp), stamp, modifiedMs: context.clock.now() };
      const entrance = entering(entry);
      const happening = {
        event, key, stamp, atMs: object.modifiedMs, sizeBytes: object.sizeBytes, etag: object.etag, versionId: shownVersion(bucket, object.versionId),
      };
      const telling = await notifications(context, bucket, happening);
      return {
        checks: [...entrance.checks, ...stateChecks(state, bucket.versioning), ...(making.checks ?? []), ...telling.checks],
        writes: [...entrance.writes, ...(await placeVersion(context.store, state, bucket.versioning, object)), ...making.writes, ...telling.writes],
        result: { bucket, object },
      };
    }),
  );
}
