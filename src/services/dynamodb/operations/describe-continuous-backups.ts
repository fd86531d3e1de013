// DescribeContinuousBackups: whether recovery to a point in time is on record.
import { backedUpTableMissing, continuousBackupsView } from "../continuous-backups.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

export const describeContinuousBackups: Op<"DescribeContinuousBackups"> = async ({ TableName = "" }, { tables, clock, ...call }) => {
  const ref = tableRef(call, TableName);
  const table = await tables.find(ref, ref.name);
  if (!table) throw backedUpTableMissing(ref.name);
  return { ContinuousBackupsDescription: continuousBackupsView(table, clock.now()) };
};
