// GetObjectTagging: the tags of a version, in the order they were given.
import { findBucket } from "../buckets.ts";
import { findObject } from "../objects.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { shownVersion } from "../views.ts";

export const getObjectTagging: Op<"GetObjectTagging"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const { value: object } = await findObject(input, bucket, context);
  return { TagSet: [...(object.tags ?? [])], VersionId: shownVersion(bucket, object.versionId) };
};
