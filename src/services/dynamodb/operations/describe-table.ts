// DescribeTable: a table's keys, indexes and settings, and how much is in it.
import { tableMissing } from "../faults.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";
import { tableView } from "../views.ts";

export const describeTable: Op<"DescribeTable"> = async ({ TableName = "" }, { tables, ...call }) => {
  const ref = tableRef(call, TableName);
  const table = await tables.find(ref, ref.name);
  if (!table) throw tableMissing(ref.name);
  return { Table: tableView(table, await tables.count(table)) };
};
