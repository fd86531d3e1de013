// The source of a copy: the header that names it, the object it names, and whether the copier's conditions hold.
import { fault } from "../../kernel/fault.ts";
import type { Entry } from "../../ports/store.ts";
import { findBucket } from "./buckets.ts";
import { checkCopySource, type CopySourceConditions } from "./conditions.ts";
import { invalidArgument, notBuilt } from "./errors.ts";
import { findObject } from "./objects.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, ObjectRecord } from "./records.ts";

export interface Source {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

const HEADER = "x-amz-copy-source";

/** Reads `/bucket/key?versionId=id`, percent-encoded (and a plus for a space). Throws InvalidArgument. */
export function parseCopySource(header: string | undefined): Source {
  const malformed = (): Error => invalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", HEADER, header);
  if (header === undefined) throw malformed();
  const [, path = "", versionId] = /^\/?(.*?)(?:\?versionId=(.*))?$/s.exec(header) ?? [];
  if (path.startsWith("arn:") || path.startsWith("arn%3A")) throw notBuilt("A copy from an access point");
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.replaceAll("+", " "));
  } catch {
    throw malformed();
  }
  const slash = decoded.indexOf("/");
  if (slash < 1 || slash === decoded.length - 1) throw malformed();
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1), ...(versionId === undefined ? {} : { versionId }) };
}

interface Copying extends CopySourceConditions {
  readonly ExpectedSourceBucketOwner?: string;
}

/** The source as it is now. Faults: NoSuchBucket, NoSuchKey, NoSuchVersion, PreconditionFailed, AccessDenied, InvalidRequest for a marker. */
export async function findSource(source: Source, input: Copying, context: S3Context): Promise<{ readonly bucket: BucketRecord; readonly entry: Entry<ObjectRecord> }> {
  const { value: bucket } = await findBucket({ Bucket: source.bucket, ExpectedBucketOwner: input.ExpectedSourceBucketOwner }, context);
  const entry = await findObject({ Key: source.key, VersionId: source.versionId }, bucket, context).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "MethodNotAllowed") throw error;
    throw fault("InvalidRequest", { message: "The source of a copy request may not specifically refer to a delete marker by version id.", status: 400 });
  });
  checkCopySource(input, entry.value, context.clock.now());
  return { bucket, entry };
}
