// How tables look on the wire.
import type * as sdk from "@aws-sdk/client-dynamodb";
import type { Count } from "../../triggers/tables/counts.ts";
import type { Index, KeySchema, Table } from "../../triggers/tables/table.ts";
import { tableArn } from "./lookup.ts";

/** The original shows attributes by name, however they were sent. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Counts = ReadonlyMap<string, Count>;

const schemaView = ({ hash, range }: KeySchema): sdk.KeySchemaElement[] => [
  { AttributeName: hash.name, KeyType: "HASH" },
  ...(range ? [{ AttributeName: range.name, KeyType: "RANGE" as const }] : []),
];

const projectionView = ({ projection, include }: Index): sdk.Projection => ({ ProjectionType: projection, ...(projection === "INCLUDE" ? { NonKeyAttributes: include.toSorted(compare) } : {}) });

const throughputView = ({ read, write }: Index["throughput"]) => ({ NumberOfDecreasesToday: 0, ReadCapacityUnits: read, WriteCapacityUnits: write });

const countView = (counts: Counts, part: string): Count => counts.get(part) ?? { items: 0, bytes: 0 };

const streamArn = (table: Table, label: string): string => `${tableArn(table)}/stream/${label}`;

/** `TableDescription` as DescribeTable, CreateTable and the others show it. */
export function tableView(table: Table, counts: Counts, status?: sdk.TableStatus): sdk.TableDescription {
  const { items, bytes } = countView(counts, "");
  const change = table.throughputChange;
  const [locals, globals] = (["local", "global"] as const).map((kind) => table.indexes.filter((index) => index.kind === kind));
  const label = table.stream?.label ?? table.lastStreamLabel;
  return {
    AttributeDefinitions: table.attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })).toSorted((a, b) => compare(a.AttributeName, b.AttributeName)),
    TableName: table.name,
    KeySchema: schemaView(table.key),
    TableStatus: status ?? (table.restoring ? "CREATING" : table.indexes.some(({ state }) => state === "building") ? "UPDATING" : "ACTIVE"),
    CreationDateTime: new Date(table.createdMs),
    ProvisionedThroughput: {
      ...throughputView(table.throughput), NumberOfDecreasesToday: change?.decreases ?? 0,
      ...(change?.increasedMs === undefined ? {} : { LastIncreaseDateTime: new Date(change.increasedMs) }),
      ...(change?.decreasedMs === undefined ? {} : { LastDecreaseDateTime: new Date(change.decreasedMs) }),
    },
    TableSizeBytes: bytes,
    ItemCount: items,
    TableArn: tableArn(table),
    TableId: table.uuid,
    ...(table.billing === "PAY_PER_REQUEST" || table.onDemandMs !== undefined
      ? { BillingModeSummary: { BillingMode: table.billing, ...(table.onDemandMs === undefined ? {} : { LastUpdateToPayPerRequestDateTime: new Date(table.onDemandMs) }) } }
      : {}),
    ...(locals && locals.length > 0 ? { LocalSecondaryIndexes: locals.map((index) => indexView(table, index, counts)) } : {}),
    ...(globals && globals.length > 0 ? { GlobalSecondaryIndexes: globals.map((index) => globalView(table, index, counts)) } : {}),
    ...(table.stream ? { StreamSpecification: { StreamEnabled: true, StreamViewType: table.stream.view } } : {}),
    ...(label === undefined ? {} : { LatestStreamLabel: label, LatestStreamArn: streamArn(table, label) }),
    ...(table.tableClass ? { TableClassSummary: { TableClass: table.tableClass.name, ...(table.tableClass.changedMs === undefined ? {} : { LastUpdateDateTime: new Date(table.tableClass.changedMs) }) } } : {}),
    ...(table.restored ? { RestoreSummary: { SourceBackupArn: table.restored.backupArn, SourceTableArn: table.restored.sourceArn, RestoreDateTime: new Date(table.restored.atMs), RestoreInProgress: table.restoring === true } } : {}),
    DeletionProtectionEnabled: table.protected,
  };
}

function indexView(table: Table, index: Index, counts: Counts): sdk.LocalSecondaryIndexDescription {
  const { items, bytes } = countView(counts, index.id);
  return { IndexName: index.name, KeySchema: schemaView(index.key), Projection: projectionView(index), IndexSizeBytes: bytes, ItemCount: items, IndexArn: `${tableArn(table)}/index/${index.name}` };
}

const globalView = (table: Table, index: Index, counts: Counts): sdk.GlobalSecondaryIndexDescription => ({
  ...indexView(table, index, counts),
  IndexStatus: index.state === "active" ? "ACTIVE" : "CREATING",
  ...(index.state === "active" ? {} : { Backfilling: true }),
  ProvisionedThroughput: throughputView(index.throughput),
});
