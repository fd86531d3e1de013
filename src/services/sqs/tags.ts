// A queue's tags: fifty at most, in the original's words.
import { limits } from "../../kernel/limits.ts";
import { invalidParameter } from "./faults.ts";

type Tags = Readonly<Record<string, string>>;

export function mergeTags(tags: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) {
    if (key === "" || key.length > 128) throw invalidParameter("Tag keys must be between 1 and 128 characters in length.");
    if (key.toLowerCase().startsWith("aws:")) throw invalidParameter(`Tag key ${key} can't start with aws:, which is reserved.`);
    if (value.length > 256) throw invalidParameter("Tag values must be between 0 and 256 characters in length.");
  }
  const merged = { ...tags, ...added };
  if (Object.keys(merged).length > limits.sqs.tagsMax) throw invalidParameter(`Too many tags added for queue: at most ${limits.sqs.tagsMax} are allowed.`);
  return merged;
}
