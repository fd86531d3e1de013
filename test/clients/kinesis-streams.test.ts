import {
  AddTagsToStreamCommand, CreateStreamCommand, DecreaseStreamRetentionPeriodCommand, DeleteResourcePolicyCommand, DeleteStreamCommand, DeregisterStreamConsumerCommand,
  DescribeAccountSettingsCommand, DescribeLimitsCommand, DescribeStreamCommand, DescribeStreamConsumerCommand, DescribeStreamSummaryCommand, DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand, GetRecordsCommand, GetResourcePolicyCommand, GetShardIteratorCommand, IncreaseStreamRetentionPeriodCommand, KinesisClient, ListShardsCommand, ListStreamConsumersCommand, ListStreamsCommand,
  ListTagsForResourceCommand, ListTagsForStreamCommand, MergeShardsCommand, PutRecordCommand, PutResourcePolicyCommand, RegisterStreamConsumerCommand, RemoveTagsFromStreamCommand,
  SplitShardCommand, StartStreamEncryptionCommand, StopStreamEncryptionCommand, TagResourceCommand, UntagResourceCommand, UpdateMaxRecordSizeCommand, UpdateShardCountCommand,
  UpdateStreamModeCommand, type Shard, type ShardFilter,
} from "@aws-sdk/client-kinesis";
import { describe, expect, it } from "vitest";
import { arnOf, kinesisOfFile, newStream } from "./kinesis-harness.ts";
import { failure } from "./s3-harness.ts";

const cloud = await kinesisOfFile();
const { client, clock } = cloud;

const idsOf = (shards: readonly Shard[] = []): number[] => shards.map(({ ShardId }) => Number(ShardId?.slice(-12)));

