// Tags of roles and policies: keys differ by more than case, fifty at most.
import { fault } from "../../kernel/fault.ts";
import type { Tag } from "./records.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

interface TagInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** The tags with others added or replaced. */
export function mergeTags(tags: readonly Tag[], added: readonly TagInput[]): readonly Tag[] {
  const fresh = added.map(({ Key = "", Value = "" }) => ({ Key, Value }));
  const keys = fresh.map(({ Key }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) throw fault("InvalidInput", { message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.", status: 400 });
  const merged = [...tags.filter(({ Key }) => !keys.includes(Key.toLowerCase())), ...fresh];
  if (merged.length > TAGS_MAX) throw fault("LimitExceeded", { message: `The number of tags has reached the maximum limit of ${TAGS_MAX}.`, status: 409 });
  return merged;
}

export function withoutTags(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return tags.filter(({ Key }) => !gone.has(Key.toLowerCase()));
}
