// UpdateTable, tags and backups refuse what the original refuses, in its words, and let pass what it lets pass.
import {
  CreateBackupCommand, DescribeBackupCommand, DescribeTableCommand, PutItemCommand, TagResourceCommand, TransactWriteItemsCommand, UntagResourceCommand, UpdateItemCommand, UpdateTableCommand,
  type CreateTableCommandInput, type GlobalSecondaryIndexUpdate, type UpdateTableCommandInput,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { INVALID, openTablesCloud, type TablesCloud } from "./tables-harness.ts";

let cloud: TablesCloud;
beforeAll(async () => void (cloud = await openTablesCloud()));
afterAll(() => cloud[Symbol.asyncDispose]());

const units = (count: number) => ({ ReadCapacityUnits: count, WriteCapacityUnits: count });
const hash = (AttributeName: string) => [{ AttributeName, KeyType: "HASH" as const }];
const attribute = (AttributeName: string, AttributeType: "S" | "N" = "S") => ({ AttributeName, AttributeType });
const index = (IndexName: string, attributeName: string, provisioned = false) => ({ IndexName, KeySchema: hash(attributeName), Projection: { ProjectionType: "ALL" as const }, ...(provisioned ? { ProvisionedThroughput: units(2) } : {}) });
const create = (IndexName: string, attributeName: string): GlobalSecondaryIndexUpdate => ({ Create: index(IndexName, attributeName) });
const remove = (IndexName: string): GlobalSecondaryIndexUpdate => ({ Delete: { IndexName } });
const retune = (IndexName: string, count: number): GlobalSecondaryIndexUpdate => ({ Update: { IndexName, ProvisionedThroughput: units(count) } });

/** On demand, or with 2 units of each kind; with the global indexes `one` and `two` and the local index `near`. */
const table = (provisioned = false): Partial<CreateTableCommandInput> => ({
  AttributeDefinitions: [attribute("id"), attribute("pos"), attribute("one"), attribute("two")],
  KeySchema: [...hash("id"), { AttributeName: "pos", KeyType: "RANGE" }],
  GlobalSecondaryIndexes: [index("one", "one", provisioned), index("two", "two", provisioned)],
  LocalSecondaryIndexes: [{ ...index("near", "id"), KeySchema: [...hash("id"), { AttributeName: "one", KeyType: "RANGE" }] }],
  ...(provisioned ? { BillingMode: "PROVISIONED", ProvisionedThroughput: units(2) } : {}),
});
const update = (TableName: string, input: Omit<UpdateTableCommandInput, "TableName">) => cloud.db.send(new UpdateTableCommand({ TableName, ...input }));
const describeTable = async (TableName: string) => (await cloud.db.send(new DescribeTableCommand({ TableName }))).Table;
const active = (TableName: string) => expect.poll(async () => (await describeTable(TableName))?.TableStatus).toBe("ACTIVE");

const nothing = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required";
const oneAtATime = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table";
const AttributeDefinitions = [attribute("new")];
const stream = { StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } } as const;

