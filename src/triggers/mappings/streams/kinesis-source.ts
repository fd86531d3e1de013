// Kinesis streams as mappings read them.
import { assert } from "../../../kernel/fault.ts";
import type { Log } from "../../../ports/log.ts";
import type { Store } from "../../../ports/store.ts";
import type { Streams } from "../../streams/open-streams.ts";
import { parseNumber, type Place } from "../../streams/sequence.ts";
import { consumerOf, logOf, shardIdOf, streamKey, streamResourceOfArn, type Shard, type Stream, type StreamResource } from "../../streams/stream.ts";
import type { SourceShard, StreamSource } from "./stream-source.ts";

export interface KinesisSourceDeps {
  readonly streams: Pick<Streams, "find" | "place" | "read">;
  readonly store: Pick<Store, "watch">;
  readonly log: Pick<Log, "watch">;
}

/** Ours: bytes of one page. */
const PAGE_BYTES = 4 * 1024 * 1024;

export function kinesisSource({ streams, store, log }: KinesisSourceDeps): StreamSource {
  /** The stream an ARN names, or as long as it is registered, the one whose consumer it names: that has its records as the stream has them. */
  const streamAt = async (arn: string): Promise<Stream | undefined> => {
    const { stream: ref, consumer } = resourceAt(arn);
    const stream = await streams.find(ref);
    return stream && consumer && !consumerOf(stream, consumer) ? undefined : stream;
  };
  /** The shard itself, unless its stream has been made again since. */
  const found = async (arn: string, { key }: SourceShard): Promise<{ readonly stream: Stream; readonly shard: Shard } | undefined> => {
    const stream = await streamAt(arn);
    const shard = stream?.shards.find(({ index }) => keyOf(stream, index) === key);
    return stream && shard && { stream, shard };
  };
  return {
    batchInfo: "KinesisBatchInfo",
    timePrecision: "ms",
    shards: async (arn) => {
      const stream = await streamAt(arn);
      return stream?.shards.map(({ index, parents }) => ({ id: shardIdOf(index), key: keyOf(stream, index), parents: parents.map(shardIdOf) }));
    },
    place: async (arn, shard, start) => {
      const at = await found(arn, shard);
      if (!at) throw new Error(`the shard ${shard.id} of ${arn} is not there any more`);
      return streams.place(at.stream, at.shard, start.kind === "AT_TIMESTAMP" ? { sinceMs: start.atMs } : start.kind);
    },
    read: async (arn, shard, from, max, role) => {
      const at = await found(arn, shard);
      if (!at) return undefined;
      const page = await streams.read(at.stream, at.shard, from as Place, { recordsMax: max, bytesMax: PAGE_BYTES });
      const records = page.records.map(({ sequenceNumber, partitionKey, data, arrivedMs }) => {
        const kinesis = { kinesisSchemaVersion: "1.0", partitionKey, sequenceNumber, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"), approximateArrivalTimestamp: arrivedMs / 1000 };
        const around = { eventSource: "aws:kinesis", eventVersion: "1.0", eventID: `${shard.id}:${sequenceNumber}`, eventName: "aws:kinesis:record", invokeIdentityArn: role, awsRegion: at.stream.region, eventSourceARN: arn };
        // Filters speak of the record's own members by their names.
        return { next: after(sequenceNumber, from as Place), sequenceNumber, partitionKey, arrivedMs, event: { kinesis, ...around }, facts: { ...around, ...kinesis, kinesis }, payload: data };
      });
      return { records, next: page.next, atTip: page.behindMs === 0, ended: page.ended };
    },
    watch: (arn, shard, listener) => {
      const [streamId = "", index = ""] = shard?.key.split("/") ?? [];
      const watching = [store.watch(streamKey(resourceAt(arn).stream), listener), ...(shard ? [log.watch(logOf(streamId, Number(index)), listener)] : [])];
      return () => watching.forEach((end) => end());
    },
  };
}

const keyOf = ({ id }: Pick<Stream, "id">, index: number): string => `${id}/${index}`;

function after(sequenceNumber: string, otherwise: Place): Place {
  const place = parseNumber(sequenceNumber)?.place;
  return place ? { seq: place.seq, index: place.index + 1 } : otherwise;
}

function resourceAt(arn: string): StreamResource {
  const resource = streamResourceOfArn(arn);
  assert(resource, `${arn} of a mapping names no stream`);
  return resource;
}