describe("streams", () => {
  it("are ACTIVE with the answer and described as the original describes them", async () => {
    await client.send(new CreateStreamCommand({ StreamName: "first", ShardCount: 3, Tags: { made: "here" } }));
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName: "first", Limit: 2 }));
    expect(StreamDescription).toEqual({
      StreamName: "first", StreamARN: arnOf("first"), StreamStatus: "ACTIVE", StreamModeDetails: { StreamMode: "PROVISIONED" }, StreamCreationTimestamp: new Date(clock.now()),
      RetentionPeriodHours: 24, EnhancedMonitoring: [{ ShardLevelMetrics: [] }], EncryptionType: "NONE", HasMoreShards: true,
      Shards: [
        { ShardId: "shardId-000000000000", HashKeyRange: { StartingHashKey: "0", EndingHashKey: "113427455640312821154458202477256070484" }, SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^49\d{54}$/) } },
        { ShardId: "shardId-000000000001", HashKeyRange: { StartingHashKey: "113427455640312821154458202477256070485", EndingHashKey: "226854911280625642308916404954512140969" }, SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^49\d{54}$/) } },
      ],
    });
    const rest = await client.send(new DescribeStreamCommand({ StreamName: "first", ExclusiveStartShardId: "shardId-000000000001" }));
    expect(idsOf(rest.StreamDescription?.Shards)).toEqual([2]);
    const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand({ StreamARN: arnOf("first") }));
    expect(summary).toMatchObject({ OpenShardCount: 3, ConsumerCount: 0, MaxRecordSizeInKiB: 1024, StreamId: expect.stringMatching(/^[a-z0-9]{20}-[a-z0-9]{3}$/) });
    // The client sends requests that name an id to a host of its own, whatever its endpoint is; so this one goes by hand.
    const byId = await fetch(cloud.endpoint, {
      method: "POST", headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "Kinesis_20131202.DescribeStreamSummary" }, body: JSON.stringify({ StreamId: summary?.StreamId }),
    });
    expect(await byId.json()).toMatchObject({ StreamDescriptionSummary: { StreamName: "first" } });
    await client.send(new CreateStreamCommand({ StreamName: "demand", StreamModeDetails: { StreamMode: "ON_DEMAND" } }));
    expect((await client.send(new DescribeStreamSummaryCommand({ StreamName: "demand" }))).StreamDescriptionSummary).toMatchObject({ OpenShardCount: 4, StreamModeDetails: { StreamMode: "ON_DEMAND" } });
    expect(await client.send(new DescribeLimitsCommand({}))).toMatchObject({ ShardLimit: 20_000, OpenShardCount: 3, OnDemandStreamCount: 1, OnDemandStreamCountLimit: 50 });
    expect(await client.send(new DescribeAccountSettingsCommand({}))).toMatchObject({ MinimumThroughputBillingCommitment: { Status: "DISABLED" } });
  });

  it("are listed by name in pages", async () => {
    await newStream(cloud);
    const one = await client.send(new ListStreamsCommand({ Limit: 1 }));
    expect(one).toMatchObject({ StreamNames: ["demand"], HasMoreStreams: true, StreamSummaries: [{ StreamName: "demand", StreamStatus: "ACTIVE" }] });
    const two = await client.send(new ListStreamsCommand({ Limit: 1, NextToken: one.NextToken }));
    expect(two.StreamNames).toEqual(["first"]);
    expect(await client.send(new ListStreamsCommand({ ExclusiveStartStreamName: "first" }))).toMatchObject({ StreamNames: [expect.stringMatching(/^stream-/)], HasMoreStreams: false });
    await clock.advance(300_001);
    expect(await failure(client.send(new ListStreamsCommand({ NextToken: one.NextToken })))).toMatchObject({ name: "ExpiredNextTokenException" });
  });

  it("are refused in the original's words", async () => {
    const missing = { name: "ResourceNotFoundException", message: "Stream nope under account 000000000000 not found.", status: 400 };
    expect(await failure(client.send(new CreateStreamCommand({ StreamName: "first", ShardCount: 1 })))).toMatchObject({ name: "ResourceInUseException", message: "Stream first under account 000000000000 already exists." });
    expect(await failure(client.send(new CreateStreamCommand({ StreamName: "huge", ShardCount: 30_000 })))).toMatchObject({ name: "LimitExceededException", message: expect.stringContaining("would exceed the shard limit for the account 000000000000 in us-east-1") });
    expect(await failure(client.send(new CreateStreamCommand({ StreamName: "no shards" })))).toMatchObject({ name: "ValidationException", message: expect.stringContaining("Value 'no shards' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+") });
    for (const send of [
      () => client.send(new DescribeStreamCommand({ StreamName: "nope" })), () => client.send(new DeleteStreamCommand({ StreamName: "nope" })),
      () => client.send(new ListShardsCommand({ StreamARN: arnOf("nope") })), () => client.send(new PutRecordCommand({ StreamName: "nope", PartitionKey: "a", Data: Buffer.from("a") })),
      () => client.send(new UpdateShardCountCommand({ StreamName: "nope", TargetShardCount: 1, ScalingType: "UNIFORM_SCALING" })),
    ]) expect(await failure(send())).toMatchObject(missing);
    expect(await failure(client.send(new DescribeStreamCommand({})))).toMatchObject({ name: "InvalidArgumentException" });
    expect(await failure(client.send(new CreateStreamCommand({ StreamName: "warm", StreamModeDetails: { StreamMode: "ON_DEMAND" }, WarmThroughputMiBps: 5 })))).toMatchObject({ message: "WarmThroughputMiBps is not supported yet; leave it out" });
  });

  it("go with their consumers only when that is asked for, and a name used again is another stream", async () => {
    const StreamName = await newStream(cloud);
    await client.send(new PutRecordCommand({ StreamName, PartitionKey: "a", Data: Buffer.from("old") }));
    await client.send(new RegisterStreamConsumerCommand({ StreamARN: arnOf(StreamName), ConsumerName: "reader" }));
    expect(await failure(client.send(new DeleteStreamCommand({ StreamName })))).toMatchObject({
      name: "ResourceInUseException", message: expect.stringContaining(`DeleteStream can't delete 000000000000:${StreamName} because there are consumers associated with this data stream.`),
    });
    await client.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }));
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    expect((await client.send(new ListStreamConsumersCommand({ StreamARN: arnOf(StreamName) }))).Consumers).toEqual([]);
    expect((await client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary).toMatchObject({ ConsumerCount: 0 });
  });
});

