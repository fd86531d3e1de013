// PutObject: takes in the bytes, checks every promise about them, then makes them the newest version in one commit.
import { uuid } from "../../../kernel/ids.ts";
import { hold } from "../../../ports/store.ts";
import { checkedMetadata, contentHeaders } from "../attributes.ts";
import { findBucket } from "../buckets.ts";
import { checkWrite, checkWriteHeaders } from "../conditions.ts";
import { promised, takeBody } from "../intake.ts";
import { checkKey } from "../names.ts";
import type { Input, Op, S3Context } from "../op.ts";
import { keys, type ObjectRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { headerTags } from "../tags.ts";
import { writtenView } from "../views.ts";
import { writeObject } from "../write-object.ts";

export const putObject: Op<"PutObject"> = async (input, context) => {
  const { Key: key = "" } = input;
  checkKey(key);
  refuseUnbuilt(context.headers);
  checkWriteHeaders(input);
  const kept = { ...contentHeaders(context.headers), metadata: checkedMetadata(input.Metadata), tags: headerTags(input.Tagging) };
  const promise = promised(context);
  await refuseEarly(input, context);

  const taken = await takeBody(input.Body, promise, context);
  const id = uuid();
  const { bucket, object } = await writeObject(context, input, "ObjectCreated:Put", () => ({
    object: {
      id, ...kept, sizeBytes: taken.sizeBytes, etag: taken.etag, body: { kind: "blob", blobId: taken.blob.id },
      checksum: { ...taken.checksum, type: "FULL_OBJECT" },
    },
    writes: [hold(taken.blob, keys.body(id))],
  }));
  return writtenView(bucket, object);
};

/** What can be refused is refused before the bytes travel; the commit decides it again. */
async function refuseEarly(input: Input<"PutObject">, context: S3Context): Promise<void> {
  const { value: bucket } = await findBucket(input, context);
  if (input.IfMatch === undefined && input.IfNoneMatch === undefined) return;
  const { Key: key = "" } = input;
  checkWrite(input, (await context.store.get<ObjectRecord>(keys.object(bucket.name, key)))?.value, key);
}
