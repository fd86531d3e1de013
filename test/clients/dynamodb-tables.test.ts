// Tables: made, changed, described, tagged and deleted, driven by the official client.
import {
  CreateBackupCommand, CreateTableCommand, DeleteBackupCommand, DeleteTableCommand, DescribeBackupCommand, DescribeContinuousBackupsCommand, DescribeEndpointsCommand, DescribeLimitsCommand, DescribeTableCommand, DescribeTimeToLiveCommand, ListBackupsCommand, ListTablesCommand, UpdateContinuousBackupsCommand,
  ListTagsOfResourceCommand, PutItemCommand, QueryCommand, RestoreTableFromBackupCommand, TagResourceCommand, UntagResourceCommand, UpdateTableCommand, UpdateTimeToLiveCommand,
  type AttributeValue, type CreateTableCommandInput,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { INVALID, openTablesCloud, ranged, type TablesCloud } from "./tables-harness.ts";

let cloud: TablesCloud;
beforeAll(async () => void (cloud = await openTablesCloud()));
afterAll(() => cloud[Symbol.asyncDispose]());

const describeTable = async (TableName: string) => (await cloud.db.send(new DescribeTableCommand({ TableName }))).Table;
const active = (TableName: string) => expect.poll(async () => (await describeTable(TableName))?.TableStatus).toBe("ACTIVE");

describe("a table", () => {
  test("is created with everything the original shows, and is ready at once", async () => {
    const { TableDescription } = await cloud.db.send(new CreateTableCommand({
      ...ranged, TableName: "whole",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "pos", AttributeType: "N" }, { AttributeName: "kind", AttributeType: "S" }],
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      LocalSecondaryIndexes: [{ IndexName: "by-kind", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "kind", KeyType: "RANGE" }], Projection: { ProjectionType: "KEYS_ONLY" } }],
      GlobalSecondaryIndexes: [{ IndexName: "kinds", KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }], Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["color"] }, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 } }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      TableClass: "STANDARD_INFREQUENT_ACCESS", DeletionProtectionEnabled: true, Tags: [{ Key: "team", Value: "a" }],
    }));
    const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/whole";
    expect(TableDescription).toEqual({
      TableName: "whole", TableStatus: "ACTIVE", TableArn: arn, TableId: expect.stringMatching(/^[0-9a-f-]{36}$/), CreationDateTime: expect.any(Date), TableSizeBytes: 0, ItemCount: 0,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "kind", AttributeType: "S" }, { AttributeName: "pos", AttributeType: "N" }],
      KeySchema: ranged.KeySchema, ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      LocalSecondaryIndexes: [{
        IndexName: "by-kind", IndexArn: `${arn}/index/by-kind`, IndexSizeBytes: 0, ItemCount: 0, Projection: { ProjectionType: "KEYS_ONLY" },
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "kind", KeyType: "RANGE" }],
      }],
      GlobalSecondaryIndexes: [{
        IndexName: "kinds", IndexArn: `${arn}/index/kinds`, IndexSizeBytes: 0, ItemCount: 0, IndexStatus: "ACTIVE", KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["color"] }, ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
      }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" }, LatestStreamLabel: expect.any(String), LatestStreamArn: expect.stringContaining(`${arn}/stream/20`),
      TableClassSummary: { TableClass: "STANDARD_INFREQUENT_ACCESS" }, DeletionProtectionEnabled: true,
    });
    expect(await describeTable(arn)).toEqual(TableDescription);
    expect(await failure(cloud.db.send(new CreateTableCommand({ ...ranged, TableName: "whole", BillingMode: "PAY_PER_REQUEST" })))).toMatchObject({ name: "ResourceInUseException", message: "Table already exists: whole" });
    expect(await failure(cloud.db.send(new DeleteTableCommand({ TableName: "whole" })))).toMatchObject({ name: "ValidationException", message: expect.stringContaining("protected against deletion") });
    await cloud.db.send(new UpdateTableCommand({ TableName: "whole", DeletionProtectionEnabled: false }));
    const { TableDescription: gone } = await cloud.db.send(new DeleteTableCommand({ TableName: "whole" }));
    expect(gone?.TableStatus).toBe("DELETING");
    expect(await failure(cloud.db.send(new DescribeTableCommand({ TableName: "whole" })))).toMatchObject({ name: "ResourceNotFoundException", message: "Requested resource not found: Table: whole not found" });
    expect(await failure(cloud.db.send(new PutItemCommand({ TableName: "whole", Item: { id: { S: "a" } } })))).toMatchObject({ name: "ResourceNotFoundException", message: "Requested resource not found" });
  });

  test("is listed by name in pages", async () => {
    for (const name of ["list-c", "list-a", "list-b"]) await cloud.makeTable({ TableName: name });
    const first = await cloud.db.send(new ListTablesCommand({ Limit: 2, ExclusiveStartTableName: "list" }));
    expect(first).toMatchObject({ TableNames: ["list-a", "list-b"], LastEvaluatedTableName: "list-b" });
    expect((await cloud.db.send(new ListTablesCommand({ ExclusiveStartTableName: "list-b" }))).TableNames).toContain("list-c");
  });

  test("changes its billing, throughput and stream, and says what does not change", async () => {
    const TableName = await cloud.makeTable();
    await cloud.db.send(new UpdateTableCommand({ TableName, BillingMode: "PROVISIONED", ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 2 } }));
    await cloud.db.send(new UpdateTableCommand({ TableName, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 3 } }));
    expect((await describeTable(TableName))?.ProvisionedThroughput).toEqual({ ReadCapacityUnits: 1, WriteCapacityUnits: 3, NumberOfDecreasesToday: 1, LastIncreaseDateTime: expect.any(Date), LastDecreaseDateTime: expect.any(Date) });
    expect((await failure(cloud.db.send(new UpdateTableCommand({ TableName, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 3 } })))).message).toMatch(/^The provisioned throughput for the table will not change/);
    await cloud.db.send(new UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } }));
    expect((await failure(cloud.db.send(new UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } })))).message).toBe(`Table already has an enabled stream: TableName: ${TableName}`);
    await cloud.db.send(new UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: false } }));
    const table = await describeTable(TableName);
    expect(table?.StreamSpecification).toBeUndefined();
    expect(table?.LatestStreamArn).toContain(`${TableName}/stream/`);
  });

  test("gets an index over the items it has, and loses it", async () => {
    const TableName = await cloud.makeTable();
    // Some have what can not be a key of the index, as nobody minded when they came.
    const teams: readonly (AttributeValue | undefined)[] = [undefined, { S: "" }, { N: "1" }, { S: "x".repeat(2049) }];
    const teamOf = (n: number) => (n % 2 ? { S: "odd" } : teams[(n / 2) % teams.length]);
    await Promise.all(Array.from({ length: 250 }, (_, n) => {
      const team = teamOf(n);
      return cloud.db.send(new PutItemCommand({ TableName, Item: { id: { S: `i${n}` }, ...(team ? { team } : {}) } }));
    }));
    const { TableDescription } = await cloud.db.send(new UpdateTableCommand({
      TableName, AttributeDefinitions: [{ AttributeName: "team", AttributeType: "S" }],
      GlobalSecondaryIndexUpdates: [{ Create: { IndexName: "teams", KeySchema: [{ AttributeName: "team", KeyType: "HASH" }], Projection: { ProjectionType: "ALL" } } }],
    }));
    expect(TableDescription).toMatchObject({ TableStatus: "UPDATING", GlobalSecondaryIndexes: [{ IndexStatus: "CREATING", Backfilling: true }] });
    await active(TableName);
    const { Count } = await cloud.db.send(new QueryCommand({ TableName, IndexName: "teams", KeyConditionExpression: "team = :t", ExpressionAttributeValues: { ":t": { S: "odd" } } }));
    expect(Count).toBe(125);
    expect(await describeTable(TableName)).toMatchObject({ ItemCount: 250, GlobalSecondaryIndexes: [{ IndexStatus: "ACTIVE", ItemCount: 125 }] });
    await cloud.db.send(new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "teams" } }] }));
    expect(await describeTable(TableName)).toMatchObject({ AttributeDefinitions: [{ AttributeName: "id" }] });
    expect((await failure(cloud.db.send(new QueryCommand({ TableName, IndexName: "teams", KeyConditionExpression: "team = :t", ExpressionAttributeValues: { ":t": { S: "odd" } } })))).message).toBe("The table does not have the specified index: teams");
  });

  test("has tags, a time to live, limits and an endpoint", async () => {
    const TableName = await cloud.makeTable();
    const ResourceArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
    await cloud.db.send(new TagResourceCommand({ ResourceArn, Tags: Array.from({ length: 12 }, (_, n) => ({ Key: `k${n}`, Value: `v${n}` })) }));
    await cloud.db.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["k0", "never"] }));
    const first = await cloud.db.send(new ListTagsOfResourceCommand({ ResourceArn }));
    expect(first.Tags).toHaveLength(10);
    expect((await cloud.db.send(new ListTagsOfResourceCommand({ ResourceArn, NextToken: first.NextToken }))).Tags).toEqual([{ Key: "k11", Value: "v11" }]);

    expect((await cloud.db.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
    const spec = { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: "until" } };
    expect((await cloud.db.send(new UpdateTimeToLiveCommand(spec))).TimeToLiveSpecification).toEqual(spec.TimeToLiveSpecification);
    await expect.poll(async () => (await cloud.db.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "until" });
    expect((await failure(cloud.db.send(new UpdateTimeToLiveCommand(spec)))).message).toBe("TimeToLive is already enabled");
    await cloud.db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: false, AttributeName: "until" } }));

    expect(await cloud.db.send(new DescribeLimitsCommand({}))).toMatchObject({ TableMaxReadCapacityUnits: 40_000 });
    expect((await cloud.db.send(new DescribeEndpointsCommand({}))).Endpoints?.[0]?.Address).toBe(cloud.endpoint.replace("http://", ""));
    const recovery = async () => (await cloud.db.send(new DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription;
    expect(await recovery()).toEqual({ ContinuousBackupsStatus: "ENABLED", PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" } });
    const switchTo = (PointInTimeRecoveryEnabled: boolean, RecoveryPeriodInDays?: number) => cloud.db.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } }));
    await switchTo(true, 7);
    expect(await recovery()).toMatchObject({ PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "ENABLED", RecoveryPeriodInDays: 7, EarliestRestorableDateTime: expect.any(Date), LatestRestorableDateTime: expect.any(Date) } });
    expect((await switchTo(false)).ContinuousBackupsDescription).toMatchObject({ PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" } });
  });
});

