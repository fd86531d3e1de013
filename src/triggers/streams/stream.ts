// What a stream is: its settings, its shards and its consumers, kept as one record so that every change of them is one commit.
import type { Key } from "../../ports/store.ts";

/** Whose streams: names are unique within one. */
export interface StreamScope {
  readonly account: string;
  readonly region: string;
}

export interface StreamRef extends StreamScope {
  readonly name: string;
}

export interface Shard {
  /** Counts up within the stream and is never used again. */
  readonly index: number;
  /** First and last hash key, each 32 hex digits, so that their order is that of texts. */
  readonly start: string;
  readonly end: string;
  /** Part of every sequence number; a child's is greater than its parents', so that numbers grow across splits and merges. */
  readonly createdSeconds: number;
  readonly createdMs: number;
  /** Set once, by the split or merge that ended it; no record comes after. */
  readonly closedMs?: number;
  /** None, the split shard, or the two merged ones. */
  readonly parents: readonly number[];
}

export interface StreamConsumer {
  readonly name: string;
  readonly createdMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: string;
}

export type StreamMode = "PROVISIONED" | "ON_DEMAND";

export interface Stream extends StreamRef {
  /** 20 and 3 lower-case letters or digits; another one when a name is used again. */
  readonly id: string;
  readonly createdMs: number;
  readonly mode: StreamMode;
  readonly retentionHours: number;
  readonly recordKibMax: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Resource policy, as sent. */
  readonly policy?: string;
  /** The key by which its records would be encrypted, on record: what lies on the disk is as encrypted as the disk is. */
  readonly encryptionKey?: string;
  /** When there was such a key; the last of them is not over while there is one. */
  readonly encrypted?: readonly { readonly fromMs: number; readonly toMs?: number }[];
  readonly consumers: readonly StreamConsumer[];
  /** By index; closed ones stay until their last record has expired. */
  readonly shards: readonly Shard[];
  readonly nextShard: number;
}

/** A stream, or one of its consumers: one registered anew under its name is another. */
export interface StreamResource {
  readonly stream: StreamRef;
  readonly consumer?: { readonly name: string; readonly createdSeconds: number };
}

/** The stream, or the stream and its consumer, that an ARN names; undefined when it is neither's. */
export function streamResourceOfArn(arn: string): StreamResource | undefined {
  const [, region, account, name, consumer, createdSeconds] = /^arn:[^:]+:kinesis:([^:]+):(\d{12}):stream\/([\w.-]{1,128})(?:\/consumer\/([\w.-]{1,128}):(\d+))?$/.exec(arn) ?? [];
  if (region === undefined || account === undefined || name === undefined) return undefined;
  const stream = { region, account, name };
  return consumer === undefined ? { stream } : { stream, consumer: { name: consumer, createdSeconds: Number(createdSeconds) } };
}

/** The stream an ARN names; undefined when it is no stream's. */
export function streamOfArn(arn: string): StreamRef | undefined {
  const resource = streamResourceOfArn(arn);
  return resource?.consumer ? undefined : resource?.stream;
}

export const consumerOf = (stream: Pick<Stream, "consumers">, { name, createdSeconds }: NonNullable<StreamResource["consumer"]>): StreamConsumer | undefined =>
  stream.consumers.find((consumer) => consumer.name === name && Math.floor(consumer.createdMs / 1000) === createdSeconds);

/** `shardId-000000000003` */
export const shardIdOf = (index: number): string => `shardId-${String(index).padStart(12, "0")}`;

export const isOpen = (shard: Shard): boolean => shard.closedMs === undefined;
export const openShards = (stream: Stream): readonly Shard[] => stream.shards.filter(isOpen);
export const childrenOf = (stream: Stream, shard: Shard): readonly Shard[] => stream.shards.filter(({ parents }) => parents.includes(shard.index));
/** Records that arrived before this moment have expired. */
export const horizonMs = (stream: Stream, nowMs: number): number => nowMs - stream.retentionHours * 3_600_000;

export const allStreams: Key = ["kinesis", "stream"];
export const streamsOf = ({ account, region }: StreamScope): Key => [...allStreams, account, region];
export const streamKey = (ref: StreamRef): Key => [...streamsOf(ref), ref.name];
/** Leads from a stream's id to its name. */
export const idKey = ({ account, region }: StreamScope, id: string): Key => ["kinesis", "id", account, region, id];
/** Shards of deleted streams, whose logs still have to go. */
export const trash: Key = ["kinesis", "trash"];

/** The log of one shard; ends in a slash so that no name is another's prefix. */
export const logOf = (streamId: string, shardIndex: number): string => `kinesis/${streamId}/${shardIndex}/`;
