// ListBackups: the account's backups, or those of one table or time, in pages.
import { backupArn, summaryView } from "../backups.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

/** AWS: default and greatest page. */
const PAGE = 100;

export const listBackups: Op<"ListBackups"> = async (input, { tables, ...call }) => {
  const { TableName, Limit: limit = PAGE, TimeRangeLowerBound: from, TimeRangeUpperBound: to, ExclusiveStartBackupArn: start, BackupType: type = "USER" } = input;
  const name = TableName === undefined ? undefined : tableRef(call, TableName).name;
  // There are none of the other kinds.
  if (type !== "USER" && type !== "ALL") return { BackupSummaries: [] };
  const found = [];
  let after = start?.split("/").at(-1);
  while (found.length <= limit) {
    const page = await tables.backups.list(call, after, PAGE);
    for (const backup of page) {
      if ((name === undefined || backup.table.name === name) && backup.createdMs >= (from?.getTime() ?? 0) && backup.createdMs < (to?.getTime() ?? Infinity)) found.push(backup);
    }
    after = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { BackupSummaries: shown.map(summaryView), ...(found.length > limit && last ? { LastEvaluatedBackupArn: backupArn(last) } : {}) };
};
