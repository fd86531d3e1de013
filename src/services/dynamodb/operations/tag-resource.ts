// TagResource: adds or replaces tags of a table.
import { fault } from "../../../kernel/fault.ts";
import { invalid } from "../faults.ts";
import type { Op } from "../op.ts";
import { mergeTags, taggedTable } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ ResourceArn = "", Tags }, { tables, ...call }) => {
  const ref = taggedTable(call, ResourceArn);
  if (Tags?.length === 0) throw invalid("Atleast one Tag needs to be provided as Input.");
  const changed = await tables.change(ref, ref.name, (table) => ({ ...table, tags: mergeTags(table.tags, Tags) }));
  if (!changed) throw fault("ResourceNotFoundException", { message: `Requested resource not found: ResourcArn: ${ResourceArn} not found` });
  return {};
};
