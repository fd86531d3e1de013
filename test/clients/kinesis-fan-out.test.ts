import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  DeleteStreamCommand, DeregisterStreamConsumerCommand, KinesisClient, PutRecordsCommand, RegisterStreamConsumerCommand, SplitShardCommand, SubscribeToShardCommand,
  type StartingPosition, type SubscribeToShardEvent, type SubscribeToShardEventStream,
} from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it } from "vitest";
import { eventually, has } from "./harness.ts";
import { arnOf, kinesisOfFile, newStream, textsOf } from "./kinesis-harness.ts";
import { failure } from "./s3-harness.ts";

const ShardId = "shardId-000000000000";
const cloud = await kinesisOfFile();
const { client, clock } = cloud;

const put = (StreamName: string, ...texts: readonly string[]) => client.send(new PutRecordsCommand({ StreamName, Records: texts.map((text) => ({ PartitionKey: "k", Data: Buffer.from(text), ExplicitHashKey: "0" })) }));

async function consumerOf(StreamName: string): Promise<string | undefined> {
  return (await client.send(new RegisterStreamConsumerCommand({ StreamARN: arnOf(StreamName), ConsumerName: "reader" }))).Consumer?.ConsumerARN;
}

/** A subscription, event by event. */
async function subscribe(ConsumerARN: string | undefined, position: StartingPosition = { Type: "LATEST" }, by: Pick<KinesisClient, "send"> = client) {
  const abort = new AbortController();
  const { EventStream } = await (by as KinesisClient).send(new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: position }), { abortSignal: abort.signal });
  const events = (EventStream as AsyncIterable<SubscribeToShardEventStream>)[Symbol.asyncIterator]();
  return {
    next: async (): Promise<SubscribeToShardEvent> => {
      const { value } = await events.next();
      const event = (value as SubscribeToShardEventStream | undefined)?.SubscribeToShardEvent;
      if (!event) throw new Error("the subscription has ended");
      return event;
    },
    ended: async (): Promise<boolean> => (await events.next()).done === true,
    leave: async () => {
      abort.abort();
      await events.return?.().catch(() => undefined);
    },
  };
}

