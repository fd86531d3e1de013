// UntagResource: removes tags of a table; those that are not there do not matter.
import { fault } from "../../../kernel/fault.ts";
import { invalid } from "../faults.ts";
import type { Op } from "../op.ts";
import { taggedTable } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ ResourceArn = "", TagKeys = [] }, { tables, ...call }) => {
  const ref = taggedTable(call, ResourceArn);
  if (TagKeys.length === 0) throw invalid("Atleast one Tag Key needs to be provided as Input.");
  const gone = new Set(TagKeys);
  const changed = await tables.change(ref, ref.name, (table) => ({ ...table, tags: Object.fromEntries(Object.entries(table.tags).filter(([key]) => !gone.has(key))) }));
  if (!changed) throw fault("ResourceNotFoundException", { message: `Requested resource not found: ResourcArn: ${ResourceArn} not found` });
  return {};
};
