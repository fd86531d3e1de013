// RestoreTableFromBackup: a new table with the items of a backup, usable when all are there.
import { fault } from "../../../kernel/fault.ts";
import { uuid } from "../../../kernel/ids.ts";
import { shortId } from "../../../triggers/tables/open-tables.ts";
import type { Table } from "../../../triggers/tables/table.ts";
import { backupArn, backupFor } from "../backups.ts";
import { tableArn, tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";
import { refuse, refuseEncryption } from "../table-definition.ts";
import { tableView } from "../views.ts";

export const restoreTableFromBackup: Op<"RestoreTableFromBackup"> = async (input, context) => {
  refuse(input, ["BillingModeOverride", "GlobalSecondaryIndexOverride", "LocalSecondaryIndexOverride", "ProvisionedThroughputOverride", "OnDemandThroughputOverride", "VectorIndexOverride"]);
  refuseEncryption(input.SSESpecificationOverride);
  const backup = await backupFor(context, input.BackupArn ?? "");
  if (backup.state === "creating") throw fault("BackupInUseException", { message: "The backup is being created." });
  const ref = tableRef(context, input.TargetTableName ?? "");
  const nowMs = context.clock.now();
  const { key, attributes, indexes, billing, throughput, tableClass } = backup.table;
  // As in the original, what is not data does not come back: stream, expiry, tags and protection.
  const table: Table = {
    ...ref, key, attributes, billing, throughput, tableClass, id: shortId(), uuid: uuid(), createdMs: nowMs, tags: {}, protected: false, restoring: true,
    indexes: indexes.map((index) => Object.assign({}, index, { id: shortId(), state: "active" as const })),
    ...(billing === "PAY_PER_REQUEST" ? { onDemandMs: nowMs } : {}),
    restored: { backupArn: backupArn(backup), sourceArn: tableArn(backup.table), atMs: nowMs },
  };
  if (!(await context.tables.create(table, backup.dataId))) throw fault("TableAlreadyExistsException", { message: `Table already exists: ${ref.name}` });
  return { TableDescription: tableView(table, new Map()) };
};