describe("shards", () => {
  it("split, merge and are listed by every filter", async () => {
    const StreamName = await newStream(cloud);
    const createdMs = clock.now();
    await clock.advance(10_000);
    await client.send(new SplitShardCommand({ StreamName, ShardToSplit: "shardId-000000000000", NewStartingHashKey: "170141183460469231731687303715884105728" }));
    const splitMs = clock.now();
    await clock.advance(10_000);
    await client.send(new MergeShardsCommand({ StreamName, ShardToMerge: "shardId-000000000001", AdjacentShardToMerge: "shardId-000000000002" }));
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    expect(Shards.map(({ ParentShardId, AdjacentParentShardId }) => [ParentShardId, AdjacentParentShardId])).toEqual([
      [undefined, undefined], ["shardId-000000000000", undefined], ["shardId-000000000000", undefined], ["shardId-000000000001", "shardId-000000000002"],
    ]);
    expect(Shards.at(-1)?.HashKeyRange).toEqual({ StartingHashKey: "0", EndingHashKey: "340282366920938463463374607431768211455" });
    const numbers = Shards.map(({ SequenceNumberRange }) => [BigInt(SequenceNumberRange?.StartingSequenceNumber ?? 0), BigInt(SequenceNumberRange?.EndingSequenceNumber ?? 0)] as const);
    expect(numbers[1]?.[0]).toBeGreaterThan(numbers[0]?.[1] ?? 0n);
    expect(numbers[3]?.[0]).toBeGreaterThan(numbers[2]?.[1] ?? 0n);

    const list = async (ShardFilter: ShardFilter) => idsOf((await client.send(new ListShardsCommand({ StreamName, ShardFilter }))).Shards);
    expect(await list({ Type: "AT_LATEST" })).toEqual([3]);
    expect(await list({ Type: "AT_TRIM_HORIZON" })).toEqual([0]);
    expect(await list({ Type: "FROM_TRIM_HORIZON" })).toEqual([0, 1, 2, 3]);
    expect(await list({ Type: "AT_TIMESTAMP", Timestamp: new Date(splitMs + 1000) })).toEqual([1, 2]);
    expect(await list({ Type: "FROM_TIMESTAMP", Timestamp: new Date(splitMs + 1000) })).toEqual([1, 2, 3]);
    expect(await list({ Type: "FROM_TIMESTAMP", Timestamp: new Date(createdMs - 1000) })).toEqual([0, 1, 2, 3]);
    expect(await list({ Type: "AFTER_SHARD_ID", ShardId: "shardId-000000000001" })).toEqual([2, 3]);
    const page = await client.send(new ListShardsCommand({ StreamName, MaxResults: 3 }));
    expect(idsOf((await client.send(new ListShardsCommand({ NextToken: page.NextToken }))).Shards)).toEqual([3]);
    for (const [name, more] of Object.entries({ StreamName, StreamARN: arnOf(StreamName), ExclusiveStartShardId: "shardId-000000000000", ShardFilter: { Type: "AT_LATEST" as const }, StreamCreationTimestamp: new Date() })) {
      expect(await failure(client.send(new ListShardsCommand({ NextToken: page.NextToken, [name]: more })))).toMatchObject({ name: "InvalidArgumentException", message: `NextToken and ${name} cannot be provided together.` });
    }
    expect(await failure(client.send(new ListShardsCommand({})))).toMatchObject({ message: "Either NextToken or StreamName should be provided." });

    const split = (ShardToSplit: string, NewStartingHashKey: string) => failure(client.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey })));
    expect(await split("shardId-000000000000", "5")).toMatchObject({ name: "InvalidArgumentException", message: `Shard shardId-000000000000 in stream ${StreamName} under account 000000000000 has already been merged or split, and thus is not eligible for merging or splitting.` });
    expect(await split("shardId-000000000003", "1")).toMatchObject({
      message: `NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000003 in stream ${StreamName} under account 000000000000 is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey 340282366920938463463374607431768211455.`,
    });
    expect(await split("shardId-9", "5")).toMatchObject({ name: "ResourceNotFoundException", message: `Could not find shard shardId-000000000009 in stream ${StreamName} under account 000000000000.` });
    expect(await split("nonsense", "5")).toMatchObject({ message: `Could not find shard nonsense in stream ${StreamName} under account 000000000000.` });
    expect(await failure(client.send(new MergeShardsCommand({ StreamName, ShardToMerge: "shardId-000000000002", AdjacentShardToMerge: "shardId-000000000001" })))).toMatchObject({
      message: `Shards shardId-000000000002 and shardId-000000000001 in stream ${StreamName} under account 000000000000 are not an adjacent pair of shards eligible for merging`,
    });
  });

  it("become as many as wanted, and always cover every hash key once", async () => {
    const StreamName = await newStream(cloud, 3);
    const scale = (TargetShardCount: number) => client.send(new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: "UNIFORM_SCALING" }));
    const open = async () => (await client.send(new ListShardsCommand({ StreamName, ShardFilter: { Type: "AT_LATEST" } }))).Shards ?? [];
    expect(await scale(5)).toMatchObject({ StreamName, CurrentShardCount: 3, TargetShardCount: 5 });
    for (const target of [10, 7, 4, 2]) {
      await scale(target);
      const ranges = (await open()).map(({ HashKeyRange: range }) => [BigInt(range?.StartingHashKey ?? 0), BigInt(range?.EndingHashKey ?? 0)] as const).sort((a, b) => (a[0] < b[0] ? -1 : 1));
      expect(ranges).toHaveLength(target);
      expect(ranges.reduce((next, [start, end]) => (expect(start).toBe(next), end + 1n), 0n)).toBe(1n << 128n);
      expect(ranges.slice(0, -1).map(([start, end]) => end - start + 1n)).toEqual(Array.from({ length: target - 1 }, () => (1n << 128n) / BigInt(target)));
    }
    expect(await failure(scale(5))).toMatchObject({ name: "LimitExceededException", message: "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 2, Target shard count: 5" });
    await scale(4);
    expect(await failure(scale(1))).toMatchObject({ message: "UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 4, Target shard count: 1" });
    await client.send(new UpdateStreamModeCommand({ StreamARN: arnOf(StreamName), StreamModeDetails: { StreamMode: "ON_DEMAND" } }));
    expect(await failure(scale(2))).toMatchObject({ name: "ValidationException", message: `Request is invalid. Stream ${StreamName} under account 000000000000 is in On-Demand mode.` });
  });
});

