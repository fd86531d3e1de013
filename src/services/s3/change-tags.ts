// Putting and removing the tags of one version in place: neither the object nor its order among the versions changes.
import { set, transact, unchanged } from "../../ports/store.ts";
import { entering, findBucket } from "./buckets.ts";
import { notifications } from "./notify.ts";
import { findObject } from "./objects.ts";
import type { S3Context } from "./op.ts";
import type { ObjectRecord, Tag } from "./records.ts";
import { shownVersion } from "./views.ts";

interface Named {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly ExpectedBucketOwner?: string;
}

/** The version id to show. Faults: those of finding the object. */
export async function changeTags(context: S3Context, input: Named, event: string, tags: readonly Tag[] | undefined): Promise<string | undefined> {
  const { Bucket = "", Key: key = "" } = input;
  return context.turns.take([`${Bucket}/${key}`], () =>
    transact(context.store, async () => {
      const entry = await findBucket(input, context);
      const bucket = entry.value;
      const object = await findObject(input, bucket, context);
      const { checks, writes } = entering(entry);
      const { etag, versionId } = object.value;
      const happening = { event, key, atMs: context.clock.now(), etag, versionId: shownVersion(bucket, versionId) };
      const telling = await notifications(context, bucket, happening);
      return {
        checks: [...checks, unchanged(object.key, object), ...telling.checks],
        writes: [...writes, set(object.key, { ...object.value, tags } satisfies ObjectRecord), ...telling.writes],
        result: happening.versionId,
      };
    }),
  );
}