const mistakes: readonly (readonly [what: string, provisioned: boolean, input: Omit<UpdateTableCommandInput, "TableName">, message: string, name?: string])[] = [
  ["nothing", false, {}, nothing],
  ["definitions alone", false, { AttributeDefinitions }, nothing],
  ["an empty list alone", false, { GlobalSecondaryIndexUpdates: [] }, nothing],
  ["an empty list beside something", false, { GlobalSecondaryIndexUpdates: [], DeletionProtectionEnabled: true }, `${INVALID}List of GlobalSecondaryIndexUpdates is empty`],
  ["two indexes at once", false, { AttributeDefinitions, GlobalSecondaryIndexUpdates: [create("a-1", "new"), create("a-2", "new")] }, oneAtATime, "LimitExceededException"],
  ["an index for another", false, { AttributeDefinitions, GlobalSecondaryIndexUpdates: [remove("one"), create("a-1", "new")] }, oneAtATime, "LimitExceededException"],
  ["an index for one of its name", false, { AttributeDefinitions, GlobalSecondaryIndexUpdates: [remove("one"), create("one", "new")] }, `${INVALID}Only one global secondary index update per index is allowed simultaneously. Index: one`],
  ["one object with two actions", true, { GlobalSecondaryIndexUpdates: [{ ...retune("one", 3), ...remove("one") }] }, `${INVALID}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object`],
  ["an object without an action", false, { GlobalSecondaryIndexUpdates: [{}] }, `${INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null`],
  ["an index that is there", false, { AttributeDefinitions, GlobalSecondaryIndexUpdates: [create("one", "new")] }, "Attempting to create an index which already exists"],
  ["an index without definitions", false, { GlobalSecondaryIndexUpdates: [create("a-1", "new")] }, `${INVALID}AttributeDefinitions is not specified for index: a-1`],
  ["an index whose key has another type", false, { AttributeDefinitions: [attribute("two", "N")], GlobalSecondaryIndexUpdates: [create("a-1", "two")] }, `${INVALID}Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: Schema:[SchemaElement: key{two:S:HASH}] New schema: Schema:[SchemaElement: key{two:N:HASH}]`],
  ["the end of an index that is not there", false, { GlobalSecondaryIndexUpdates: [remove("none")] }, expect.stringMatching(/^Requested resource not found: Index none for table /), "ResourceNotFoundException"],
  ["the end of a local index", false, { GlobalSecondaryIndexUpdates: [remove("near")] }, "Cannot delete an index that is not a GlobalSecondaryIndex: near"],
  ["throughput of an index on demand", false, { GlobalSecondaryIndexUpdates: [retune("one", 3)] }, `${INVALID}The only Updates for index: one when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput`],
  ["the throughput an index has", true, { GlobalSecondaryIndexUpdates: [retune("one", 2)] }, expect.stringMatching(/^The provisioned throughput for the index one will not change\. .* Current ReadCapacityUnits provisioned for index one: 2\. Requested ReadCapacityUnits: 2\. /)],
  ["an index without throughput", true, { AttributeDefinitions, GlobalSecondaryIndexUpdates: [create("a-1", "new")] }, `${INVALID}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: a-1`],
  ["throughput beyond all bounds", true, { ProvisionedThroughput: units(1_000_000_000_001) }, "Given value 1000000000001 for ReadCapacityUnits is out of bounds"],
  ["provisioning without units", false, { BillingMode: "PROVISIONED" }, `${INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED`],
  ["provisioning without units of the indexes", false, { BillingMode: "PROVISIONED", ProvisionedThroughput: units(2), GlobalSecondaryIndexUpdates: [retune("one", 2)] }, `${INVALID}ProvisionedThroughput must be specified for index: two`],
  ["a new index beside units", true, { AttributeDefinitions, ProvisionedThroughput: units(3), GlobalSecondaryIndexUpdates: [create("a-1", "new")] }, `${INVALID}You cannot create or delete index while updating table IOPS`],
  ["a new index beside a stream", false, { AttributeDefinitions, ...stream, GlobalSecondaryIndexUpdates: [create("a-1", "new")] }, `${INVALID}You cannot create or delete index while changing stream status`],
  ["a stream beside units", true, { ...stream, ProvisionedThroughput: units(3) }, `${INVALID}You cannot modify stream status while updating table IOPS`],
  ["protection beside an index", false, { GlobalSecondaryIndexUpdates: [remove("one")], DeletionProtectionEnabled: true }, `${INVALID}DeletionProtection modification must be the only operation in the request`],
  ["a class beside an index", false, { GlobalSecondaryIndexUpdates: [remove("one")], TableClass: "STANDARD_INFREQUENT_ACCESS" }, `${INVALID}TableClass modification must be the only operation in the request`],
  ["a stream without a view", false, { StreamSpecification: { StreamEnabled: true } }, `${INVALID}If stream is being enabled then UpdateViewType is required`],
  ["no stream, with a view", false, { StreamSpecification: { StreamEnabled: false, StreamViewType: "KEYS_ONLY" } }, `${INVALID}If stream is being disabled, then UpdateViewType must not be specified`],
  ["the end of a stream that is not there", false, { StreamSpecification: { StreamEnabled: false } }, expect.stringMatching(/^Table has no stream to disable: TableName: /)],
];

test.each(mistakes.map(([what, ...rest]) => ({ what, rest })))("an update with $what is refused in the original's words", async ({ rest: [provisioned, input, message, name = "ValidationException"] }) => {
  const TableName = await cloud.makeTable(table(provisioned));
  const before = await describeTable(TableName);
  expect(await failure(update(TableName, input))).toMatchObject({ name, message });
  expect(await describeTable(TableName)).toEqual(before);
});

test("21 global indexes are one too many, one by one too", async () => {
  const TableName = await cloud.makeTable({ AttributeDefinitions: [attribute("id"), attribute("a")], GlobalSecondaryIndexes: Array.from({ length: 20 }, (_, n) => index(`gsi-${n}`, "a")) });
  expect(await failure(update(TableName, { AttributeDefinitions: [attribute("a")], GlobalSecondaryIndexUpdates: [create("gsi-20", "a")] }))).toMatchObject({ name: "LimitExceededException", message: "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20" });
});

