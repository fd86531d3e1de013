// S3: what happens to objects in a bucket.
import { hex, iso, upperId, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";

/** With a space and a folder, since keys come URL-encoded and handlers must decode them. */
const key = { encoded: "cats/tabby+1.jpg", plain: "cats/tabby 1.jpg" };
const bucket = "pictures";

interface More {
  /** False: the object is gone, and with it size and ETag. */
  readonly hasBody?: boolean;
  /** Members of the record beside the usual ones. */
  readonly data?: (facts: Facts) => Readonly<Record<string, unknown>>;
  readonly principal?: string;
}

const restored = ({ now }: Facts): object => ({ lifecycleRestorationExpiryTime: iso(now + 7 * 86_400_000), lifecycleRestoreStorageClass: "GLACIER" });

export const s3: SampleEvents = {
  put: event("an object was uploaded", "ObjectCreated:Put"),
  post: event("an object was uploaded by an HTML form", "ObjectCreated:Post"),
  copy: event("an object was copied here", "ObjectCreated:Copy"),
  multipart: event("a multipart upload was completed", "ObjectCreated:CompleteMultipartUpload"),
  delete: event("an object was deleted", "ObjectRemoved:Delete", { hasBody: false }),
  "delete-marker": event("an object got a delete marker", "ObjectRemoved:DeleteMarkerCreated", { hasBody: false }),
  "restore-started": event("a restore from an archive has begun", "ObjectRestore:Post", { data: (facts) => ({ glacierEventData: { restoreEventData: restored(facts) } }) }),
  restore: event("an object is back from an archive", "ObjectRestore:Completed", { data: (facts) => ({ glacierEventData: { restoreEventData: restored(facts) } }) }),
  "restore-expired": event("the restored copy of an object has gone", "ObjectRestore:Delete", { data: (facts) => ({ glacierEventData: { restoreEventData: restored(facts) } }) }),
  lifecycle: event("a rule moved an object to another storage class", "LifecycleTransition", { principal: "s3.amazonaws.com", data: () => ({ lifecycleEventData: { transitionEventData: { destinationStorageClass: "GLACIER" } } }) }),
  "lifecycle-expired": event("a rule deleted an object", "LifecycleExpiration:Delete", { hasBody: false, principal: "s3.amazonaws.com" }),
  "lifecycle-delete-marker": event("a rule gave an object a delete marker", "LifecycleExpiration:DeleteMarkerCreated", { hasBody: false, principal: "s3.amazonaws.com" }),
  "intelligent-tiering": event("an object was moved to an archive tier", "IntelligentTiering", { principal: "s3.amazonaws.com", data: () => ({ intelligentTieringEventData: { destinationAccessTier: "ARCHIVE_ACCESS" } }) }),
  replication: replication("a replication failed", "Replication:OperationFailedReplication", "AccessDenied"),
  "replication-late": replication("a replication takes longer than 15 minutes", "Replication:OperationMissedThreshold"),
  "replication-done": replication("a late replication is done", "Replication:OperationReplicatedAfterThreshold"),
  "replication-untracked": replication("a replication is not measured any more", "Replication:OperationNotTracked"),
  "tags-put": event("tags were set", "ObjectTagging:Put"),
  "tags-delete": event("tags were removed", "ObjectTagging:Delete"),
  "acl-put": event("an access list was set", "ObjectAcl:Put"),
  "lost-copy": event("an object of reduced redundancy was lost", "ReducedRedundancyLostObject"),
};

function replication(what: string, name: string, failureReason?: string): SampleEvent {
  return event(what, name, {
    principal: "s3.amazonaws.com",
    data: ({ now }) => ({
      replicationEventData: {
        replicationRuleId: "to-the-other-side", destinationBucket: "arn:aws:s3:::pictures-copy", s3Operation: "OBJECT_PUT", requestTime: iso(now - 60_000), ...(failureReason === undefined ? {} : { failureReason }),
      },
    }),
  });
}

function event(what: string, eventName: string, { hasBody = true, data, principal = "AIDAFUGAZSAMPLE" }: More = {}): SampleEvent {
  return {
    what,
    make: (facts) => ({
      Records: [
        {
          eventVersion: data ? "2.3" : "2.1",
          eventSource: "aws:s3",
          awsRegion: facts.region,
          eventTime: iso(facts.now),
          eventName,
          userIdentity: { principalId: principal },
          requestParameters: { sourceIPAddress: "203.0.113.57" },
          responseElements: { "x-amz-request-id": upperId(16), "x-amz-id-2": Buffer.from(hex(96), "hex").toString("base64") },
          s3: {
            s3SchemaVersion: "1.0",
            configurationId: "on-change",
            bucket: { name: bucket, ownerIdentity: { principalId: "A3FUGAZSAMPLE" }, arn: `arn:aws:s3:::${bucket}` },
            object: { key: key.encoded, ...(hasBody ? { size: 48_213, eTag: hex(32) } : {}), versionId: hex(32), sequencer: hex(18).toUpperCase() },
          },
          ...data?.(facts),
        },
      ],
    }),
  };
}