describe("settings", () => {
  it("keep retention between a day and a year, each operation one way", async () => {
    const StreamName = await newStream(cloud);
    await client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 8760 }));
    await client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }));
    expect((await client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary?.RetentionPeriodHours).toBe(48);
    const increase = (RetentionPeriodHours: number) => failure(client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours })));
    expect(await increase(23)).toMatchObject({ name: "InvalidArgumentException", message: "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short." });
    expect(await increase(8761)).toMatchObject({ message: "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long." });
    expect(await increase(24)).toMatchObject({ message: `Requested retention period (24 hours) for stream ${StreamName} can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.` });
    expect(await failure(client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 49 })))).toMatchObject({ message: expect.stringContaining("Use IncreaseRetentionPeriod API.") });
    await client.send(new UpdateMaxRecordSizeCommand({ StreamARN: arnOf(StreamName), MaxRecordSizeInKiB: 2048 }));
    expect((await client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary?.MaxRecordSizeInKiB).toBe(2048);
  });

  it("that would do nothing are refused by name, and their opposites tell the truth", async () => {
    const StreamName = await newStream(cloud);
    expect(await failure(client.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ["ALL"] })))).toMatchObject({ message: expect.stringContaining("metrics is not supported yet") });
    expect(await client.send(new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ["ALL"] }))).toMatchObject({ CurrentShardLevelMetrics: [], DesiredShardLevelMetrics: [] });
  });

  it("of encryption are kept and told back", async () => {
    const StreamName = await newStream(cloud);
    const key = { StreamName, EncryptionType: "KMS", KeyId: "alias/aws/kinesis" } as const;
    const told = async () => (await client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;
    const put = () => client.send(new PutRecordCommand({ StreamName, PartitionKey: "k", Data: Buffer.from("x") }));
    await client.send(new StartStreamEncryptionCommand(key));
    expect(await told()).toMatchObject({ EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
    expect(await put()).toMatchObject({ EncryptionType: "KMS" });
    await clock.advance(1);
    await client.send(new StopStreamEncryptionCommand(key));
    expect(await told()).toMatchObject({ EncryptionType: "NONE" });
    expect(await told()).not.toHaveProperty("KeyId");
    expect(await put()).toMatchObject({ EncryptionType: "NONE" });
    const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" }));
    expect((await client.send(new GetRecordsCommand({ ShardIterator }))).Records?.map(({ EncryptionType }) => EncryptionType)).toEqual(["KMS", undefined]);
    expect(await failure(client.send(new StartStreamEncryptionCommand({ ...key, EncryptionType: "NONE" })))).toMatchObject({ name: "InvalidArgumentException" });
    expect(await failure(client.send(new StartStreamEncryptionCommand({ ...key, StreamName: "nowhere" })))).toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("tag streams and consumers by both generations of operations", async () => {
    const StreamName = await newStream(cloud);
    await client.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: "1", b: "2", c: "3" } }));
    await client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ["b", "unknown"] }));
    await client.send(new TagResourceCommand({ ResourceARN: arnOf(StreamName), Tags: { d: "4" } }));
    await client.send(new UntagResourceCommand({ ResourceARN: arnOf(StreamName), TagKeys: ["a"] }));
    expect(await client.send(new ListTagsForStreamCommand({ StreamName, Limit: 1 }))).toMatchObject({ Tags: [{ Key: "c", Value: "3" }], HasMoreTags: true });
    expect((await client.send(new ListTagsForResourceCommand({ ResourceARN: arnOf(StreamName) }))).Tags).toEqual([{ Key: "c", Value: "3" }, { Key: "d", Value: "4" }]);
    const allowed = "some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@',':'.";
    expect(await failure(client.send(new AddTagsToStreamCommand({ StreamName, Tags: { "a%b": "" } })))).toMatchObject({ message: `Failed to add tags to stream ${StreamName} under account 000000000000 because ${allowed}` });
    expect(await failure(client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ["a;b"] })))).toMatchObject({ message: `Failed to remove tags from stream ${StreamName} under account 000000000000 because ${allowed}` });
    expect(await failure(client.send(new TagResourceCommand({ ResourceARN: arnOf(StreamName), Tags: { "a;b": "" } })))).toMatchObject({ message: expect.stringMatching(/^Some tags contain invalid characters\./) });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, ""]));
    expect(await failure(client.send(new AddTagsToStreamCommand({ StreamName, Tags: many })))).toMatchObject({ name: "InvalidArgumentException", message: `Failed to add tags to stream ${StreamName} under account 000000000000 because a given stream cannot have more than 50 tags associated with it.` });
    expect(await failure(client.send(new TagResourceCommand({ ResourceARN: arnOf(StreamName), Tags: many })))).toMatchObject({ name: "InvalidArgumentException" });
    expect(await failure(client.send(new AddTagsToStreamCommand({ StreamName, Tags: { "aws:x": "" } })))).toMatchObject({ name: "InvalidArgumentException", message: "Tag key aws:x is invalid: keys that begin with aws: are reserved." });
    const { Consumer } = await client.send(new RegisterStreamConsumerCommand({ StreamARN: arnOf(StreamName), ConsumerName: "reader", Tags: { of: "consumer" } }));
    await client.send(new TagResourceCommand({ ResourceARN: Consumer?.ConsumerARN, Tags: { more: "" } }));
    expect((await client.send(new ListTagsForResourceCommand({ ResourceARN: Consumer?.ConsumerARN }))).Tags).toEqual([{ Key: "more", Value: "" }, { Key: "of", Value: "consumer" }]);
    expect((await client.send(new ListTagsForResourceCommand({ ResourceARN: arnOf(StreamName) }))).Tags).toHaveLength(2);
  });
});

