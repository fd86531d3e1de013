// PostObject: a browser's form becomes an object, when the policy in it allows. Source: S3 API reference, "POST Object".
import { type Fault, fault } from "../../../kernel/fault.ts";
import { uuid } from "../../../kernel/ids.ts";
import { limits } from "../../../kernel/limits.ts";
import { hold } from "../../../ports/store.ts";
import { parseXmlBody } from "../../../wire/codecs/xml-read.ts";
import { checkedMetadata, contentHeaders } from "../attributes.ts";
import { findBucket } from "../buckets.ts";
import { entityTooLarge, invalidArgument } from "../errors.ts";
import { promised, takeBody } from "../intake.ts";
import { checkKey } from "../names.ts";
import type { S3Context } from "../op.ts";
import { type FormFile, readForm, type UploadForm } from "../post/form.ts";
import { judgePolicy, type PolicyLimits } from "../post/policy.ts";
import { missingField, signerOf } from "../post/signer.ts";
import { answerForm } from "../post/answer.ts";
import { keys, type Tag } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { documentTags } from "../tags.ts";
import { writeObject } from "../write-object.ts";

/** The official clients sign such forms and do not send them; so the shapes are ours. */
interface PostObjectInput {
  readonly Bucket: string;
  readonly Body: AsyncIterable<Uint8Array>;
}

export async function postObject({ Bucket, Body }: PostObjectInput, context: S3Context) {
  const form = await readForm(Body, context.headers["content-type"]);
  const values = expanded(form);
  const { file } = form;
  if (!file) throw invalidArgument("POST requires exactly one file upload per request.", "file", 0);
  const key = values.get("key");
  if (key === undefined) throw missingField("key");
  const signer = signerOf(values);
  const names = [...form.fields.values()].map(({ name }) => name);
  const allowed = signer && judgePolicy(signer.policy, { values: new Map([...values, ["bucket", Bucket]]), names, nowMs: context.clock.now() });
  checkKey(key);

  const headers = headersOf(values);
  refuseUnbuilt(headers);
  const kept = { ...contentHeaders(headers), metadata: metadataOf(headers), tags: tagsOf(values.get("tagging")) };
  const promise = { ...promised({ headers, body: context.body }), sizeBytes: undefined };
  const caller: S3Context = { ...context, account: signer?.account ?? context.account };
  await findBucket({ Bucket }, caller);

  const taken = await takeBody(sized(file, allowed?.sizeBytes), promise, caller);
  const id = uuid();
  const { bucket, object } = await writeObject(caller, { Bucket, Key: key }, "ObjectCreated:Post", () => ({
    object: { id, ...kept, sizeBytes: taken.sizeBytes, etag: taken.etag, body: { kind: "blob", blobId: taken.blob.id }, checksum: { ...taken.checksum, type: "FULL_OBJECT" } },
    writes: [hold(taken.blob, keys.body(id))],
  }));
  return answerForm({ bucket, key, object, values }, context);
}

/** `${filename}` stands for the file's name in every field, before any condition is judged; without a name it stands for itself. Recorded. */
function expanded({ fields, file }: UploadForm): ReadonlyMap<string, string> {
  const name = file?.name;
  return new Map([...fields].map(([field, { value }]) => [field, name === undefined ? value : value.replaceAll("${filename}", () => name)]));
}

/** Fields mean what headers of the same name mean with PutObject. */
function headersOf(values: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const headers = Object.fromEntries([...values].filter(([name]) => /^(content-|cache-control$|expires$|x-amz-)/.test(name)));
  const acl = values.get("acl");
  return acl === undefined ? headers : { ...headers, "x-amz-acl": acl };
}

const META = "x-amz-meta-";

function metadataOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return checkedMetadata(Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(META)).map(([name, value]) => [name.slice(META.length), value])));
}

/** The field holds a document. Another root than `Tagging` means no tags: recorded from the original. */
function tagsOf(field: string | undefined): readonly Tag[] | undefined {
  if (field === undefined) return undefined;
  const root = parseXmlBody(Buffer.from(field));
  const set = root.name === "Tagging" ? root.children.find(({ name }) => name === "TagSet") : undefined;
  const tags = (set?.children ?? []).map((tag) => Object.fromEntries(tag.children.map(({ name, text }) => [name, text])) as Partial<Tag>);
  return tags.length === 0 ? undefined : documentTags(tags, "Object");
}

/** The file's bytes, held to the policy's range. What is too large is counted to its end, since the answer tells its size, but not kept. */
async function* sized({ bytes }: FormFile, range: PolicyLimits["sizeBytes"]): AsyncGenerator<Uint8Array> {
  const max = Math.min(range?.max ?? limits.s3.putBytesMax, limits.s3.putBytesMax);
  let proposed = 0;
  for await (const chunk of bytes) {
    proposed += chunk.byteLength;
    if (proposed <= max) yield chunk;
  }
  if (proposed > max) throw entityTooLarge(proposed, max);
  if (range && proposed < range.min) throw tooSmall(proposed, range.min);
}

const tooSmall = (proposed: number, min: number): Fault =>
  fault("EntityTooSmall", { message: "Your proposed upload is smaller than the minimum allowed size", status: 400, ProposedSize: proposed, MinSizeAllowed: min });
