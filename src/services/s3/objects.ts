// Finding the object a request names, and what S3 answers when it is not there.
import { fault } from "../../kernel/fault.ts";
import type { Entry } from "../../ports/store.ts";
import { invalidArgument, noSuchKey, noSuchVersion } from "./errors.ts";
import { findVersion, hidingMarker, readState } from "./lineage.ts";
import { checkKey } from "./names.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, ObjectRecord, VersionRecord } from "./records.ts";
import { stampOf } from "./stamps.ts";

interface Named {
  readonly Key?: string;
  readonly VersionId?: string;
}

/** The stamp inside a version id the client sent; undefined for `null`. Throws InvalidArgument. */
export function versionStamp(versionId: string): number | undefined {
  if (versionId === "") throw invalidArgument("Version id cannot be the empty string", "versionId", versionId);
  const stamp = stampOf(versionId);
  if (stamp === undefined && versionId !== "null") throw invalidArgument("Invalid version id specified", "versionId", versionId);
  return stamp;
}

/** An object, never a marker. Faults: NoSuchKey, NoSuchVersion, InvalidArgument, MethodNotAllowed for a marker asked by its version. */
export async function findObject(input: Named, bucket: BucketRecord, context: Pick<S3Context, "store" | "reply" | "operation">): Promise<Entry<ObjectRecord>> {
  const { Key: key = "", VersionId: versionId } = input;
  checkKey(key);
  const state = await readState(context.store, bucket, key);
  if (versionId === undefined) {
    if (state.current) return state.current;
    const marker = await hidingMarker(context.store, state);
    throw marker ? hiddenBy(context, key, marker.value) : noSuchKey(key);
  }
  const entry = await findVersion(context.store, state, versionId, versionStamp(versionId));
  if (!entry) throw noSuchVersion(key, versionId);
  if (!isObject(entry)) throw markerNotAllowed(context, entry.value);
  return entry;
}

const isObject = (entry: Entry<VersionRecord>): entry is Entry<ObjectRecord> => entry.value.kind === "object";

/** What the client may learn of a marker travels in headers, beside the error. */
function announce(context: Pick<S3Context, "reply">, marker: VersionRecord): void {
  context.reply.headers["x-amz-delete-marker"] = "true";
  context.reply.headers["x-amz-version-id"] = marker.versionId;
}

function hiddenBy(context: Pick<S3Context, "reply">, key: string, marker: VersionRecord): Error {
  announce(context, marker);
  return noSuchKey(key);
}

function markerNotAllowed(context: Pick<S3Context, "reply" | "operation">, marker: VersionRecord): Error {
  announce(context, marker);
  context.reply.headers["last-modified"] = new Date(marker.modifiedMs).toUTCString();
  context.reply.headers["allow"] = "DELETE";
  return fault("MethodNotAllowed", {
    message: "The specified method is not allowed against this resource.", status: 405,
    Method: context.operation.startsWith("Head") ? "HEAD" : "GET", ResourceType: "DeleteMarker",
  });
}
