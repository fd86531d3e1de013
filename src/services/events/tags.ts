// Tags of buses and rules: fifty at most.
import { limits } from "../../kernel/limits.ts";
import { tooMany } from "./faults.ts";
import type { Input } from "./op.ts";

export type Tags = Readonly<Record<string, string>>;

export function addTags(tags: Tags, given: Input<"TagResource">["Tags"]): Tags {
  const merged = { ...tags, ...Object.fromEntries((given ?? []).map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(merged).length > limits.events.tagsMax) throw tooMany();
  return merged;
}
