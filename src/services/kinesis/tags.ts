// Tags of streams and consumers, changed by both generations of tag operations.
import { limits } from "../../kernel/limits.ts";
import type { Stream } from "../../triggers/streams/stream.ts";
import { invalidArgument } from "./faults.ts";

/** AWS: tags of ours begin otherwise. */
const RESERVED = "aws:";

type Tags = Readonly<Record<string, string>>;

export function withTags(tags: Tags, added: Tags): Tags {
  checkTexts([...Object.keys(added), ...Object.values(added)]);
  const reserved = Object.keys(added).find((key) => key.toLowerCase().startsWith(RESERVED));
  if (reserved !== undefined) throw invalidArgument(`Tag key ${reserved} is invalid: keys that begin with ${RESERVED} are reserved.`);
  const merged = { ...tags, ...added };
  if (Object.keys(merged).length > limits.kinesis.tagsMax) throw invalidArgument(`A resource cannot have more than ${limits.kinesis.tagsMax} tags associated with it.`);
  return merged;
}

export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  checkTexts(keys);
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)));
}

/** The older generation's: it has words of its own, and takes no percent signs. `doing`: `add tags to`, `remove tags from`. */
export function checkStreamTags({ name, account, tags }: Pick<Stream, "name" | "account" | "tags">, doing: string, texts: readonly string[], added: readonly string[] = []): void {
  const because = (why: string) => invalidArgument(`Failed to ${doing} stream ${name} under account ${account} because ${why}`);
  if (texts.some((text) => /[^\p{L}\p{Z}\p{N}_.:/=+\-@,]/u.test(text))) throw because("some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@',':'.");
  if (new Set([...Object.keys(tags), ...added]).size > limits.kinesis.tagsMax) throw because(`a given stream cannot have more than ${limits.kinesis.tagsMax} tags associated with it.`);
}

/** By key. */
export const tagsView = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)).map(([Key, Value]) => ({ Key, Value }));

function checkTexts(texts: readonly string[]): void {
  if (texts.some((text) => /[^\p{L}\p{Z}\p{N}_.:/=+\-@%,]/u.test(text))) {
    throw invalidArgument("Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.");
  }
}
