// UpdateContinuousBackups: recovery to a point in time, switched on or off on record.
import { backedUpTableMissing, continuousBackupsView } from "../continuous-backups.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

/** AWS: how far back, unless the request says less. */
const DAYS_MAX = 35;

export const updateContinuousBackups: Op<"UpdateContinuousBackups"> = async ({ TableName = "", PointInTimeRecoverySpecification: spec }, { tables, clock, ...call }) => {
  const ref = tableRef(call, TableName);
  const { PointInTimeRecoveryEnabled: enabled = false, RecoveryPeriodInDays: days } = spec ?? {};
  const changed = await tables.change(ref, ref.name, (table) => ({
    ...table, recovery: enabled ? { sinceMs: table.recovery?.sinceMs ?? clock.now(), days: days ?? table.recovery?.days ?? DAYS_MAX } : undefined,
  }));
  if (!changed) throw backedUpTableMissing(ref.name);
  return { ContinuousBackupsDescription: continuousBackupsView(changed, clock.now()) };
};
