// Tags of streams and consumers, changed by both generations of tag operations.
import { limits } from "../../kernel/limits.ts";
import { invalidArgument } from "./faults.ts";

type Tags = Readonly<Record<string, string>>;

export function withTags(tags: Tags, added: Tags): Tags {
  checkTexts([...Object.keys(added), ...Object.values(added)]);
  const merged = { ...tags, ...added };
  if (Object.keys(merged).length > limits.kinesis.tagsMax) throw invalidArgument(`A resource cannot have more than ${limits.kinesis.tagsMax} tags associated with it.`);
  return merged;
}

export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  checkTexts(keys);
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)));
}

/** By key. */
export const tagsView = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)).map(([Key, Value]) => ({ Key, Value }));

function checkTexts(texts: readonly string[]): void {
  if (texts.some((text) => /[^\p{L}\p{Z}\p{N}_.:/=+\-@%]/u.test(text))) {
    throw invalidArgument("Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.");
  }
}
