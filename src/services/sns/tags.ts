// A topic's tags: fifty at most, in the original's words.
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { invalid } from "./faults.ts";
import type { Input } from "./op.ts";

type Tags = Readonly<Record<string, string>>;
type Given = Input<"TagResource">["Tags"];

/** Throws when a key comes twice. */
export function readTags(given: Given): Tags {
  const tags = new Map<string, string>();
  for (const { Key: key = "", Value: value = "" } of given ?? []) {
    if (key === "" || key.length > 128 || value.length > 256) throw invalid("Tags Reason: a key has 1 to 128 characters, a value at most 256");
    if (tags.has(key)) throw invalid("Duplicated keys are not allowed.");
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}

export function mergeTags(tags: Tags, added: Tags): Tags {
  const merged = { ...tags, ...added };
  if (Object.keys(merged).length > limits.sns.tagsMax) throw fault("TagLimitExceededException", { message: `Could not complete request: tag quota of per resource exceeded` });
  return merged;
}