test("a backup keeps a table as it was, and a table made from it has its items and indexes", async () => {
  const TableName = await cloud.makeTable({
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "team", AttributeType: "S" }],
    GlobalSecondaryIndexes: [{ IndexName: "teams", KeySchema: [{ AttributeName: "team", KeyType: "HASH" }], Projection: { ProjectionType: "KEYS_ONLY" } }], Tags: [{ Key: "k", Value: "v" }],
  });
  const put = (n: number) => cloud.db.send(new PutItemCommand({ TableName, Item: { id: { S: `i${n}` }, team: { S: "red" }, b: { B: Buffer.from("x") } } }));
  await Promise.all(Array.from({ length: 120 }, (_, n) => put(n)));
  const { BackupDetails } = await cloud.db.send(new CreateBackupCommand({ TableName, BackupName: "nightly" }));
  expect(BackupDetails).toMatchObject({ BackupArn: expect.stringMatching(new RegExp(`table/${TableName}/backup/\\d{14}-[0-9a-f]{8}$`)), BackupStatus: "AVAILABLE", BackupType: "USER", BackupName: "nightly" });
  const BackupArn = BackupDetails?.BackupArn;
  await put(999);
  await cloud.db.send(new DeleteTableCommand({ TableName }));
  expect((await cloud.db.send(new DescribeBackupCommand({ BackupArn }))).BackupDescription).toMatchObject({ SourceTableDetails: { TableName, ItemCount: 120 }, SourceTableFeatureDetails: { GlobalSecondaryIndexes: [{ IndexName: "teams" }] } });
  expect((await cloud.db.send(new ListBackupsCommand({ TableName }))).BackupSummaries).toHaveLength(1);
  const { TableDescription } = await cloud.db.send(new RestoreTableFromBackupCommand({ TargetTableName: "restored", BackupArn }));
  expect(TableDescription).toMatchObject({ TableStatus: "CREATING", RestoreSummary: { SourceBackupArn: BackupArn, RestoreInProgress: true } });
  await active("restored");
  expect(await describeTable("restored")).toMatchObject({ ItemCount: 120, RestoreSummary: { RestoreInProgress: false }, GlobalSecondaryIndexes: [{ ItemCount: 120, IndexStatus: "ACTIVE" }] });
  expect((await cloud.db.send(new QueryCommand({ TableName: "restored", IndexName: "teams", KeyConditionExpression: "team = :t", ExpressionAttributeValues: { ":t": { S: "red" } } }))).Count).toBe(120);
  expect(await failure(cloud.db.send(new RestoreTableFromBackupCommand({ TargetTableName: "restored", BackupArn })))).toMatchObject({ name: "TableAlreadyExistsException" });
  expect((await cloud.db.send(new DeleteBackupCommand({ BackupArn }))).BackupDescription?.BackupDetails?.BackupStatus).toBe("DELETED");
  expect((await failure(cloud.db.send(new DescribeBackupCommand({ BackupArn })))).name).toBe("BackupNotFoundException");
});

