// Deleting, of one key: a delete marker where there are versions, the thing itself where there are none or where one is named.
import { uuid } from "../../kernel/ids.ts";
import { transact, unchanged, type Write } from "../../ports/store.ts";
import { findBucket } from "./buckets.ts";
import { etagMatches } from "./conditions.ts";
import { noSuchKey, preconditionFailed } from "./errors.ts";
import type { Happening } from "./event.ts";
import { findVersion, type KeyState, lastStamp, placeVersion, readState, removeVersion, stateChecks } from "./lineage.ts";
import { notifications } from "./notify.ts";
import { versionStamp } from "./objects.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, DeleteMarker } from "./records.ts";
import { newVersionId } from "./write-object.ts";

export interface Deletion {
  readonly Bucket?: string;
  readonly ExpectedBucketOwner?: string;
  readonly key: string;
  readonly versionId?: string;
  /** The current object must have this entity tag. */
  readonly ifMatch?: string;
  /** DeleteObjects tells of keys that were never there, too; DeleteObject does not. Recorded from the original. */
  readonly tellsOfNothing?: boolean;
}

/** What the answer says: the version that went or the marker that came, and whether it is a marker. */
export interface Deleted {
  readonly versionId?: string;
  readonly marker?: boolean;
}

interface Outcome {
  readonly writes: readonly Write[];
  readonly result: Deleted;
  readonly happening: Pick<Happening, "event" | "etag" | "versionId"> | undefined;
}

/** Faults: those of the bucket, InvalidArgument for a malformed version id, PreconditionFailed and NoSuchKey for `ifMatch`. */
export async function deleteVersion(context: S3Context, deletion: Deletion): Promise<Deleted> {
  const { key, versionId } = deletion;
  const wantedStamp = versionId === undefined ? undefined : versionStamp(versionId);
  return context.turns.take([`${deletion.Bucket}/${key}`], () =>
    transact(context.store, async () => {
      const entry = await findBucket(deletion, context);
      const bucket = entry.value;
      const state = await readState(context.store, bucket, key);
      checkMatch(deletion, state);
      const stamp = context.stamps.next(lastStamp(state));
      const outcome =
        versionId !== undefined ? await removeNamed(context, bucket, state, versionId, wantedStamp)
        : bucket.versioning === undefined ? await removeOnly(context, state, deletion)
        : await placeMarker(context, bucket, state, stamp);
      const told = outcome.happening && { ...outcome.happening, key, stamp, atMs: context.clock.now() };
      const telling = told && (await notifications(context, bucket, told));
      return {
        checks: [unchanged(entry.key, entry), ...stateChecks(state, bucket.versioning), ...(telling?.checks ?? [])],
        writes: [...outcome.writes, ...(telling?.writes ?? [])],
        result: outcome.result,
      };
    }),
  );
}

function checkMatch({ ifMatch, key }: Deletion, { current }: KeyState): void {
  if (ifMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!etagMatches(ifMatch, current.value.etag)) throw preconditionFailed("If-Match");
}

async function removeOnly({ store }: S3Context, state: KeyState, { tellsOfNothing }: Deletion): Promise<Outcome> {
  const removed = { event: "ObjectRemoved:Delete" };
  if (!state.current) return { writes: [], result: {}, happening: tellsOfNothing ? removed : undefined };
  return { writes: await removeVersion(store, state, state.current), result: {}, happening: removed };
}

async function removeNamed({ store }: S3Context, bucket: BucketRecord, state: KeyState, versionId: string, stamp: number | undefined): Promise<Outcome> {
  const found = await findVersion(store, state, versionId, stamp);
  const shown = bucket.versioning === undefined ? {} : { versionId };
  if (!found) return { writes: [], result: shown, happening: undefined };
  return {
    writes: await removeVersion(store, state, found),
    result: { ...shown, ...(found.value.kind === "marker" && { marker: true }) },
    happening: { event: "ObjectRemoved:Delete", ...shown },
  };
}

/** MD5 of nothing: what a marker's event gives as its entity tag. */
const EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e";

async function placeMarker({ store, clock }: S3Context, bucket: BucketRecord, state: KeyState, stamp: number): Promise<Outcome> {
  const versionId = newVersionId(bucket, stamp);
  const marker: DeleteMarker = { kind: "marker", id: uuid(), versionId, stamp, modifiedMs: clock.now() };
  return {
    writes: await placeVersion(store, state, bucket.versioning, marker),
    result: { versionId, marker: true },
    happening: { event: "ObjectRemoved:DeleteMarkerCreated", etag: EMPTY_ETAG, versionId },
  };
}
