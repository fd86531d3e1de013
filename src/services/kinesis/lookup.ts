// Finds the stream, shard or consumer a request names, by name, ARN or id, or answers as the original does when it is not there.
import type { Fault } from "../../kernel/fault.ts";
import { consumerOf, horizonMs, type Shard, type Stream, type StreamConsumer, type StreamRef } from "../../triggers/streams/stream.ts";
import { checkAccess } from "./access.ts";
import { consumerArn, parseResource, streamArn } from "./arns.ts";
import { consumerMissing, invalidArgument, shardMissing, streamMissing } from "./faults.ts";
import type { KinesisContext } from "./op.ts";

/** The three ways to name a stream. */
export interface Naming {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

export async function refOf({ StreamName, StreamARN, StreamId }: Naming, context: KinesisContext): Promise<StreamRef> {
  const scope = { account: context.account, region: context.region };
  if (StreamARN !== undefined) {
    const { stream } = parseResource(StreamARN);
    if (StreamName !== undefined && StreamName !== stream.name) throw invalidArgument("StreamARN and StreamName do not name the same stream.");
    // Another region is another world, whoever asks.
    if (stream.region !== context.region) throw streamMissing(stream);
    return stream;
  }
  if (StreamName !== undefined) return { ...scope, name: StreamName };
  if (StreamId === undefined) throw invalidArgument("Either StreamName or StreamARN must be provided.");
  const name = await context.streams.nameOf(scope, StreamId);
  if (name === undefined) throw streamMissing({ ...scope, name: StreamId });
  return { ...scope, name };
}

/** The stream, if the caller may do to it what it is about to do. */
export async function streamOf(naming: Naming, context: KinesisContext): Promise<Stream> {
  return streamAt(await refOf(naming, context), context);
}

export async function streamAt(ref: StreamRef, context: KinesisContext, missing: Fault = streamMissing(ref)): Promise<Stream> {
  const stream = await context.streams.find(ref);
  if (!stream) throw missing;
  checkAccess(context, stream, streamArn(stream), stream.policy);
  return stream;
}

/** Changes the stream in one commit; `decide` may throw. */
export async function changeStream(naming: Naming, context: KinesisContext, decide: (stream: Stream) => Stream): Promise<Stream> {
  const ref = await refOf(naming, context);
  const changed = await context.streams.change(ref, (stream) => {
    checkAccess(context, stream, streamArn(stream), stream.policy);
    return decide(stream);
  });
  if (!changed) throw streamMissing(ref);
  return changed;
}

/** AWS: whatever stands before the hyphen, and without it, the number counts. Undefined when there is no number. */
function shardIndexIn(shardId: string): number | undefined {
  const digits = /^(?:[^-]*-)?(\d+)$/.exec(shardId)?.[1];
  const index = Number(digits);
  return digits !== undefined && index <= 0x7fff_ffff ? index : undefined;
}

export function requireShardIndex(shardId: string, ref: StreamRef): number {
  const index = shardIndexIn(shardId);
  if (index === undefined) throw shardMissing(shardId, ref);
  return index;
}

/** Shards that are open or may still hold records. */
export function visibleShards(stream: Stream, nowMs: number): readonly Shard[] {
  const sinceMs = horizonMs(stream, nowMs);
  return stream.shards.filter(({ closedMs }) => closedMs === undefined || closedMs >= sinceMs);
}

export function findShard(stream: Stream, index: number, nowMs: number, missing: Fault): Shard {
  const shard = visibleShards(stream, nowMs).find((one) => one.index === index);
  if (!shard) throw missing;
  return shard;
}

interface ConsumerNaming extends Naming {
  readonly ConsumerARN?: string | undefined;
  readonly ConsumerName?: string | undefined;
}

/** The stream of a consumer, and how to find the consumer in it. */
export async function consumerRefOf(naming: ConsumerNaming, context: KinesisContext): Promise<{ readonly ref: StreamRef; readonly pick: (stream: Stream) => StreamConsumer }> {
  const { ConsumerARN, ConsumerName } = naming;
  if (ConsumerARN === undefined && (ConsumerName === undefined || (naming.StreamARN ?? naming.StreamId) === undefined)) {
    throw invalidArgument("Either ConsumerARN or both StreamARN and ConsumerName must be provided.");
  }
  const named = ConsumerARN === undefined ? undefined : parseResource(ConsumerARN);
  const ref = named?.stream ?? (await refOf(naming, context));
  const pick = (stream: Stream): StreamConsumer => {
    const consumer = named?.consumer ? consumerOf(stream, named.consumer) : stream.consumers.find(({ name }) => name === ConsumerName);
    if (!consumer) throw consumerMissing(ConsumerARN ?? ConsumerName ?? "", stream);
    checkAccess(context, stream, consumerArn(stream, consumer), consumer.policy);
    return consumer;
  };
  return { ref, pick };
}