test("definitions that no index needs pass unseen, and change no attribute that is known", async () => {
  const TableName = await cloud.makeTable(table(true));
  await update(TableName, { AttributeDefinitions: [attribute("id", "N"), attribute("stale")], GlobalSecondaryIndexUpdates: [retune("one", 3), retune("two", 4)] });
  await update(TableName, { AttributeDefinitions: [attribute("id", "N"), attribute("stale"), attribute("new", "N")], GlobalSecondaryIndexUpdates: [{ Create: { ...index("third", "new"), ProvisionedThroughput: units(1) } }, retune("one", 5)] });
  await active(TableName);
  const made = await describeTable(TableName);
  expect(made?.AttributeDefinitions).toEqual([attribute("id"), attribute("new", "N"), attribute("one"), attribute("pos"), attribute("two")]);
  expect(made?.GlobalSecondaryIndexes?.map(({ IndexName, ProvisionedThroughput }) => [IndexName, ProvisionedThroughput?.ReadCapacityUnits])).toEqual([["one", 5], ["two", 4], ["third", 1]]);
  await update(TableName, { BillingMode: "PAY_PER_REQUEST" });
  await update(TableName, { BillingMode: "PROVISIONED", ProvisionedThroughput: units(7), GlobalSecondaryIndexUpdates: [retune("one", 7), retune("two", 7), retune("third", 7)] });
  expect(await describeTable(TableName)).toMatchObject({ ProvisionedThroughput: units(7), GlobalSecondaryIndexes: [1, 2, 3].map(() => ({ ProvisionedThroughput: units(7) })) });
});

test("tags have letters of every script, but few signs, and belong to tables", async () => {
  const TableName = await cloud.makeTable({ AttributeDefinitions: [attribute("id"), attribute("a")], GlobalSecondaryIndexes: [index("gsi", "a")] });
  const ResourceArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
  const tag = (Key: string, Value: string, arn = ResourceArn) => cloud.db.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key, Value }] }));
  for (const text of ["ключ", "café", "表", "a\u00a0b", "a+b-c=d.e_f:g/h@i", "x".repeat(128)]) await tag(text, text);
  for (const text of ["\u{1f511}", "a,b", "100%", "<a>", "a?b", "a\tb"]) {
    expect(await failure(tag(text, "x"))).toMatchObject({ name: "ValidationException", message: `The Tag Key provided is invalid, Key: ${text}` });
    expect(await failure(tag("x", text))).toMatchObject({ name: "ValidationException", message: `The Tag Value provided is invalid, Value: ${text}` });
  }
  const indexArn = `${ResourceArn}/index/gsi`;
  expect(await failure(tag("x", "x", indexArn))).toMatchObject({ name: "ValidationException", message: `Invalid TableArn: Invalid ResourceArn provided as input ${indexArn}` });
});

test("no tag at all is a mistake, to add and to remove", async () => {
  const TableName = await cloud.makeTable();
  const ResourceArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
  expect(await failure(cloud.db.send(new TagResourceCommand({ ResourceArn, Tags: [] })))).toMatchObject({ name: "ValidationException", message: "Atleast one Tag needs to be provided as Input." });
  expect(await failure(cloud.db.send(new UntagResourceCommand({ ResourceArn, TagKeys: [] })))).toMatchObject({ name: "ValidationException", message: "Atleast one Tag Key needs to be provided as Input." });
  expect(await failure(cloud.db.send(new TagResourceCommand({ ResourceArn, Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: "" })) })))).toMatchObject({ name: "ValidationException", message: "Number of Tags exceed the current limit for the provided ResourceArn" });
});

test("an update can not make the key of an index empty, alone or in a transaction", async () => {
  const TableName = await cloud.makeTable({ AttributeDefinitions: [attribute("id"), attribute("a")], GlobalSecondaryIndexes: [index("gsi", "a")] });
  const change = { TableName, Key: { id: { S: "x" } }, UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { S: "" } } };
  const refusal = { name: "ValidationException", message: "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value." };
  expect(await failure(cloud.db.send(new UpdateItemCommand(change)))).toMatchObject(refusal);
  expect(await failure(cloud.db.send(new TransactWriteItemsCommand({ TransactItems: [{ Update: change }] })))).toMatchObject(refusal);
});

test("a backup is as large as its table", async () => {
  const TableName = await cloud.makeTable();
  await cloud.db.send(new PutItemCommand({ TableName, Item: { id: { S: "one" }, data: { B: Buffer.from("12345") } } }));
  const { BackupDetails } = await cloud.db.send(new CreateBackupCommand({ TableName, BackupName: "small" }));
  const { BackupDescription } = await cloud.db.send(new DescribeBackupCommand({ BackupArn: BackupDetails?.BackupArn }));
  expect(BackupDetails?.BackupSizeBytes).toBe(14);
  expect(BackupDescription?.SourceTableDetails?.TableSizeBytes).toBe((await describeTable(TableName))?.TableSizeBytes);
});
