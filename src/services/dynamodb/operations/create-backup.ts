// CreateBackup: a copy of the table's items as they are now; the answer comes when it can be used.
import { fault } from "../../../kernel/fault.ts";
import { detailsView } from "../backups.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

export const createBackup: Op<"CreateBackup"> = async ({ TableName = "", BackupName = "" }, { tables, ...call }) => {
  const ref = tableRef(call, TableName);
  const table = await tables.find(ref, ref.name);
  const backup = table && !table.restoring ? await tables.backups.create(table, BackupName) : undefined;
  if (!backup) throw fault("TableNotFoundException", { message: `Table not found: ${ref.name}` });
  return { BackupDetails: detailsView(backup) };
};
