// DynamoDB and its streams as clients meet them: listener, AWS door and services on the embedded engine, with a clock that may be the test's own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { afterAll } from "vitest";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import { dynamodb } from "../../src/services/dynamodb/service.ts";
import { dynamodbStreams } from "../../src/services/dynamodbstreams/service.ts";
import { openTables, type Tables } from "../../src/triggers/tables/open-tables.ts";
import { serveServices } from "../../src/wire/serve-services-for-test.ts";
import { bindService } from "../../src/wire/service.ts";
import { failure } from "./s3-harness.ts";

export interface TablesCloud extends AsyncDisposable {
  readonly endpoint: string;
  readonly db: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly tables: Tables;
  /** A new table with the string hash key `id`, or what `input` says beyond. */
  makeTable(input?: Partial<CreateTableCommandInput>): Promise<string>;
}

export async function openTablesCloud({ clock = systemClock }: { readonly clock?: Clock } = {}): Promise<TablesCloud> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-tables-"));
  const engine = await openEmbedded({ dir, clock });
  const warn = (sentence: string, error: unknown): void => void process.stderr.write(`${sentence} ${String(error)}\n`);
  const tables = openTables({ store: engine.store, log: engine.log, clock, warn });
  const cloud = await serveServices([bindService(dynamodb, { tables, store: engine.store, clock }), bindService(dynamodbStreams, { tables, clock })]);
  const settings = { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  const db = new DynamoDBClient(settings);
  const streams = new DynamoDBStreamsClient(settings);
  let serial = 0;
  return {
    endpoint: cloud.endpoint, db, streams, tables,
    makeTable: async (input = {}) => {
      const TableName = `table-${++serial}`;
      await db.send(new CreateTableCommand({
        TableName, BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }], KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], ...input,
      }));
      return TableName;
    },
    [Symbol.asyncDispose]: async () => {
      db.destroy();
      streams.destroy();
      await cloud.close(0);
      await tables[Symbol.asyncDispose]();
      await engine.close();
      await rm(dir, { recursive: true, force: true });
      if (cloud.failures.length > 0) throw new Error("the server failed", { cause: cloud.failures[0]?.error });
    },
  };
}

/** For the tests of one file, with a first table as `makeTable` makes it; closed after them. */
export async function tablesForTests(input: Partial<CreateTableCommandInput> = {}, clock: Clock = systemClock): Promise<{ readonly cloud: TablesCloud; readonly TableName: string }> {
  const cloud = await openTablesCloud({ clock });
  afterAll(() => cloud[Symbol.asyncDispose]());
  return { cloud, TableName: await cloud.makeTable(input) };
}

/** What a call is refused with. */
export const words = async (work: Promise<unknown>): Promise<string> => (await failure(work)).message;

/** How many of those words begin. */
export const INVALID = "One or more parameter values were invalid: ";

/** Number range key `pos` below the hash key `id`. */
export const ranged: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "pos", AttributeType: "N" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "pos", KeyType: "RANGE" }],
};
