// A stream over the Log port for tests: shards that split, records with partition keys, the clock's arrival times.
import type { Engine } from "../../../ports/engine.ts";
import { append, set } from "../../../ports/store.ts";
import type { SourceRecord, SourceShard, StreamSource } from "./stream-source.ts";

interface StoredShard extends SourceShard {
  readonly closed: boolean;
}

export interface LogSource extends StreamSource {
  /** Durable when it resolves. */
  put(shardId: string, records: readonly { readonly key: string; readonly data: unknown }[]): Promise<void>;
  /** Closes a shard; its children can be read from then on. */
  split(shardId: string, children: readonly string[]): Promise<void>;
}

const ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
const STATE = ["test-stream"];

/** A stream of one shard `shard-0`, or the one that the store has. */
export async function openLogSource({ store, log }: Pick<Engine, "store" | "log">): Promise<LogSource> {
  const shards = async (): Promise<readonly StoredShard[]> => (await store.get<readonly StoredShard[]>(STATE))?.value ?? [];
  if ((await shards()).length === 0) await store.commit([], [set(STATE, [{ id: "shard-0", key: "g/shard-0", parents: [], closed: false }])]);
  const logOf = ({ key }: SourceShard): string => `test-stream/${key}/`;
  const shardOf = async (id: string): Promise<StoredShard> => (await shards()).find((shard) => shard.id === id) ?? { id, key: `g/${id}`, parents: [], closed: false };

  return {
    batchInfo: "KinesisBatchInfo",
    timePrecision: "ms",
    shards: async (arn) => (arn === ARN ? shards() : undefined),
    place: async (_arn, shard, start) => {
      if (start.kind !== "AT_TIMESTAMP") return start.kind === "LATEST" ? log.tip(logOf(shard)) : 0;
      const all = await log.read(logOf(shard), 0, 1000);
      return (all.find(({ atMs }) => atMs >= start.atMs)?.seq ?? all.length + 1) - 1;
    },
    read: async (_arn, shard, from, max) => {
      const { closed } = await shardOf(shard.id);
      const found = await log.read<{ readonly key: string; readonly data: unknown }>(logOf(shard), Number(from), max);
      const records = found.map(({ seq, atMs, data }): SourceRecord => {
        const payload = Buffer.from(typeof data.data === "string" ? data.data : JSON.stringify(data.data));
        const kinesis = { partitionKey: data.key, sequenceNumber: String(seq), data: payload.toString("base64"), approximateArrivalTimestamp: atMs / 1000 };
        return { next: seq, sequenceNumber: String(seq), partitionKey: data.key, arrivedMs: atMs, event: { kinesis, eventID: `${shard.id}:${seq}` }, facts: kinesis, payload };
      });
      const next = records.at(-1)?.next ?? from;
      const atTip = (await log.tip(logOf(shard))) <= Number(next);
      return { records, next, atTip, ended: atTip && closed };
    },
    watch: (_arn, shard, listener) => {
      const unwatch = [store.watch(STATE, listener), ...(shard ? [log.watch(logOf(shard), listener)] : [])];
      return () => unwatch.forEach((end) => end());
    },
    put: async (shardId, records) => {
      const shard = await shardOf(shardId);
      await store.commit([], records.map((record) => append(logOf(shard), record)));
    },
    split: async (shardId, children) => {
      const made = children.map((id): StoredShard => ({ id, key: `g/${id}`, parents: [shardId], closed: false }));
      const closed = (shard: StoredShard): StoredShard => ({ ...shard, closed: true });
      await store.commit([], [set(STATE, [...(await shards()).map((shard) => (shard.id === shardId ? closed(shard) : shard)), ...made])]);
    },
  };
}
