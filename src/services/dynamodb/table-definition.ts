// What a table may look like: key schemas against attribute definitions, indexes, throughput, in the original's words.
import type * as sdk from "@aws-sdk/client-dynamodb";
import type { Fault } from "../../kernel/fault.ts";
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
  if (repeated !== undefined) throw invalid(`Attribute Name is duplicated: ${repeated}`);
  return attributes;
}

const schemaNames = (schema: Schema): readonly string[] => (schema ?? []).map(({ AttributeName = "" }) => AttributeName);

const undefinedKeys = (keys: readonly string[], attributes: readonly KeyAttribute[]): Fault =>
  invalidParameters(`Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(", ")}], AttributeDefinitions: [${attributes.map(({ name }) => name).join(", ")}]`);

/** Of a table without indexes, by the numbers of both first. */
function requireDefinitions(schema: Schema, attributes: readonly KeyAttribute[]): void {
  const keys = schemaNames(schema);
  if (keys.length < attributes.length) throw invalidParameters("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions");
  if (keys.length > attributes.length) throw invalid("Invalid KeySchema: Some index key attribute have no definition");
  if (keys.some((key) => !attributes.some(({ name }) => name === key))) throw undefinedKeys(keys, attributes);
}

/** Throws when there are more than two elements: only global indexes may have more. `at`: where in the request the schema stands. */
function requirePair(schema: Schema, at: string): void {
  if ((schema ?? []).length <= 2) return;
  const shown = schema?.map(({ AttributeName, KeyType }) => `KeySchemaElement(attributeName=${AttributeName}, keyType=${KeyType})`).join(", ");
  throw invalid(`1 validation error detected: Value '[${shown}]' at '${at}' failed to satisfy constraint: Member must have length less than or equal to 2`);
}

