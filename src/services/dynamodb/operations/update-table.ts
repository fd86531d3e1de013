// UpdateTable: throughput, billing, indexes, stream, class and protection; a new index is filled in the background.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { fault, type Fault } from "../../../kernel/fault.ts";
import type { Table } from "../../../triggers/tables/table.ts";
import { invalid, invalidParameters, tableMissing } from "../faults.ts";
import { makesOrRemoves, requireChange, withIndexes } from "../index-updates.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";
import { readStreamView, readThroughput, refuse, refuseEncryption, streamLabel, streamWords, throughputWords } from "../table-definition.ts";
import { tableView } from "../views.ts";

export const updateTable: Op<"UpdateTable"> = async (input, { tables, clock, ...call }) => {
  refuse(input, ["ReplicaUpdates", "OnDemandThroughput", "WarmThroughput", "MultiRegionConsistency", "GlobalTableWitnessUpdates", "GlobalTableSettingsReplicationMode", "VectorIndexUpdates"]);
  refuseEncryption(input.SSESpecification);
  const ref = tableRef(call, input.TableName ?? "");
  const { TableName: _, AttributeDefinitions: __, SSESpecification: ___, ...changes } = input;
  if (Object.values(changes).every(isNothing)) {
    throw invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required");
  }
  requireAlone(changes);
  const changed = await tables.change(ref, ref.name, (table) => updated(table, input, clock.now()));
  if (!changed) throw tableMissing(ref.name);
  return { TableDescription: tableView(changed, await tables.count(changed), "UPDATING") };
};

function updated(table: Table, input: Parameters<typeof updateTable>[0], nowMs: number): Table {
  if (table.restoring) throw inUse(`Table is being created: ${table.name}`);
  if (table.indexes.some(({ state }) => state === "building")) {
    if (input.StreamSpecification) throw inUse("Can't change stream status when an index is being created");
    if (input.BillingMode || input.ProvisionedThroughput) throw inUse(`Can't change table IOPS when an index is being created. Table: ${table.name}`);
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

const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

const inUse = (why: string): Fault => fault("ResourceInUseException", { message: `Attempt to change a resource which is still in use: ${why}` });

/** What the original does not change beside other things. */
function requireAlone(input: Omit<sdk.UpdateTableInput, "TableName" | "AttributeDefinitions">): void {
  const given = Object.entries(input).flatMap(([name, value]) => (isNothing(value) ? [] : [name]));
  if (given.length < 2) return;
  for (const [name, what] of [["DeletionProtectionEnabled", "DeletionProtection"], ["TableClass", "TableClass"]] as const) {
    if (given.includes(name)) throw invalidParameters(`${what} modification must be the only operation in the request`);
  }
  if (input.StreamSpecification && input.ProvisionedThroughput) throw invalidParameters("You cannot modify stream status while updating table IOPS");
  if (!makesOrRemoves(input.GlobalSecondaryIndexUpdates)) return;
  if (input.ProvisionedThroughput) throw invalidParameters("You cannot create or delete index while updating table IOPS");
  if (input.StreamSpecification) throw invalidParameters("You cannot create or delete index while changing stream status");
}

function withBilling(table: Table, { BillingMode, ProvisionedThroughput: given, GlobalSecondaryIndexUpdates: updates }: sdk.UpdateTableInput, nowMs: number): Table {
  const billing = BillingMode ?? table.billing;
  if (BillingMode === undefined && !given) return table;
  const throughput = readThroughput(given, billing, throughputWords.table);
  if (billing === "PAY_PER_REQUEST") {
    return { ...table, billing, onDemandMs: table.billing === billing ? table.onDemandMs : nowMs, throughput: { read: 0, write: 0 }, indexes: table.indexes.map((index) => ({ ...index, throughput: { read: 0, write: 0 } })) };
  }
  const { read, write } = table.throughput;
  if (table.billing === billing) requireChange(table.throughput, throughput, "the table", "the table");
  else requireIndexesToo(table, updates);
  const [up, down] = [throughput.read > read || throughput.write > write, throughput.read < read || throughput.write < write];
  const before = table.throughputChange;
  return {
    ...table, billing, throughput,
    throughputChange: { increasedMs: up ? nowMs : before?.increasedMs, decreasedMs: down ? nowMs : before?.decreasedMs, decreases: (before?.decreases ?? 0) + (down ? 1 : 0) },
  };
}

/** Nothing is given to an index by itself: each needs its own. */
function requireIndexesToo(table: Table, updates: sdk.UpdateTableInput["GlobalSecondaryIndexUpdates"]): void {
  const without = table.indexes.find(({ kind, name }) => kind === "global" && !updates?.some(({ Update, Delete }) => Update?.IndexName === name || Delete?.IndexName === name));
  if (without) throw invalidParameters(throughputWords.index(without.name).missing);
}

function withStream(table: Table, spec: sdk.StreamSpecification | undefined, nowMs: number): Table {
  if (!spec) return table;
  const view = readStreamView(spec, streamWords.table);
  if (view && table.stream) throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
  if (!view && !table.stream) throw invalid(`Table has no stream to disable: TableName: ${table.name}`);
  if (!view) return { ...table, stream: undefined };
  const label = streamLabel(nowMs);
  return { ...table, stream: { label, view }, lastStreamLabel: label };
}