describe("consumers", () => {
  it("are registered, described, listed in pages and gone when deregistered", async () => {
    const StreamName = await newStream(cloud);
    const StreamARN = arnOf(StreamName);
    const { Consumer } = await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "b" }));
    expect(Consumer).toEqual({ ConsumerName: "b", ConsumerARN: `${StreamARN}/consumer/b:${Math.floor(clock.now() / 1000)}`, ConsumerStatus: "ACTIVE", ConsumerCreationTimestamp: new Date(clock.now()) });
    await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "a" }));
    const page = await client.send(new ListStreamConsumersCommand({ StreamARN, MaxResults: 1 }));
    expect(page.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(["a"]);
    expect((await client.send(new ListStreamConsumersCommand({ StreamARN, NextToken: page.NextToken }))).Consumers).toEqual([Consumer]);
    expect((await client.send(new DescribeStreamConsumerCommand({ StreamARN, ConsumerName: "b" }))).ConsumerDescription).toEqual({ ...Consumer, StreamARN });
    expect(await failure(client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "b" })))).toMatchObject({ name: "ResourceInUseException" });
    await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN: Consumer?.ConsumerARN }));
    expect(await failure(client.send(new DescribeStreamConsumerCommand({ ConsumerARN: Consumer?.ConsumerARN })))).toMatchObject({ name: "ResourceNotFoundException" });
    for (let n = 0; n < 19; n++) await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: `c${n}` }));
    expect(await failure(client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "one-too-many" })))).toMatchObject({ name: "LimitExceededException" });
  });
});