function readSchema(schema: Schema, attributes: readonly KeyAttribute[]): KeySchema {
  const [first, second, ...rest] = schema ?? [];
  if (!first) throw invalidParameters("No KeySchema provided");
  if (rest.length > 0) throw notYet("KeySchema with more than two attributes");
  if (first.KeyType !== "HASH") throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (second && second.KeyType !== "RANGE") throw invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  if (second && first.AttributeName === second.AttributeName) throw invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  const [hash, range] = [first, second].map((element) => attributes.find(({ name }) => name === element?.AttributeName));
  if (!hash || (second && !range)) throw undefinedKeys(schemaNames(schema).filter((key) => !attributes.some(({ name }) => name === key)), attributes);
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

/** Where and how an index is asked for. */
interface Asked {
  readonly kind: Index["kind"];
  /** Where in the request it stands. */
  readonly at: string;
  /** `building` when the table may have items already. */
  readonly state: Index["state"];
  readonly throughput: ThroughputWords;
}

export function readIndex(input: IndexInput, attributes: readonly KeyAttribute[], billing: Billing, { kind, at, state, throughput: words }: Asked): Index {
  const name = input.IndexName ?? "";
  requireName(name, `${at}.indexName`);
  if (kind === "local") requirePair(input.KeySchema, `${at}.keySchema`);
  refuse(input, ["OnDemandThroughput", "WarmThroughput"]);
  const key = readSchema(input.KeySchema, attributes);
  const { ProjectionType: projection, NonKeyAttributes: include } = input.Projection ?? {};
  if (projection === undefined) throw invalidParameters("Unknown ProjectionType: null");
  if (projection !== "INCLUDE" && include) throw invalidParameters(`ProjectionType is ${projection}, but NonKeyAttributes is specified`);
  if (projection === "INCLUDE" && !include) throw invalidParameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  const repeated = include?.find((each, at) => include.indexOf(each) !== at);
  if (repeated !== undefined) throw invalidParameters(`Duplicate element in NonKeyAttributes: ${repeated}`);
  return { id: shortId(), name, kind, key, projection, include: include ?? [], state, throughput: kind === "local" ? { read: 0, write: 0 } : readThroughput(input.ProvisionedThroughput, billing, words, name) };
}

export type Billing = "PROVISIONED" | "PAY_PER_REQUEST";

/** What the original says where throughput is not given, and where it must not be: each place has sentences of its own. */
export interface ThroughputWords {
  readonly missing: string;
  readonly unwanted: string;
}

const ON_DEMAND = "when BillingMode is PAY_PER_REQUEST";

export const throughputWords = {
  newTable: { missing: "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED", unwanted: `Neither ReadCapacityUnits nor WriteCapacityUnits can be specified ${ON_DEMAND}` },
  table: { missing: "ProvisionedThroughput must be specified when BillingMode is PROVISIONED", unwanted: `Neither ReadCapacityUnits nor WriteCapacityUnits can be specified ${ON_DEMAND}` },
  indexOfNewTable: (name: string): ThroughputWords => ({ missing: `ProvisionedThroughput is not specified for index: ${name}`, unwanted: `ProvisionedThroughput should not be specified for index: ${name} ${ON_DEMAND}` }),
  newIndex: (name: string): ThroughputWords => ({ missing: `Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: ${name}`, unwanted: `Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: ${name} ${ON_DEMAND}` }),
  index: (name: string): ThroughputWords => ({ missing: `ProvisionedThroughput must be specified for index: ${name}`, unwanted: `The only Updates for index: ${name} when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput` }),
} as const;

/** AWS: units of one kind. */
const UNITS_MAX = 1_000_000_000_000;

/** `index`: whose, when it is not the table's own. */
export function readThroughput(given: sdk.ProvisionedThroughput | undefined, billing: Billing, words: ThroughputWords, index?: string): Throughput {
  const read = given?.ReadCapacityUnits ?? 0;
  const write = given?.WriteCapacityUnits ?? 0;
  for (const [units, name] of [[read, "ReadCapacityUnits"], [write, "WriteCapacityUnits"]] as const) {
    if (units > UNITS_MAX) throw invalid(`Given value ${units} for ${name} is out of bounds${index === undefined ? "" : ` for index ${index}`}`);
  }
  if (billing === "PAY_PER_REQUEST" && (read > 0 || write > 0)) throw invalidParameters(words.unwanted);
  if (billing === "PROVISIONED" && !given) throw invalidParameters(words.missing);
  return { read, write };
}

export interface TableShape {
  readonly attributes: readonly KeyAttribute[];
  readonly key: KeySchema;
  readonly indexes: readonly Index[];
}

/** The table's keys and indexes, judged together. */
export function readShape(input: Pick<sdk.CreateTableInput, "AttributeDefinitions" | "KeySchema" | "LocalSecondaryIndexes" | "GlobalSecondaryIndexes">, billing: Billing): TableShape {
  const { LocalSecondaryIndexes: locals, GlobalSecondaryIndexes: globals } = input;
  requirePair(input.KeySchema, "keySchema");
  const attributes = readAttributes(input.AttributeDefinitions);
  if (!locals && !globals) requireDefinitions(input.KeySchema, attributes);
  const key = readSchema(input.KeySchema, attributes);
  if (locals?.length === 0) throw invalidParameters("List of LocalSecondaryIndexes is empty");
  if (globals?.length === 0) throw invalidParameters("List of GlobalSecondaryIndexes is empty");
  if ((locals?.length ?? 0) > limits.tables.localIndexesMax) throw invalidParameters(`Number of LocalSecondaryIndexes exceeds per-table limit of ${limits.tables.localIndexesMax}`);
  const made = (kind: Index["kind"]) => (index: IndexInput, n: number) =>
    readIndex(index, attributes, billing, { kind, at: `${kind}SecondaryIndexes.${n + 1}.member`, state: "active", throughput: throughputWords.indexOfNewTable(index.IndexName ?? "") });
  const indexes = [...(locals ?? []).map(made("local")), ...(globals ?? []).map(made("global"))];
  for (const index of indexes.filter(({ kind }) => kind === "local")) requireLocalKey(index, key);
  checkTogether(key, attributes, indexes);
  return { attributes, key, indexes };
}

function requireLocalKey({ name, key }: Index, table: KeySchema): void {
  if (!table.range) throw invalidParameters("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
  if (!key.range) throw invalidParameters(`Index KeySchema does not have a range key for index: ${name}`);
  if (key.hash.name !== table.hash.name) throw invalidParameters(`Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${key.hash.name}, table hash key: ${table.hash.name}`);
}

/** What holds for a new table's indexes as a whole. */
function checkTogether(key: KeySchema, attributes: readonly KeyAttribute[], indexes: readonly Index[]): void {
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw invalidParameters(`Duplicate index name: ${repeated}`);
  if (indexes.filter(({ kind }) => kind === "global").length > limits.tables.globalIndexesMax) throw invalidParameters(`GlobalSecondaryIndex count exceeds the per-table limit of ${limits.tables.globalIndexesMax}`);
  const used = new Set([key, ...indexes.map((index) => index.key)].flatMap(keyNames));
  if (attributes.some(({ name }) => !used.has(name))) {
    throw invalidParameters(`Some AttributeDefinitions are not used. AttributeDefinitions: [${attributes.map(({ name }) => name).join(", ")}], keys used: [${[...used].join(", ")}]`);
  }
}

/** What the original says of a view that is missing, and of one that is too much. */
export const streamWords = {
  newTable: { missing: "Table is being created with a stream enabled, UpdateViewType is required", unwanted: "Table is being created with a stream disabled, UpdateViewType should not be specified" },
  table: { missing: "If stream is being enabled then UpdateViewType is required", unwanted: "If stream is being disabled, then UpdateViewType must not be specified" },
} as const;

export function readStreamView({ StreamEnabled: enabled, StreamViewType: view }: sdk.StreamSpecification, words: { readonly missing: string; readonly unwanted: string }): StreamView | undefined {
  if (enabled === true && view === undefined) throw invalidParameters(words.missing);
  if (enabled !== true && view !== undefined) throw invalidParameters(words.unwanted);
  return view;
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
