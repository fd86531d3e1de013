// How streams, shards, records and consumers look on the wire.
import type { ShardPage, ShardRecord } from "../../triggers/streams/read.ts";
import { numberOf } from "../../triggers/streams/hash-keys.ts";
import { endingNumber, startingNumber } from "../../triggers/streams/sequence.ts";
import { childrenOf, openShards, shardIdOf, type Shard, type Stream, type StreamConsumer } from "../../triggers/streams/stream.ts";
import { consumerArn, streamArn } from "./arns.ts";
import { wasEncrypted } from "./encryption.ts";

const rangeView = ({ start, end }: Shard) => ({ StartingHashKey: numberOf(start).toString(), EndingHashKey: numberOf(end).toString() });

export const shardView = (stream: Stream, shard: Shard) => {
  const [parent, adjacent] = shard.parents;
  return {
    ShardId: shardIdOf(shard.index),
    ...(parent === undefined ? {} : { ParentShardId: shardIdOf(parent) }),
    ...(adjacent === undefined ? {} : { AdjacentParentShardId: shardIdOf(adjacent) }),
    HashKeyRange: rangeView(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: startingNumber(stream, shard),
      ...(shard.closedMs === undefined ? {} : { EndingSequenceNumber: endingNumber(stream, shard) }),
    },
  };
};

/** A closed shard's children, as readers who reach its end are told; empty members are left out. */
export const childrenView = (stream: Stream, shard: Shard, { ended }: ShardPage) =>
  ended ? { ChildShards: childrenOf(stream, shard).map((child) => ({ ShardId: shardIdOf(child.index), ParentShards: child.parents.map(shardIdOf), HashKeyRange: rangeView(child) })) } : {};

/** What every description of a stream begins with. Changes are done when they are answered, so a stream is always ACTIVE. */
export const headView = (stream: Stream) => ({
  StreamName: stream.name,
  StreamARN: streamArn(stream),
  StreamStatus: "ACTIVE" as const,
  StreamModeDetails: { StreamMode: stream.mode },
  StreamCreationTimestamp: new Date(stream.createdMs),
});

export const settingsView = (stream: Stream) => ({
  RetentionPeriodHours: stream.retentionHours,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  ...encryptionView(stream),
  ...(stream.encryptionKey === undefined ? {} : { KeyId: stream.encryptionKey }),
});

/** As it is on record. */
export const encryptionView = ({ encryptionKey }: Stream) => ({ EncryptionType: encryptionKey === undefined ? ("NONE" as const) : ("KMS" as const) });

export const summaryView = (stream: Stream) => ({
  ...headView(stream),
  ...settingsView(stream),
  StreamId: stream.id,
  OpenShardCount: openShards(stream).length,
  ConsumerCount: stream.consumers.length,
  MaxRecordSizeInKiB: stream.recordKibMax,
});

export const recordView = (stream: Stream) => ({ sequenceNumber, partitionKey, data, arrivedMs }: ShardRecord) => ({
  SequenceNumber: sequenceNumber, ApproximateArrivalTimestamp: new Date(arrivedMs), Data: data, PartitionKey: partitionKey, ...(wasEncrypted(stream, arrivedMs) ? { EncryptionType: "KMS" as const } : {}),
});

export const consumerView = (stream: Stream, consumer: StreamConsumer) => ({
  ConsumerName: consumer.name,
  ConsumerARN: consumerArn(stream, consumer),
  ConsumerStatus: "ACTIVE" as const,
  ConsumerCreationTimestamp: new Date(consumer.createdMs),
});
