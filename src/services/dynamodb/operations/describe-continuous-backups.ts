// DescribeContinuousBackups: there is no recovery to a point in time here, and tools that ask hear so.
import { fault } from "../../../kernel/fault.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

export const describeContinuousBackups: Op<"DescribeContinuousBackups"> = async ({ TableName = "" }, { tables, ...call }) => {
  const ref = tableRef(call, TableName);
  if (!(await tables.find(ref, ref.name))) throw fault("TableNotFoundException", { message: `Table not found: ${ref.name}` });
  return { ContinuousBackupsDescription: { ContinuousBackupsStatus: "DISABLED", PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" } } };
};
