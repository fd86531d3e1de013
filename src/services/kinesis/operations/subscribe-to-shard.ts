// SubscribeToShard: records are pushed as they are committed, for five minutes; who takes slowly is sent as fast as it takes.
import type { SubscribeToShardEventStream } from "@aws-sdk/client-kinesis";
import { limits } from "../../../kernel/limits.ts";
import { numberBefore, type Place } from "../../../triggers/streams/sequence.ts";
import { shardIdOf, type Shard, type Stream, type StreamConsumer } from "../../../triggers/streams/stream.ts";
import { consumerArn } from "../arns.ts";
import { consumerMissing, endDryRun, inUse, noSuchShard, streamMissing } from "../faults.ts";
import { consumerRefOf, findShard, requireShardIndex } from "../lookup.ts";
import type { KinesisContext, Op } from "../op.ts";
import { placeOf } from "../starting.ts";
import type { Subscription } from "../subscriptions.ts";
import { childrenView, recordView } from "../views.ts";

/** AWS sends an empty event about so often, so that clients know the line is alive. */
const IDLE_MS = 5000;
/** Ours: data in one event. */
const EVENT_BYTES_MAX = 1024 * 1024;

export const subscribeToShard: Op<"SubscribeToShard"> = async (input, context) => {
  const { ref, pick } = await consumerRefOf({ ConsumerARN: input.ConsumerARN }, context);
  const index = requireShardIndex(input.ShardId ?? "", ref);
  const stream = await context.streams.find(ref);
  if (!stream) throw streamMissing(ref);
  const consumer = pick(stream);
  const shard = findShard(stream, index, context.clock.now(), noSuchShard(index, ref));
  const { Type: type, SequenceNumber: sequenceNumber, Timestamp: timestamp } = input.StartingPosition ?? {};
  const from = await placeOf({ type, sequenceNumber, timestamp }, stream, shard, context);
  endDryRun(input.DryRun);
  const name = `${stream.account}:${stream.name}:${shardIdOf(index)}:${consumer.name}`;
  const subscription = context.subscriptions.begin(`${stream.id}/${name}`, context.signal());
  if (!subscription) throw inUse(`Another active subscription exists for this consumer: ${name}`);
  return { EventStream: events({ stream, shard, consumer, name, subscription }, from, context) };
};

interface Subscribed {
  readonly stream: Stream;
  readonly shard: Shard;
  readonly consumer: StreamConsumer;
  readonly name: string;
  readonly subscription: Subscription;
}

async function* events({ stream, shard, consumer, name, subscription }: Subscribed, from: Place, { streams }: KinesisContext): AsyncGenerator<SubscribeToShardEventStream> {
  const { signal } = subscription;
  try {
    for await (const page of streams.follow(stream, shard, from, { recordsMax: limits.kinesis.readRecordsMax, bytesMax: EVENT_BYTES_MAX, idleMs: IDLE_MS, signal })) {
      const now = await streams.find(stream);
      if (now && !now.consumers.some((one) => consumerArn(now, one) === consumerArn(stream, consumer))) throw consumerMissing(consumer.name, stream);
      yield {
        SubscribeToShardEvent: {
          Records: page.records.map(recordView(stream)),
          // Its absence tells clients that the shard has ended.
          ContinuationSequenceNumber: page.ended ? undefined : (page.records.at(-1)?.sequenceNumber ?? numberBefore(stream, shard, page.next)),
          MillisBehindLatest: page.behindMs,
          ...childrenView(now ?? stream, shard, page),
        },
      };
    }
    if (subscription.takenOver()) throw inUse(`Another active subscription exists for this consumer: ${name}`);
    if (!signal.aborted && (await streams.find(stream))?.id !== stream.id) throw streamMissing(stream);
  } finally {
    subscription.end();
  }
}
