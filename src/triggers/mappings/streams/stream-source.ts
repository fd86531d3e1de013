// What a poller needs of a stream, whatever service it belongs to: shards that are read in order from any place on.
import type { Value } from "../../../ports/value.ts";
import type { StartingPosition } from "../mapping.ts";

/** Where reading goes on; a small JSON value that only its source understands. It means the same after a restart. */
export type Place = Value;

export interface SourceShard {
  /** As functions see it. */
  readonly id: string;
  /** Unique for all time: a stream made again under its name has others. */
  readonly key: string;
  /** Ids of the shards it came from. */
  readonly parents: readonly string[];
}

export interface SourceRecord {
  /** The place after it. */
  readonly next: Place;
  readonly sequenceNumber: string;
  /** Records with the same one keep their order. */
  readonly partitionKey: string;
  /** Epoch ms. */
  readonly arrivedMs: number;
  /** As functions receive it. */
  readonly event: Readonly<Record<string, unknown>>;
  /** What filters see, where that is not the event. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What filters match under the name of the payload. */
  readonly payload?: Uint8Array;
}

export interface SourcePage {
  readonly records: readonly SourceRecord[];
  /** The place after the page; beyond its last record where there were some that have expired. */
  readonly next: Place;
  /** Nothing more is there now. */
  readonly atTip: boolean;
  /** The shard is closed, and the page is its last. */
  readonly ended: boolean;
}

export interface StreamSource {
  /** How failure records call the description of a batch. */
  readonly batchInfo: "KinesisBatchInfo" | "DDBStreamBatchInfo";
  /** Of arrival times in failure records. */
  readonly timePrecision: "ms" | "s";
  /** Those that can be read, closed ones too; undefined when there is no such stream. */
  shards(streamArn: string): Promise<readonly SourceShard[] | undefined>;
  place(streamArn: string, shard: SourceShard, start: StartingPosition): Promise<Place>;
  /** At most `max` records; undefined when the shard is gone. `role`: of the function, which some events name. */
  read(streamArn: string, shard: SourceShard, from: Place, max: number, role: string): Promise<SourcePage | undefined>;
  /** Calls back when the shard may have got records or its stream has changed; without a shard, when the stream has changed. A hint. */
  watch(streamArn: string, shard: SourceShard | undefined, listener: () => void): () => void;
}
