// The event EventBridge hears of a bucket that tells it: other words than a notification's, and the key as it is.
import { uuid } from "../../kernel/ids.ts";
import type { BusEvent } from "../../triggers/buses/buses.ts";
import { bucketArn, type Cause, type Happening } from "./event.ts";
import type { BucketRecord } from "./records.ts";
import { sequencerOf } from "./stamps.ts";

interface Wording {
  readonly detailType: string;
  readonly reason?: string;
  readonly "deletion-type"?: string;
}

/** Source: the original's guide, "Using EventBridge". */
const WORDINGS: Readonly<Record<string, Wording>> = {
  "ObjectCreated:Put": { detailType: "Object Created", reason: "PutObject" },
  "ObjectCreated:Post": { detailType: "Object Created", reason: "POST Object" },
  "ObjectCreated:Copy": { detailType: "Object Created", reason: "CopyObject" },
  "ObjectCreated:CompleteMultipartUpload": { detailType: "Object Created", reason: "CompleteMultipartUpload" },
  "ObjectRemoved:Delete": { detailType: "Object Deleted", reason: "DeleteObject", "deletion-type": "Permanently Deleted" },
  "ObjectRemoved:DeleteMarkerCreated": { detailType: "Object Deleted", reason: "DeleteObject", "deletion-type": "Delete Marker Created" },
  "ObjectTagging:Put": { detailType: "Object Tags Added" },
  "ObjectTagging:Delete": { detailType: "Object Tags Deleted" },
};

export function busEvent(bucket: BucketRecord, { event, key, atMs, stamp, sizeBytes, etag, versionId }: Happening, { account: requester, sourceIp, requestId }: Cause): BusEvent {
  const { detailType, ...how } = WORDINGS[event] ?? { detailType: event };
  const object = { key, size: sizeBytes, etag, "version-id": versionId, ...(stamp !== undefined && { sequencer: sequencerOf(stamp) }) };
  const detail = { version: "0", bucket: { name: bucket.name }, object, "request-id": requestId, requester, "source-ip-address": sourceIp, ...how };
  const { account, region } = bucket;
  return { id: uuid(), source: "aws.s3", detailType, detail: JSON.stringify(detail), account, region, timeMs: atMs, resources: [bucketArn(bucket)] };
}
