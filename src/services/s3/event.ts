// The event message S3 sends when something happened to an object, member for member as recorded from the original.
import { partitionOf } from "../../kernel/arn.ts";
import { encodeKey } from "./names.ts";
import { principalId } from "./owner.ts";
import type { BucketRecord } from "./records.ts";
import { sequencerOf } from "./stamps.ts";

/** What happened to one key. */
export interface Happening {
  /** Without `s3:`, for example `ObjectCreated:Put`. */
  readonly event: string;
  readonly key: string;
  readonly atMs: number;
  /** Tagging has none: it does not change the object. */
  readonly stamp?: number;
  readonly sizeBytes?: number;
  readonly etag?: string;
  /** Absent in a bucket that was never versioned. */
  readonly versionId?: string;
}

/** Who caused it, by which request. */
export interface Cause {
  readonly account: string;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly hostId: string;
}

/** Tagging and ACL events came with 2.3; the others have kept 2.1. */
const eventVersion = (event: string): string => (event.startsWith("ObjectTagging:") ? "2.3" : "2.1");

export function eventMessage(bucket: BucketRecord, happening: Happening, cause: Cause, configurationId: string): object {
  return {
    Records: [
      {
        eventVersion: eventVersion(happening.event),
        eventSource: "aws:s3",
        awsRegion: bucket.region,
        eventTime: new Date(happening.atMs).toISOString(),
        eventName: happening.event,
        userIdentity: { principalId: `AWS:${principalId(cause.account)}` },
        requestParameters: { sourceIPAddress: cause.sourceIp },
        responseElements: { "x-amz-request-id": cause.requestId, "x-amz-id-2": cause.hostId },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId,
          bucket: { name: bucket.name, ownerIdentity: { principalId: principalId(bucket.account) }, arn: bucketArn(bucket) },
          object: {
            key: encodeKey(happening.key),
            size: happening.sizeBytes,
            eTag: happening.etag,
            versionId: happening.versionId,
            sequencer: happening.stamp === undefined ? undefined : sequencerOf(happening.stamp),
          },
        },
      },
    ],
  };
}

/** What a queue is told when it becomes a target. */
export const testMessage = (bucket: BucketRecord, atMs: number, { requestId, hostId }: Cause): object => ({
  Service: "Amazon S3", Event: "s3:TestEvent", Time: new Date(atMs).toISOString(), Bucket: bucket.name, RequestId: requestId, HostId: hostId,
});

export const bucketArn = (bucket: Pick<BucketRecord, "name" | "region">): string => `arn:${partitionOf(bucket.region)}:s3:::${bucket.name}`;
