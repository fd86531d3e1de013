// DeleteTable: the table is gone at once; its items follow in the background, and its stream can be read for a day.
import { invalid, tableMissing } from "../faults.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";
import { tableView } from "../views.ts";

export const deleteTable: Op<"DeleteTable"> = async ({ TableName = "" }, { tables, ...call }) => {
  const ref = tableRef(call, TableName);
  const removed = await tables.remove(ref, ref.name, (table) => {
    if (table.protected) throw invalid(`Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`);
  });
  if (!removed) throw tableMissing(ref.name);
  return { TableDescription: tableView(removed, new Map(), "DELETING") };
};
