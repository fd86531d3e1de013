// Puts records into a stream: routed, packed by shard and appended in one commit that also proves that the shards are still the ones chosen.
import { append, type Check, type Entry, type Write } from "../../ports/store.ts";
import { packBatches } from "./batch.ts";
import { hashOf, shardFor } from "./hash-keys.ts";
import type { Rates } from "./rates.ts";
import { sequenceNumber } from "./sequence.ts";
import { logOf, shardIdOf, type Shard, type Stream } from "./stream.ts";

export interface NewRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** 32 hex digits, instead of the partition key's hash. */
  readonly hashKey?: string;
}

/** `refused`: the shard's rate is exceeded, nothing was written of this record. */
export type PutOutcome = { readonly shardId: string; readonly sequenceNumber: string } | { readonly shardId: string; readonly refused: true };

/** A put that is not committed yet: part of somebody's commit, or a commit of its own. */
export interface PutPlan {
  /** Fails when the stream has changed since, for example by a split: plan again. */
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
  /** Where each record went, in order, given the sequence numbers that the commit gave to these writes. */
  readonly outcomes: (appended: readonly number[]) => readonly PutOutcome[];
}

interface Group {
  readonly shard: Shard;
  /** Positions in the request. */
  readonly at: number[];
  readonly records: NewRecord[];
}

export function planPut({ key, value: stream, version }: Entry<Stream>, records: readonly NewRecord[], rates: Rates): PutPlan {
  const groups = new Map<number, Group>();
  const refused = new Map<number, Shard>();
  records.forEach((record, n) => {
    const shard = shardFor(stream, record.hashKey ?? hashOf(record.partitionKey));
    if (!rates.write(logOf(stream.id, shard.index), record.data.length + record.partitionKey.length)) {
      refused.set(n, shard);
      return;
    }
    let group = groups.get(shard.index);
    if (!group) groups.set(shard.index, (group = { shard, at: [], records: [] }));
    group.at.push(n);
    group.records.push(record);
  });
  const writes: Write[] = [];
  const entries: { readonly shard: Shard; readonly at: readonly number[] }[] = [];
  for (const { shard, at, records: own } of groups.values()) {
    let first = 0;
    for (const { bytes, count } of packBatches(own)) {
      writes.push(append(logOf(stream.id, shard.index), bytes));
      entries.push({ shard, at: at.slice(first, first + count) });
      first += count;
    }
  }
  return {
    checks: [{ key, version }],
    writes,
    outcomes: (appended) => {
      const outcomes: PutOutcome[] = [];
      for (const [n, shard] of refused) outcomes[n] = { shardId: shardIdOf(shard.index), refused: true };
      entries.forEach(({ shard, at }, entry) => {
        const shardId = shardIdOf(shard.index);
        at.forEach((n, index) => (outcomes[n] = { shardId, sequenceNumber: sequenceNumber(stream, shard, { seq: appended[entry] ?? 0, index }) }));
      });
      return outcomes;
    },
  };
}
