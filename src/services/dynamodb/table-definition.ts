// What a table may look like: key schemas against attribute definitions, indexes, throughput, in the original's words.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { limits } from "../../kernel/limits.ts";
import { shortId } from "../../triggers/tables/open-tables.ts";
import { keyNames, type Index, type KeyAttribute, type KeySchema, type StreamView, type Throughput } from "../../triggers/tables/table.ts";
import { invalid, invalidParameters, notYet } from "./faults.ts";
import { requireName } from "./lookup.ts";

type Definitions = readonly sdk.AttributeDefinition[] | undefined;
type Schema = readonly sdk.KeySchemaElement[] | undefined;

export function readAttributes(definitions: Definitions): readonly KeyAttribute[] {
  const attributes = (definitions ?? []).map(({ AttributeName: name = "", AttributeType: type }) => ({ name, type: type as KeyAttribute["type"] }));
  const names = attributes.map(({ name }) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw invalidParameters(`Duplicate AttributeName in AttributeDefinitions: ${repeated}`);
  return attributes;
}

const schemaNames = (schema: Schema): readonly string[] => (schema ?? []).map(({ AttributeName = "" }) => AttributeName);

/** `of` is empty for the table, else ` for index name`. */
function readSchema(schema: Schema, attributes: readonly KeyAttribute[], of = ""): KeySchema {
  const [first, second, ...rest] = schema ?? [];
  if (!first) throw invalidParameters("No KeySchema provided");
  if (first.KeyType !== "HASH") throw invalid(`Invalid KeySchema: The first KeySchemaElement is not a HASH key type${of}`);
  if (second && second.KeyType !== "RANGE") throw invalid(`Invalid KeySchema: The second KeySchemaElement is not a RANGE key type${of}`);
  if (rest.length > 0) throw notYet("KeySchema with more than two attributes");
  if (second && first.AttributeName === second.AttributeName) throw invalid(`Both the Hash Key and the Range Key element in the KeySchema have the same name${of}`);
  const [hash, range] = [first, second].map((element) => attributes.find(({ name }) => name === element?.AttributeName));
  if (!hash || (second && !range)) {
    throw invalidParameters(`Some index key attributes are not defined in AttributeDefinitions. Keys: [${schemaNames(schema).join(", ")}], AttributeDefinitions: [${attributes.map(({ name }) => name).join(", ")}]`);
  }
  return range ? { hash, range } : { hash };
}

export interface IndexInput {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: Schema;
  readonly Projection?: sdk.Projection | undefined;
  readonly ProvisionedThroughput?: sdk.ProvisionedThroughput | undefined;
  readonly OnDemandThroughput?: unknown;
  readonly WarmThroughput?: unknown;
}

/** One index as asked for; `building` when the table may have items already. */
export function readIndex(input: IndexInput, kind: Index["kind"], attributes: readonly KeyAttribute[], billing: Billing, state: Index["state"]): Index {
  const name = input.IndexName ?? "";
  requireName(name, "IndexName");
  refuse(input, ["OnDemandThroughput", "WarmThroughput"]);
  const key = readSchema(input.KeySchema, attributes);
  const { ProjectionType: projection, NonKeyAttributes: include } = input.Projection ?? {};
  if (projection === undefined) throw invalidParameters("Unknown ProjectionType: null");
  if (projection !== "INCLUDE" && include) throw invalidParameters(`ProjectionType is ${projection}, but NonKeyAttributes is specified`);
  if (projection === "INCLUDE" && !include) throw invalidParameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  return { id: shortId(), name, kind, key, projection, include: include ?? [], state, throughput: kind === "local" ? { read: 0, write: 0 } : readThroughput(input.ProvisionedThroughput, billing, ` for index: ${name}`) };
}

export type Billing = "PROVISIONED" | "PAY_PER_REQUEST";

/** `of` says for which index. */
export function readThroughput(given: sdk.ProvisionedThroughput | undefined, billing: Billing, of = ""): Throughput {
  if (billing === "PAY_PER_REQUEST") {
    if (given && ((given.ReadCapacityUnits ?? 0) > 0 || (given.WriteCapacityUnits ?? 0) > 0)) {
      throw invalidParameters(of === "" ? "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST" : `ProvisionedThroughput should not be specified${of} when BillingMode is PAY_PER_REQUEST`);
    }
    return { read: 0, write: 0 };
  }
  if (!given) throw invalidParameters(of === "" ? "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED" : `ProvisionedThroughput must be specified${of}`);
  return { read: given.ReadCapacityUnits ?? 0, write: given.WriteCapacityUnits ?? 0 };
}

export interface TableShape {
  readonly attributes: readonly KeyAttribute[];
  readonly key: KeySchema;
  readonly indexes: readonly Index[];
}

/** The table's keys and indexes, judged together. */
export function readShape(input: Pick<sdk.CreateTableInput, "AttributeDefinitions" | "KeySchema" | "LocalSecondaryIndexes" | "GlobalSecondaryIndexes">, billing: Billing): TableShape {
  const { LocalSecondaryIndexes: locals, GlobalSecondaryIndexes: globals } = input;
  const attributes = readAttributes(input.AttributeDefinitions);
  if (!locals && !globals && schemaNames(input.KeySchema).length !== attributes.length && schemaNames(input.KeySchema).every((name) => attributes.some((attribute) => attribute.name === name))) {
    throw invalidParameters("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions");
  }
  const key = readSchema(input.KeySchema, attributes);
  if (locals?.length === 0) throw invalidParameters("List of LocalSecondaryIndexes is empty");
  if (globals?.length === 0) throw invalidParameters("List of GlobalSecondaryIndexes is empty");
  if ((locals?.length ?? 0) > limits.tables.localIndexesMax) throw invalidParameters(`Number of LocalSecondaryIndexes exceeds per-table limit of ${limits.tables.localIndexesMax}`);
  const indexes = [...(locals ?? []).map((index) => readIndex(index, "local", attributes, billing, "active")), ...(globals ?? []).map((index) => readIndex(index, "global", attributes, billing, "active"))];
  for (const index of indexes.filter(({ kind }) => kind === "local")) requireLocalKey(index, key);
  checkTogether(key, attributes, indexes);
  return { attributes, key, indexes };
}

function requireLocalKey({ name, key }: Index, table: KeySchema): void {
  if (!table.range) throw invalidParameters("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
  if (!key.range) throw invalidParameters(`Index KeySchema does not have a range key for index: ${name}`);
  if (key.hash.name !== table.hash.name) throw invalidParameters(`Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${key.hash.name}, table hash key: ${table.hash.name}`);
}

/** What holds for a table's indexes as a whole, at its creation and after every change. */
export function checkTogether(key: KeySchema, attributes: readonly KeyAttribute[], indexes: readonly Index[]): void {
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw invalidParameters(`Duplicate index name: ${repeated}`);
  if (indexes.filter(({ kind }) => kind === "global").length > limits.tables.globalIndexesMax) throw invalidParameters(`GlobalSecondaryIndex count exceeds the per-table limit of ${limits.tables.globalIndexesMax}`);
  const used = new Set([key, ...indexes.map((index) => index.key)].flatMap(keyNames));
  if (attributes.some(({ name }) => !used.has(name))) {
    throw invalidParameters(`Some AttributeDefinitions are not used. AttributeDefinitions: [${attributes.map(({ name }) => name).join(", ")}], keys used: [${[...used].join(", ")}]`);
  }
}

export function readStreamView(spec: sdk.StreamSpecification | undefined): StreamView | undefined {
  if (!spec) return undefined;
  if (spec.StreamEnabled !== true) {
    if (spec.StreamViewType !== undefined) throw invalidParameters("StreamViewType cannot be specified when StreamEnabled is false");
    return undefined;
  }
  if (spec.StreamViewType === undefined) throw invalidParameters("StreamViewType must be specified when StreamEnabled is true");
  return spec.StreamViewType;
}

/** A stream's label: the moment of its birth to the millisecond. */
export const streamLabel = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, -1);

/** Refuses by name what would be stored and do nothing. */
export function refuse(input: object, names: readonly string[]): void {
  for (const name of names) if ((input as Readonly<Record<string, unknown>>)[name] !== undefined) throw notYet(name);
}

/** Items lie unencrypted by us: the default, which needs no key of the caller's, is all there is. */
export function refuseEncryption(spec: sdk.SSESpecification | undefined): void {
  if (spec?.Enabled === true || spec?.KMSMasterKeyId !== undefined || spec?.SSEType !== undefined) throw notYet("SSESpecification");
}