describe("a subscription", () => {
  for (const [name, make] of [["HTTP/2", () => client], ["HTTP/1.1", () => new KinesisClient({ ...cloud.settings, requestHandler: new LambdaClient(cloud.settings).config.requestHandler })]] as const) {
    it(`over ${name} is pushed records as they are committed, from any position`, async () => {
      const StreamName = await newStream(cloud);
      await put(StreamName, "a", "b");
      const by = make();
      const one = await subscribe(await consumerOf(StreamName), { Type: "TRIM_HORIZON" }, by);
      const first = await one.next();
      expect(textsOf(first)).toEqual(["a", "b"]);
      expect(first).toMatchObject({ MillisBehindLatest: 0, ContinuationSequenceNumber: first.Records?.[1]?.SequenceNumber });
      await put(StreamName, "c");
      expect(textsOf(await one.next())).toEqual(["c"]);
      await one.leave();
      const arn = `${arnOf(StreamName)}/consumer/reader:${Math.floor(clock.now() / 1000)}`;
      const resume = () => subscribe(arn, { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: first.ContinuationSequenceNumber }, by);
      // Free again as soon as the server has seen the first one leave.
      const again = await eventually("the second subscription", () => resume().catch(() => undefined));
      expect(textsOf(await again.next())).toEqual(["c"]);
      await again.leave();
      if (by !== client) by.destroy();
    });
  }

  it("says that it lives, hands out a place to go on from, and ends after five minutes", async () => {
    const StreamName = await newStream(cloud);
    const consumer = await consumerOf(StreamName);
    const one = await subscribe(consumer);
    const empty = await one.next();
    expect(empty).toMatchObject({ Records: [], MillisBehindLatest: 0, ContinuationSequenceNumber: expect.stringMatching(/^49\d{54}$/) });
    const beat = one.next();
    await clock.advance(5000);
    expect(await beat).toMatchObject({ Records: [] });
    const end = one.ended();
    await clock.advance(300_000);
    // Heartbeats that fell due before the end may still arrive.
    let done = await end;
    while (!done) done = await one.ended();
    await put(StreamName, "meanwhile");
    const two = await subscribe(consumer, { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: empty.ContinuationSequenceNumber });
    expect(textsOf(await two.next())).toEqual(["meanwhile"]);
    await two.leave();
  });

  it("is the only one of its consumer and shard: a second is refused at first and takes over after five seconds", async () => {
    const StreamName = await newStream(cloud);
    const consumer = await consumerOf(StreamName);
    const one = await subscribe(consumer);
    await one.next();
    const second = () => client.send(new SubscribeToShardCommand({ ConsumerARN: consumer, ShardId, StartingPosition: { Type: "LATEST" } }));
    expect(await failure(second())).toMatchObject({ name: "ResourceInUseException", message: `Another active subscription exists for this consumer: 000000000000:${StreamName}:${ShardId}:reader` });
    await clock.advance(5000);
    await one.next();
    const two = await subscribe(consumer);
    expect(await failure(one.next())).toMatchObject({ name: "ResourceInUseException" });
    await two.next();
    await put(StreamName, "x");
    expect(textsOf(await two.next())).toEqual(["x"]);
    await two.leave();
  });

  it("ends with the shard's children, and with an error when stream or consumer are gone", async () => {
    const StreamName = await newStream(cloud);
    const consumer = await consumerOf(StreamName);
    const one = await subscribe(consumer);
    await one.next();
    const last = one.next();
    await client.send(new SplitShardCommand({ StreamName, ShardToSplit: ShardId, NewStartingHashKey: "1000" }));
    expect(await last).toMatchObject({ Records: [], MillisBehindLatest: 0, ChildShards: [{ ShardId: "shardId-000000000001", ParentShards: [ShardId] }, { ShardId: "shardId-000000000002" }] });
    expect((await last).ContinuationSequenceNumber).toBeUndefined();
    expect(await one.ended()).toBe(true);

    const other = await newStream(cloud);
    const gone = await subscribe(await consumerOf(other));
    await gone.next();
    const news = failure(gone.next());
    await client.send(new DeleteStreamCommand({ StreamName: other, EnforceConsumerDeletion: true }));
    expect(await news).toMatchObject({ name: "ResourceNotFoundException", message: `Stream ${other} under account 000000000000 not found.` });

    const third = await newStream(cloud);
    const arn = await consumerOf(third);
    const deregistered = await subscribe(arn);
    await deregistered.next();
    await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }));
    await put(third, "x");
    expect(await failure(deregistered.next())).toMatchObject({ name: "ResourceNotFoundException" });
    expect(await failure(client.send(new SubscribeToShardCommand({ ConsumerARN: arn, ShardId, StartingPosition: { Type: "LATEST" } })))).toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("holds no more than a little for a client that does not read, and skips nothing for it", async () => {
    const StreamName = await newStream(cloud);
    const one = await subscribe(await consumerOf(StreamName), { Type: "TRIM_HORIZON" });
    await one.next();
    const pad = "x".repeat(40_000);
    for (let n = 0; n < 30; n++) await put(StreamName, ...Array.from({ length: 4 }, (_, m) => `${n * 4 + m}:${pad}`));
    const seen: number[] = [];
    while (seen.length < 120) seen.push(...textsOf(await one.next()).map((text) => Number.parseInt(text, 10)));
    expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => n));
    await one.leave();
  });
});

const python = await has("python3", "-c", "import boto3");

it.skipIf(!python)("boto3 puts, reads, subscribes and resumes", async () => {
  const program = `
import boto3, json
k = boto3.client("kinesis", endpoint_url="${cloud.endpoint}", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
k.create_stream(StreamName="py", ShardCount=2)
k.get_waiter("stream_exists").wait(StreamName="py")
put = k.put_records(StreamName="py", Records=[{"PartitionKey": str(n), "Data": b"%d" % n, "ExplicitHashKey": "0"} for n in range(5)])
arn = k.describe_stream_summary(StreamName="py")["StreamDescriptionSummary"]["StreamARN"]
it = k.get_shard_iterator(StreamARN=arn, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
read = k.get_records(ShardIterator=it, Limit=3)
consumer = k.register_stream_consumer(StreamARN=arn, ConsumerName="py")["Consumer"]["ConsumerARN"]
events = []
for event in k.subscribe_to_shard(ConsumerARN=consumer, ShardId="shardId-000000000000", StartingPosition={"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": read["Records"][-1]["SequenceNumber"]})["EventStream"]:
    events += [r["Data"].decode() for r in event["SubscribeToShardEvent"]["Records"]]
    if len(events) >= 2: break
try: k.put_record(StreamName="absent", PartitionKey="k", Data=b"")
except k.exceptions.ResourceNotFoundException as e: error = e.response["Error"]["Message"]
print(json.dumps([put["FailedRecordCount"], [r["Data"].decode() for r in read["Records"]], events, [s["ShardId"] for p in k.get_paginator("list_shards").paginate(StreamName="py") for s in p["Shards"]], error]))
k.delete_stream(StreamName="py", EnforceConsumerDeletion=True)
k.get_waiter("stream_not_exists").wait(StreamName="py")
`;
  const { stdout } = await promisify(execFile)("python3", ["-c", program]);
  expect(JSON.parse(stdout)).toEqual([0, ["0", "1", "2"], ["3", "4"], ["shardId-000000000000", "shardId-000000000001"], "Stream absent under account 000000000000 not found."]);
});
