// Tags of log groups, changed by both generations of tag operations.
import { fault } from "../../kernel/fault.ts";
import { groupMissing } from "./lookup.ts";
import type { LogsContext } from "./op.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

export async function addTags(context: LogsContext, name: string, added: Readonly<Record<string, string>>): Promise<void> {
  const found = await context.logs.groups.update(context, name, ({ tags, retentionDays }) => {
    const merged = { ...tags, ...added };
    if (Object.keys(merged).length > TAGS_MAX) throw fault("TooManyTagsException", { message: "Number of tags exceeds the limit of 50 tags per resource." });
    return { tags: merged, retentionDays };
  });
  if (!found) throw groupMissing();
}

export async function removeTags(context: LogsContext, name: string, keys: readonly string[]): Promise<void> {
  const gone = new Set(keys);
  const found = await context.logs.groups.update(context, name, ({ tags, retentionDays }) => ({
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))), retentionDays,
  }));
  if (!found) throw groupMissing();
}