const key = (AttributeName: string, KeyType: "HASH" | "RANGE" = "HASH") => ({ AttributeName, KeyType });
const attribute = (AttributeName: string, AttributeType: "S" | "N" | "B" = "S") => ({ AttributeName, AttributeType });
const all = { ProjectionType: "ALL" } as const;
const local = (IndexName: string, ...KeySchema: readonly ReturnType<typeof key>[]) => ({ IndexName, KeySchema: [...KeySchema], Projection: all });

const mistakes: readonly (readonly [what: string, input: Partial<CreateTableCommandInput>, message: string])[] = [
  ["attributes that no key uses", { AttributeDefinitions: [attribute("id"), attribute("more")] }, `${INVALID}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`],
  ["a key with another's definition", { KeySchema: [key("other")] }, `${INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [other], AttributeDefinitions: [id]`],
  ["more keys than definitions", { KeySchema: [key("id"), key("pos", "RANGE")] }, "Invalid KeySchema: Some index key attribute have no definition"],
  ["an index of an attribute without a definition", { GlobalSecondaryIndexes: [local("gsi", key("id"), key("q", "RANGE"))] }, `${INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [q], AttributeDefinitions: [id]`],
  ["an attribute defined twice", { AttributeDefinitions: [attribute("id"), attribute("id", "N")] }, "Attribute Name is duplicated: id"],
  ["a short name of an index", { GlobalSecondaryIndexes: [local("ab", key("id"))] }, "1 validation error detected: Value 'ab' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3"],
  ["three keys", { KeySchema: [key("id"), key("b", "RANGE"), key("c", "RANGE")] }, "1 validation error detected: Value '[KeySchemaElement(attributeName=id, keyType=HASH), KeySchemaElement(attributeName=b, keyType=RANGE), KeySchemaElement(attributeName=c, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2"],
  ["a type of attribute that is none", { AttributeDefinitions: [{ AttributeName: "id", AttributeType: "X" as "S" }] }, "1 validation error detected: Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]"],
  ["a range key first", { KeySchema: [key("id", "RANGE")] }, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"],
  ["two hash keys", { ...ranged, KeySchema: [key("id"), key("pos")] }, "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"],
  ["one attribute twice in the key", { KeySchema: [key("id"), key("id", "RANGE")] }, "Invalid KeySchema: Some index key attribute have no definition"],
  ["throughput on demand", { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }, `${INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`],
  ["no throughput when provisioned", { BillingMode: "PROVISIONED" }, `${INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`],
  ["more throughput than there is", { BillingMode: "PROVISIONED", ProvisionedThroughput: { ReadCapacityUnits: 1_000_000_000_001, WriteCapacityUnits: 1 } }, "Given value 1000000000001 for ReadCapacityUnits is out of bounds"],
  ["no throughput for its index", { BillingMode: "PROVISIONED", ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }, GlobalSecondaryIndexes: [local("gsi", key("id"))] }, `${INVALID}ProvisionedThroughput is not specified for index: gsi`],
  ["local indexes without a range key", { LocalSecondaryIndexes: [local("lsi", key("id"), key("id", "RANGE"))] }, "Both the Hash Key and the Range Key element in the KeySchema have the same name"],
  ["a local index of another hash key", { ...ranged, LocalSecondaryIndexes: [local("lsi", key("pos"), key("id", "RANGE"))] }, `${INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: lsi. index hash key: pos, table hash key: id`],
  ["two indexes of one name", { GlobalSecondaryIndexes: [local("same", key("id")), local("same", key("id"))] }, `${INVALID}Duplicate index name: same`],
  ["an empty list of indexes", { GlobalSecondaryIndexes: [] }, `${INVALID}List of GlobalSecondaryIndexes is empty`],
  ["attributes for a projection of all", { GlobalSecondaryIndexes: [{ ...local("gsi", key("id")), Projection: { ProjectionType: "ALL", NonKeyAttributes: ["a"] } }] }, `${INVALID}ProjectionType is ALL, but NonKeyAttributes is specified`],
  ["an attribute twice in a projection", { GlobalSecondaryIndexes: [{ ...local("gsi", key("id")), Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["a", "a"] } }] }, `${INVALID}Duplicate element in NonKeyAttributes: a`],
  ["a stream without a view", { StreamSpecification: { StreamEnabled: true } }, `${INVALID}Table is being created with a stream enabled, UpdateViewType is required`],
  ["a view without a stream", { StreamSpecification: { StreamEnabled: false, StreamViewType: "KEYS_ONLY" } }, `${INVALID}Table is being created with a stream disabled, UpdateViewType should not be specified`],
  ["a reserved tag", { Tags: [{ Key: "aws:x", Value: "1" }] }, "Tag Key cannot be prefixed with aws:, Key: aws:x"],
  ["one tag twice", { Tags: [{ Key: "x", Value: "1" }, { Key: "x", Value: "2" }] }, "Duplicate Tag Keys provided as input: Duplicate Tag Key found x"],
  ["a short name", { TableName: "ab" }, "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"],
  ["a name with spaces", { TableName: "a b c" }, "1 validation error detected: Value 'a b c' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"],
  ["a key of the caller's", { SSESpecification: { Enabled: true, SSEType: "KMS" } }, "SSESpecification is not supported by Fugaz yet; leave it out."],
];

test.each(mistakes)("a table with %s is refused in the original's words", async (_, input, message) => {
  expect(await failure(cloud.makeTable(input))).toMatchObject({ name: "ValidationException", message });
});