describe("resource policies", () => {
  it("decide what other accounts may do, and deny the own one too", async () => {
    const StreamName = await newStream(cloud);
    const StreamARN = arnOf(StreamName);
    const stranger = new KinesisClient({ ...cloud.settings, credentials: { accessKeyId: "111122223333", secretAccessKey: "x" } });
    const put = (by: KinesisClient) => by.send(new PutRecordCommand({ StreamARN, PartitionKey: "a", Data: Buffer.from("a") }));
    const allow = (Effect: string, AWS: string) => client.send(new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, Principal: { AWS }, Action: ["kinesis:PutRecord"], Resource: StreamARN }] }) }));
    expect(await failure(client.send(new GetResourcePolicyCommand({ ResourceARN: StreamARN })))).toMatchObject({ name: "ResourceNotFoundException" });
    expect(await failure(put(stranger))).toMatchObject({ name: "AccessDeniedException", message: expect.stringContaining("is not authorized to perform: kinesis:PutRecord") });
    await allow("Allow", "arn:aws:iam::111122223333:root");
    expect((await put(stranger)).ShardId).toBe("shardId-000000000000");
    expect(await failure(stranger.send(new DescribeStreamCommand({ StreamARN })))).toMatchObject({ name: "AccessDeniedException" });
    expect((await client.send(new GetResourcePolicyCommand({ ResourceARN: StreamARN }))).Policy).toContain("111122223333");
    await client.send(new DeleteResourcePolicyCommand({ ResourceARN: StreamARN }));
    expect(await failure(put(stranger))).toMatchObject({ name: "AccessDeniedException" });
    await allow("Deny", "000000000000");
    expect(await failure(put(client))).toMatchObject({ name: "AccessDeniedException", message: expect.stringContaining("explicit deny") });
    expect(await failure(client.send(new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy: "no json" })))).toMatchObject({ name: "InvalidArgumentException" });
    expect(await failure(allow("Allow", "arn:aws:iam::111122223333:role/some"))).toMatchObject({ message: expect.stringContaining("not supported yet") });
    stranger.destroy();
  });
});
