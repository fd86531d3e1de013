// Tags of objects and buckets: the rules of S3 and its words when they are broken.
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { isTagKey, isTagValue } from "../../kernel/tag-text.ts";
import { invalidArgument, malformedXml } from "./errors.ts";
import type { Tag } from "./records.ts";

const BUCKET_TAGS_MAX = 50;

const invalidTag = (message: string, members: Record<string, string>): Fault => fault("InvalidTag", { message, status: 400, ...members });

function checkTag({ Key, Value }: Tag): void {
  if (Key.toLowerCase().startsWith("aws:")) throw invalidTag("System tags cannot be added/updated by requester", { TagKey: Key });
  if (Key.length === 0 || !isTagKey(Key)) throw invalidTag("The TagKey you have provided is invalid", { TagKey: Key });
  if (!isTagValue(Value)) throw invalidTag("The TagValue you have provided is invalid", { TagKey: Key, TagValue: Value });
}

function checkTags(tags: readonly Tag[], kind: "Object" | "Bucket"): readonly Tag[] {
  const max = kind === "Object" ? limits.s3.tagsPerObjectMax : BUCKET_TAGS_MAX;
  if (tags.length > max) {
    const message = kind === "Object" ? `Object tags cannot be greater than ${max}` : `Bucket tag count cannot be greater than ${max}`;
    throw fault("BadRequest", { message, status: 400 });
  }
  const seen = new Set<string>();
  for (const tag of tags) {
    checkTag(tag);
    if (seen.has(tag.Key)) throw invalidTag("Cannot provide multiple Tags with the same key", { TagKey: tag.Key });
    seen.add(tag.Key);
  }
  return tags;
}

/** Tags of a `Tagging` document, checked; throws MalformedXML, InvalidTag or BadRequest. */
export function documentTags(tagSet: readonly { readonly Key?: string; readonly Value?: string }[] | undefined, kind: "Object" | "Bucket"): readonly Tag[] {
  if (tagSet === undefined) throw malformedXml();
  const tags = tagSet.map(({ Key, Value }) => {
    if (Key === undefined || Value === undefined) throw malformedXml();
    return { Key, Value };
  });
  return checkTags(tags, kind);
}

const HEADER = "x-amz-tagging";

/** Tags of the header `a=1&b=2`, checked; undefined when there are none. */
export function headerTags(header: string | undefined): readonly Tag[] | undefined {
  if (header === undefined || header === "") return undefined;
  const malformed = (): Fault =>
    invalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", HEADER, header);
  const tags = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  if (tags.some((tag) => tag.Key === "") || new Set(tags.map((tag) => tag.Key)).size !== tags.length) throw malformed();
  return checkTags(tags, "Object");
}
