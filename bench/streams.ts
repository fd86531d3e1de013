// Kinesis: records put per second and how soon a subscriber has them, beside kinesalite in the same run where npm can be reached.
import { CreateStreamCommand, KinesisClient, PutRecordCommand, RegisterStreamConsumerCommand, SubscribeToShardCommand } from "@aws-sdk/client-kinesis";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { KINESIS, openOperations } from "./calls.ts";
import { at, load, type Row } from "./load.ts";
import { type Rival, withRival } from "./rival.ts";

const RUN_MS = 2000;
const BATCH = 500;
const SHARDS = 4;
const LATENCY_RUNS = 200;
const KINESALITE: Rival = { name: "kinesalite", version: "3", args: () => ["--createStreamMs", "0", "--shardLimit", "100"] };

export async function benchStreams(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const client = new KinesisClient(settings);
  await client.send(new CreateStreamCommand({ StreamName: "bench", ShardCount: SHARDS }));
  const ours = await benchPuts(settings.endpoint);
  const rows = [...rowsOf("Kinesis", ours), ...(await benchPush(client))];
  client.destroy();
  const theirs = await withRival(KINESALITE, async (endpoint) => {
    using operations = openOperations(endpoint, KINESIS, 1);
    await operations.call("CreateStream", { StreamName: "bench", ShardCount: SHARDS });
    await systemClock.sleep(200);
    return benchPuts(endpoint);
  }).catch(() => undefined);
  if (!theirs) return [...rows, { what: "kinesalite could not be installed", value: Number.NaN, unit: "" }];
  return [
    ...rows, ...rowsOf("kinesalite (in memory)", theirs),
    { what: `Kinesis PutRecords, times kinesalite's`, value: ours.recordsPerSecond / theirs.recordsPerSecond, unit: "x" },
    { what: `Kinesis PutRecord, times kinesalite's`, value: ours.singlesPerSecond / theirs.singlesPerSecond, unit: "x" },
  ];
}

interface Puts {
  readonly recordsPerSecond: number;
  readonly singlesPerSecond: number;
}

const rowsOf = (name: string, { recordsPerSecond, singlesPerSecond }: Puts): readonly Row[] => [
  { what: `${name} PutRecords of ${BATCH} x 100 B, 4 clients`, value: recordsPerSecond, unit: "records/s", ...(name === "Kinesis" && { goal: ">= 30000" }) },
  { what: `${name} PutRecord of 100 B, 16 clients`, value: singlesPerSecond, unit: "/s" },
];

/** Bodies are made before, as what the client costs is not the server's. */
async function benchPuts(endpoint: string): Promise<Puts> {
  const record = (n: number) => ({ PartitionKey: `key-${n}`, Data: Buffer.alloc(100, "x").toString("base64") });
  const batches = Array.from({ length: 8 }, (_, b) => JSON.stringify({ StreamName: "bench", Records: Array.from({ length: BATCH }, (_record, n) => record(b * BATCH + n)) }));
  const singles = Array.from({ length: 64 }, (_, n) => JSON.stringify({ StreamName: "bench", ...record(n) }));
  using operations = openOperations(endpoint, KINESIS, 16);
  const many = (n: number) => operations.send("PutRecords", batches[n % batches.length] ?? "");
  const one = (n: number) => operations.send("PutRecord", singles[n % singles.length] ?? "");
  await load(4, RUN_MS / 4, many);
  const recordsPerSecond = (await load(4, RUN_MS, many)).perSecond * BATCH;
  return { recordsPerSecond, singlesPerSecond: (await load(16, RUN_MS, one)).perSecond };
}

/** From the call of PutRecord to the record in a subscriber's hands. */
async function benchPush(client: KinesisClient): Promise<readonly Row[]> {
  const StreamARN = "arn:aws:kinesis:us-east-1:000000000000:stream/bench-push";
  await client.send(new CreateStreamCommand({ StreamName: "bench-push", ShardCount: 1 }));
  const { Consumer } = await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "bench" }));
  const { EventStream } = await client.send(new SubscribeToShardCommand({ ConsumerARN: Consumer?.ConsumerARN, ShardId: "shardId-000000000000", StartingPosition: { Type: "LATEST" } }));
  const tookMs: number[] = [];
  let begunMs = 0;
  const put = (): void => {
    begunMs = systemClock.monotonicMs();
    void client.send(new PutRecordCommand({ StreamARN, PartitionKey: "k", Data: Buffer.alloc(100) }));
  };
  for await (const event of EventStream ?? []) {
    if (event.SubscribeToShardEvent?.Records?.length) tookMs.push(systemClock.monotonicMs() - begunMs);
    if (tookMs.length === LATENCY_RUNS) break;
    put();
  }
  tookMs.sort((a, b) => a - b);
  return [{ what: "Kinesis PutRecord to subscriber, p50", value: at(tookMs, 0.5), unit: "ms" }, { what: "Kinesis PutRecord to subscriber, p99", value: at(tookMs, 0.99), unit: "ms" }];
}
