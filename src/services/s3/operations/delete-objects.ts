// DeleteObjects: up to a thousand keys in one request, each with its own verdict.
import { Fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { findBucket } from "../buckets.ts";
import { type Deleted, deleteVersion } from "../delete-version.ts";
import { invalidRequest, malformedXml, notBuilt } from "../errors.ts";
import { checkKey } from "../names.ts";
import { checkDocument } from "../document-digest.ts";
import type { Input, Op, S3Context } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

type Identifier = NonNullable<NonNullable<NonNullable<Input<"DeleteObjects">["Delete"]>["Objects"]>[number]>;
type Verdict = { readonly deleted: Deleted } | { readonly fault: Fault };

export const deleteObjects: Op<"DeleteObjects"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  await checkDocument(context, "required");
  const objects = input.Delete?.Objects;
  if (!objects || objects.length === 0 || objects.length > limits.s3.deleteKeysMax) throw malformedXml();
  await findBucket(input, context);

  // Each key is its own commit; the engine gathers those of one moment into one transaction.
  const verdicts = await Promise.all(objects.map((object) => remove(object, input, context)));
  const answer: { Deleted: object[]; Errors: object[] } = { Deleted: [], Errors: [] };
  objects.forEach(({ Key, VersionId }, at) => {
    const verdict = verdicts[at];
    if (!verdict) return;
    if ("fault" in verdict) answer.Errors.push({ Key, VersionId, Code: verdict.fault.code, Message: verdict.fault.message });
    else if (!input.Delete?.Quiet) answer.Deleted.push(deletedView(Key, VersionId, verdict.deleted));
  });
  return answer;
};

async function remove(object: Identifier, { Bucket, ExpectedBucketOwner }: Input<"DeleteObjects">, context: S3Context): Promise<Verdict> {
  const { Key: key, VersionId: versionId, ETag: ifMatch } = object;
  try {
    if (key === undefined || key === "") throw invalidRequest("Key must not be empty");
    if (object.LastModifiedTime !== undefined || object.Size !== undefined) throw notBuilt("A delete conditional on LastModifiedTime or Size");
    checkKey(key);
    return { deleted: await deleteVersion(context, { Bucket, ExpectedBucketOwner, key, versionId, ifMatch, tellsOfNothing: true }) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // One at a time S3 calls such an id invalid; in a batch it says that there is no such version.
    const unknownVersion = error.code === "InvalidArgument" && error.members["ArgumentName"] === "versionId";
    return { fault: unknownVersion ? new Fault("NoSuchVersion", "The specified version does not exist.", 404, {}) : error };
  }
}

function deletedView(Key: string | undefined, asked: string | undefined, { versionId, marker }: Deleted): object {
  return { Key, VersionId: asked, ...(marker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }) };
}
