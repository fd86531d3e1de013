// Backups by their ARNs, and how they look on the wire.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { parseArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { Backup } from "../../triggers/tables/backups.ts";
import type { Table } from "../../triggers/tables/table.ts";
import { invalid } from "./faults.ts";
import { tableArn } from "./lookup.ts";
import type { DynamoDbContext } from "./op.ts";
import { tableView } from "./views.ts";

const backupMissing = (arn: string): Fault => fault("BackupNotFoundException", { message: `Backup not found: ${arn}` });

export const backupArn = ({ id, table }: Backup): string => `${tableArn(table)}/backup/${id}`;

export async function backupFor({ tables }: DynamoDbContext, given: string): Promise<Backup> {
  const arn = parseArn(given);
  const [, name, id] = (arn && /^table\/([^/]+)\/backup\/([^/]+)$/.exec(arn.resource)) ?? [];
  if (!arn || arn.service !== "dynamodb" || id === undefined) throw invalid("Invalid BackupArn");
  const backup = await tables.backups.find(arn, id);
  if (!backup || backup.table.name !== name) throw backupMissing(given);
  return backup;
}

export const detailsView = (backup: Backup): sdk.BackupDetails => ({
  BackupArn: backupArn(backup), BackupName: backup.name, BackupSizeBytes: backup.count.bytes, BackupStatus: backup.state === "available" ? "AVAILABLE" : "CREATING", BackupType: "USER", BackupCreationDateTime: new Date(backup.createdMs),
});

export const summaryView = (backup: Backup): sdk.BackupSummary => ({
  ...detailsView(backup), TableName: backup.table.name, TableId: backup.table.uuid, TableArn: tableArn(backup.table),
});

export const descriptionView = (backup: Backup): sdk.BackupDescription => ({ BackupDetails: detailsView(backup), SourceTableDetails: sourceView(backup), SourceTableFeatureDetails: featuresView(backup.table) });

function sourceView({ table, count }: Backup): sdk.SourceTableDetails {
  const { KeySchema, ProvisionedThroughput } = tableView(table, new Map());
  return {
    TableName: table.name, TableId: table.uuid, TableArn: tableArn(table), TableSizeBytes: count.bytes, ItemCount: count.items, KeySchema, TableCreationDateTime: new Date(table.createdMs), BillingMode: table.billing,
    ProvisionedThroughput: { ReadCapacityUnits: ProvisionedThroughput?.ReadCapacityUnits, WriteCapacityUnits: ProvisionedThroughput?.WriteCapacityUnits },
  };
}

function featuresView(table: Table): sdk.SourceTableFeatureDetails {
  const { LocalSecondaryIndexes: locals, GlobalSecondaryIndexes: globals, StreamSpecification: stream } = tableView(table, new Map());
  return {
    ...(locals ? { LocalSecondaryIndexes: locals.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })) } : {}),
    ...(globals ? { GlobalSecondaryIndexes: globals.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })) } : {}),
    ...(stream ? { StreamDescription: stream } : {}),
    ...(table.ttl ? { TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: table.ttl.attribute } } : {}),
  };
}
