// UpdateTable: throughput, billing, indexes, stream, class and protection; a new index is filled in the background.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { fault } from "../../../kernel/fault.ts";
import type { Index, KeyAttribute, Table } from "../../../triggers/tables/table.ts";
import { invalid, invalidParameters, resourceMissing, tableMissing } from "../faults.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkTogether, readAttributes, readIndex, readStreamView, readThroughput, refuse, refuseEncryption, streamLabel } from "../table-definition.ts";
import { tableView } from "../views.ts";

export const updateTable: Op<"UpdateTable"> = async (input, { tables, clock, ...call }) => {
  refuse(input, ["ReplicaUpdates", "OnDemandThroughput", "WarmThroughput", "MultiRegionConsistency", "GlobalTableWitnessUpdates", "GlobalTableSettingsReplicationMode", "VectorIndexUpdates"]);
  refuseEncryption(input.SSESpecification);
  const ref = tableRef(call, input.TableName ?? "");
  const { TableName: _, AttributeDefinitions: __, SSESpecification: ___, ...changes } = input;
  if (Object.values(changes).every((value) => value === undefined)) {
    throw invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
  }
  const changed = await tables.change(ref, ref.name, (table) => updated(table, input, clock.now()));
  if (!changed) throw tableMissing(ref.name);
  return { TableDescription: tableView(changed, await tables.count(changed), "UPDATING") };
};

function updated(table: Table, input: Parameters<typeof updateTable>[0], nowMs: number): Table {
  if (table.restoring || table.indexes.some(({ state }) => state === "building")) {
    throw fault("ResourceInUseException", { message: `Attempt to change a resource which is still in use: Table is being updated: ${table.name}` });
  }
  let next = withBilling(table, input, nowMs);
  next = withIndexes(next, input);
  next = withStream(next, input.StreamSpecification, nowMs);
  return {
    ...next,
    protected: input.DeletionProtectionEnabled ?? next.protected,
    ...(input.TableClass === undefined ? {} : { tableClass: { name: input.TableClass, changedMs: nowMs } }),
  };
}

function withBilling(table: Table, { BillingMode, ProvisionedThroughput: given }: sdk.UpdateTableInput, nowMs: number): Table {
  const billing = BillingMode ?? table.billing;
  if (billing === table.billing && !given) return table;
  if (billing === "PAY_PER_REQUEST") {
    readThroughput(given, billing);
    return { ...table, billing, onDemandMs: table.billing === billing ? table.onDemandMs : nowMs, throughput: { read: 0, write: 0 }, indexes: table.indexes.map((index) => ({ ...index, throughput: { read: 0, write: 0 } })) };
  }
  const throughput = readThroughput(given ?? (table.billing === "PROVISIONED" ? { ReadCapacityUnits: table.throughput.read, WriteCapacityUnits: table.throughput.write } : undefined), billing);
  const { read, write } = table.throughput;
  if (table.billing === billing && throughput.read === read && throughput.write === write) {
    throw invalid(`The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${read}. Requested ReadCapacityUnits: ${read}. Current WriteCapacityUnits provisioned for the table: ${write}. Requested WriteCapacityUnits: ${write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`);
  }
  const [up, down] = [throughput.read > read || throughput.write > write, throughput.read < read || throughput.write < write];
  const before = table.throughputChange;
  return {
    ...table, billing, throughput,
    throughputChange: { increasedMs: up ? nowMs : before?.increasedMs, decreasedMs: down ? nowMs : before?.decreasedMs, decreases: (before?.decreases ?? 0) + (down ? 1 : 0) },
  };
}

function withIndexes(table: Table, { GlobalSecondaryIndexUpdates: updates, AttributeDefinitions }: sdk.UpdateTableInput): Table {
  if (!updates || updates.length === 0) return table;
  const sent = AttributeDefinitions ? readAttributes(AttributeDefinitions) : [];
  const known = [...table.attributes.filter(({ name }) => !sent.some((attribute) => attribute.name === name)), ...sent];
  const changed = table.attributes.find(({ name, type }) => known.some((attribute) => attribute.name === name && attribute.type !== type));
  if (changed) throw invalidParameters(`Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: Schema:[SchemaElement: key{${changed.name}:${changed.type}:HASH}]`);
  let indexes = table.indexes;
  for (const update of updates) indexes = withIndex({ ...table, indexes }, update, known);
  const attributes = usedAttributes(known, table, indexes, sent);
  checkTogether(table.key, attributes, indexes);
  return { ...table, indexes, attributes };
}

function withIndex(table: Table, { Create: create, Update: update, Delete: remove }: sdk.GlobalSecondaryIndexUpdate, known: readonly KeyAttribute[]): readonly Index[] {
  if (create) return [...table.indexes, readIndex(create, "global", known, table.billing, "building")];
  const name = update?.IndexName ?? remove?.IndexName ?? "";
  const index = table.indexes.find((each) => each.kind === "global" && each.name === name);
  if (!index) throw resourceMissing();
  if (remove) return table.indexes.filter((each) => each !== index);
  refuse(update ?? {}, ["OnDemandThroughput", "WarmThroughput"]);
  return table.indexes.map((each) => (each === index ? { ...index, throughput: readThroughput(update?.ProvisionedThroughput, table.billing, ` for index: ${name}`) } : each));
}

/** Definitions go with the last index that used them; those that were sent must be used. */
function usedAttributes(known: readonly KeyAttribute[], table: Table, indexes: readonly Index[], sent: readonly KeyAttribute[]): readonly KeyAttribute[] {
  const used = new Set([table.key, ...indexes.map(({ key }) => key)].flatMap(({ hash, range }) => [hash.name, range?.name]));
  return known.filter(({ name }) => used.has(name) || (sent.some((attribute) => attribute.name === name) && !table.attributes.some((attribute) => attribute.name === name)));
}

function withStream(table: Table, spec: sdk.StreamSpecification | undefined, nowMs: number): Table {
  if (!spec) return table;
  const view = readStreamView(spec);
  if (view && table.stream) throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
  if (!view && !table.stream) throw invalid(`Table is already disabled for streams: TableName: ${table.name}`);
  if (!view) return { ...table, stream: undefined };
  const label = streamLabel(nowMs);
  return { ...table, stream: { label, view }, lastStreamLabel: label };
}
