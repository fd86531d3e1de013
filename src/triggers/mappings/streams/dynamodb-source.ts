// The streams of tables as mappings read them: one shard each, over when the stream is.
import type { Store } from "../../../ports/store.ts";
import type { AttributeValue, Item } from "../../tables/attribute-value.ts";
import { streamKey } from "../../tables/keys.ts";
import { streamShardId, type StreamRecord, type TableStream } from "../../tables/stream-records.ts";
import type { Streams } from "../../tables/streams.ts";
import type { SourceRecord, StreamSource } from "./stream-source.ts";

export interface DynamodbSourceDeps {
  readonly streams: Pick<Streams, "find" | "read" | "tip" | "horizon" | "watch">;
  readonly store: Pick<Store, "watch">;
}

export function dynamodbSource({ streams, store }: DynamodbSourceDeps): StreamSource {
  /** Streams never change but to end, so that whoever watches needs no look at the store. */
  const known = new Map<string, TableStream>();
  const find = async (arn: string): Promise<TableStream | undefined> => {
    const { scope, table, label } = partsOf(arn);
    const stream = await streams.find(scope, table, label);
    if (stream) known.set(arn, stream);
    else known.delete(arn);
    return stream;
  };
  return {
    batchInfo: "DDBStreamBatchInfo",
    timePrecision: "s",
    shards: async (arn) => {
      const stream = await find(arn);
      return stream && [{ id: streamShardId(stream), key: `${stream.tableId}/${stream.label}`, parents: [] }];
    },
    place: async (arn, _shard, start) => {
      const stream = await find(arn);
      return stream && start.kind === "LATEST" ? streams.tip(stream) : 0;
    },
    read: async (arn, _shard, from, max) => {
      const stream = await find(arn);
      if (!stream) return undefined;
      const records = (await streams.read(stream, Number(from), max)).map((record) => sourceRecord(record, stream, arn));
      // Without a record everything up to the oldest that can be read has expired.
      const next = Number(records.at(-1)?.next ?? Math.max(Number(from), await streams.horizon(stream)));
      const atTip = next >= (await streams.tip(stream));
      return { records, next, atTip, ended: atTip && stream.closedMs !== undefined };
    },
    watch: (arn, shard, listener) => {
      const { scope, table, label } = partsOf(arn);
      const stream = known.get(arn);
      const watching = [store.watch(streamKey(scope, table, label), listener), ...(shard && stream ? [streams.watch(stream, listener)] : [])];
      return () => watching.forEach((end) => end());
    },
  };
}

function sourceRecord(record: StreamRecord, { region, view, keySchema }: TableStream, arn: string): SourceRecord {
  const { newImage, oldImage, sequenceNumber, atMs } = record;
  const keys = imageOf(record.keys);
  const hash = keySchema.find(({ kind }) => kind === "HASH")?.name ?? "";
  const dynamodb = {
    ApproximateCreationDateTime: Math.floor(atMs / 1000), Keys: keys,
    ...(newImage ? { NewImage: imageOf(newImage) } : {}), ...(oldImage ? { OldImage: imageOf(oldImage) } : {}),
    SequenceNumber: sequenceNumber, SizeBytes: record.sizeBytes, StreamViewType: view,
  };
  const event = {
    eventID: record.id, eventName: record.name, eventVersion: "1.1", eventSource: "aws:dynamodb", awsRegion: region, dynamodb, eventSourceARN: arn,
    ...(record.expired ? { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } } : {}),
  };
  return { next: record.seq, sequenceNumber, partitionKey: JSON.stringify(keys[hash]), arrivedMs: atMs, event };
}

const imageOf = (item: Item): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOf(value)]));

/** As JSON has it: bytes as base64. */
function valueOf(value: AttributeValue): unknown {
  if (value.B) return { B: base64(value.B) };
  if (value.BS) return { BS: value.BS.map(base64) };
  if (value.M) return { M: imageOf(value.M) };
  if (value.L) return { L: value.L.map(valueOf) };
  return value;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

function partsOf(arn: string): { readonly scope: { readonly account: string; readonly region: string }; readonly table: string; readonly label: string } {
  const [, region = "", account = "", table = "", label = ""] = /^arn:[^:]+:dynamodb:([^:]+):(\d{12}):table\/([^/]+)\/stream\/(.+)$/.exec(arn) ?? [];
  return { scope: { account, region }, table, label };
}
