// What UpdateTable does to a table's global indexes: one is made or removed at a time, throughput may change beside it.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { keyNames, type Index, type KeyAttribute, type Table, type Throughput } from "../../triggers/tables/table.ts";
import { indexMissing, invalid, invalidParameters } from "./faults.ts";
import { readAttributes, readIndex, readThroughput, refuse, throughputWords } from "./table-definition.ts";

type Updates = readonly sdk.GlobalSecondaryIndexUpdate[];

const limitExceeded = (what: string): Fault => fault("LimitExceededException", { message: `Subscriber limit exceeded: ${what}` });

/** The table with its indexes as `input` wants them. */
export function withIndexes(table: Table, { GlobalSecondaryIndexUpdates: updates, AttributeDefinitions: sent }: sdk.UpdateTableInput): Table {
  if (!updates) return table;
  requireOrder(table, updates);
  // Definitions count for a new index alone, and never change an attribute that is known.
  const defined = sent ? readAttributes(sent) : [];
  const known = [...table.attributes, ...defined.filter(({ name }) => !table.attributes.some((attribute) => attribute.name === name))];
  let indexes = table.indexes;
  for (const { Create: create } of updates) if (create) refuseRedefinition(table, create, defined);
  for (const [n, update] of updates.entries()) indexes = withIndex({ ...table, indexes }, update, sent && known, `globalSecondaryIndexUpdates.${n + 1}.member`);
  if (indexes.filter(({ kind }) => kind === "global").length > limits.tables.globalIndexesMax) throw limitExceeded(`Number of global secondary indexes exceeds per-table limit of ${limits.tables.globalIndexesMax}`);
  // They go with the last index that used them.
  const used = new Set([table.key, ...indexes.map(({ key }) => key)].flatMap(keyNames));
  return { ...table, indexes, attributes: known.filter(({ name }) => used.has(name)) };
}

/** Where a new index has an attribute as its key that another key has, it has one type. */
function refuseRedefinition(table: Table, { KeySchema: schema = [] }: sdk.CreateGlobalSecondaryIndexAction, defined: readonly KeyAttribute[]): void {
  for (const existing of [table.key, ...table.indexes.map(({ key }) => key)]) {
    for (const [attribute, role] of [[existing.hash, "HASH"], [existing.range, "RANGE"]] as const) {
      const wanted = schema.find(({ AttributeName: name }) => name === attribute?.name);
      const now = defined.find(({ name }) => name === attribute?.name);
      if (!attribute || !wanted || !now || now.type === attribute.type) continue;
      const words = (type: string, as: string | undefined): string => `Schema:[SchemaElement: key{${attribute.name}:${type}:${as}}]`;
      throw invalidParameters(`Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: ${words(attribute.type, role)} New schema: ${words(now.type, wanted.KeyType)}`);
    }
  }
}

export const makesOrRemoves = (updates: Updates | undefined): boolean => updates?.some(({ Create, Delete }) => Create !== undefined || Delete !== undefined) === true;

function requireOrder(table: Table, updates: Updates): void {
  if (updates.length === 0) throw invalidParameters("List of GlobalSecondaryIndexUpdates is empty");
  const names = updates.map(({ Create, Update, Delete }) => {
    const given = [Create, Update, Delete].filter((action) => action !== undefined);
    if (given.length === 0) throw invalidParameters("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null");
    if (given.length > 1) throw invalidParameters("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
    return given[0]?.IndexName ?? "";
  });
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw invalidParameters(`Only one global secondary index update per index is allowed simultaneously. Index: ${repeated}`);
  const online = updates.filter(({ Update }) => !Update).length;
  if (online + (table.indexes.some(({ state }) => state === "building") ? 1 : 0) > 1 && online > 0) throw limitExceeded("Only 1 online index can be created or deleted simultaneously per table");
}

function withIndex(table: Table, { Create: create, Update: update, Delete: remove }: sdk.GlobalSecondaryIndexUpdate, known: readonly KeyAttribute[] | undefined, at: string): readonly Index[] {
  if (create) {
    const { IndexName: name = "" } = create;
    if (table.indexes.some((index) => index.name === name)) throw invalid("Attempting to create an index which already exists");
    if (!known) throw invalidParameters(`AttributeDefinitions is not specified for index: ${name}`);
    return [...table.indexes, readIndex(create, known, table.billing, { kind: "global", at: `${at}.create`, state: "building", throughput: throughputWords.newIndex(name) })];
  }
  const name = update?.IndexName ?? remove?.IndexName ?? "";
  const index = table.indexes.find((each) => each.name === name);
  if (!index) throw indexMissing(name, table.name);
  if (index.kind === "local") throw invalid(`Cannot ${remove ? "delete" : "update"} an index that is not a GlobalSecondaryIndex: ${name}`);
  if (remove) return table.indexes.filter((each) => each !== index);
  refuse(update ?? {}, ["OnDemandThroughput", "WarmThroughput"]);
  const throughput = readThroughput(update?.ProvisionedThroughput, table.billing, throughputWords.index(name), name);
  requireChange(index.throughput, throughput, `the index ${name}`, `index ${name}`);
  return table.indexes.map((each) => (each === index ? { ...index, throughput } : each));
}

/** Fault ValidationException when nothing would change. */
export function requireChange(before: Throughput, after: Throughput, the: string, provisionedFor: string): void {
  if (before.read !== after.read || before.write !== after.write) return;
  const units = (kind: string, value: number): string => `Current ${kind} provisioned for ${provisionedFor}: ${value}. Requested ${kind}: ${value}.`;
  throw invalid(
    `The provisioned throughput for ${the} will not change. The requested value equals the current value. ${units("ReadCapacityUnits", before.read)} ${units("WriteCapacityUnits", before.write)} Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
  );
}
