// Kill the server in the midst of writes: every acknowledged item is there, with its index entry and its stream record, and nothing is half there.
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, PutItemCommand, QueryCommand, ScanCommand, TransactWriteItemsCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from "@aws-sdk/client-dynamodb-streams";
import { expect, test } from "vitest";
import { killableServer } from "./child-server.ts";

const ROUNDS = 2;
const LANES = 6;
const TableName = "crash";

const server = killableServer();
const start = async () => {
  const settings = await server.start();
  return { db: new DynamoDBClient(settings), streams: new DynamoDBStreamsClient(settings) };
};

type Item = Record<string, AttributeValue>;
/** Each lane writes numbered items alone, and from time to time a pair in a transaction. */
async function writeUntilKilled(db: DynamoDBClient, lane: string, acked: Set<string>, killAfter: number): Promise<void> {
  for (let n = 0; ; n++) {
    const ids = n % 5 === 4 ? [`${lane}-${n}-x`, `${lane}-${n}-y`] : [`${lane}-${n}`];
    const items = ids.map((id): Item => ({ id: { S: id }, team: { S: "t" } }));
    const done = ids.length === 1 ? db.send(new PutItemCommand({ TableName, Item: items[0] })) : db.send(new TransactWriteItemsCommand({ TransactItems: items.map((Item) => ({ Put: { TableName, Item } })) }));
    if (!(await done.then(() => true, () => false))) return;
    for (const id of ids) acked.add(id);
    if (acked.size >= killAfter) server.kill();
  }
}

async function allPages(ask: (start: Item | undefined) => Promise<{ Items?: Item[] | undefined; LastEvaluatedKey?: Item | undefined }>): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start: Item | undefined; ; ) {
    const page = await ask(start);
    for (const { id } of page.Items ?? []) found.add(id?.S ?? "");
    start = page.LastEvaluatedKey;
    if (!start) return found;
  }
}

async function streamed(db: DynamoDBClient, streams: DynamoDBStreamsClient): Promise<Set<string>> {
  const { Table } = await db.send(new DescribeTableCommand({ TableName }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  let { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId: StreamDescription?.Shards?.[0]?.ShardId, ShardIteratorType: "TRIM_HORIZON" }));
  const found = new Set<string>();
  for (;;) {
    const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    for (const { dynamodb } of Records) found.add(dynamodb?.Keys?.["id"]?.S ?? "");
    if (Records.length === 0) return found;
    ShardIterator = NextShardIterator;
  }
}

test(`after each of ${ROUNDS} kills every acknowledged item is there, with its entry and its record`, async () => {
  const acked = new Set<string>();
  let clients = await start();
  await clients.db.send(new CreateTableCommand({
    TableName, BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "team", AttributeType: "S" }], KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    GlobalSecondaryIndexes: [{ IndexName: "teams", KeySchema: [{ AttributeName: "team", KeyType: "HASH" }], Projection: { ProjectionType: "KEYS_ONLY" } }], StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  }));
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(Array.from({ length: LANES }, (_, lane) => writeUntilKilled(clients.db, `${round}-${lane}`, acked, acked.size + 40 + round * 13)));
    clients = await start();
    const { db, streams } = clients;
    const items = await allPages((ExclusiveStartKey) => db.send(new ScanCommand({ TableName, ExclusiveStartKey })));
    const entries = await allPages((ExclusiveStartKey) => db.send(new QueryCommand({ TableName, IndexName: "teams", KeyConditionExpression: "team = :t", ExpressionAttributeValues: { ":t": { S: "t" } }, ExclusiveStartKey })));
    expect([...acked].filter((id) => !items.has(id))).toEqual([]);
    expect(entries).toEqual(items);
    expect(await streamed(db, streams)).toEqual(items);
    for (const id of items) if (id.endsWith("-x")) expect(items.has(id.replace(/x$/, "y")), id).toBe(true);
    // After a crash the table is counted anew.
    expect((await db.send(new DescribeTableCommand({ TableName }))).Table?.ItemCount).toBe(items.size);
  }
});
