// Recovery to a point in time as it is on record. Tools that ask for it get on; nothing keeps the past yet, so a restore answers 501.
import { fault } from "../../kernel/fault.ts";
import type { Table } from "../../triggers/tables/table.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Continuous backups themselves are ENABLED for every table of the original. */
export const continuousBackupsView = ({ recovery }: Table, nowMs: number) => ({
  ContinuousBackupsStatus: "ENABLED" as const,
  PointInTimeRecoveryDescription: recovery
    ? {
        PointInTimeRecoveryStatus: "ENABLED" as const,
        RecoveryPeriodInDays: recovery.days,
        EarliestRestorableDateTime: new Date(Math.max(recovery.sinceMs, nowMs - recovery.days * DAY_MS)),
        LatestRestorableDateTime: new Date(nowMs),
      }
    : { PointInTimeRecoveryStatus: "DISABLED" as const },
});

export const backedUpTableMissing = (name: string) => fault("TableNotFoundException", { message: `Table not found: ${name}` });
