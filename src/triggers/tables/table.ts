// What a table is on record: its keys, indexes, stream and settings. Items and index entries live elsewhere, tied by the short id.
import type { Item } from "./attribute-value.ts";

export interface Scope {
  readonly account: string;
  readonly region: string;
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute | undefined;
}

export interface Throughput {
  readonly read: number;
  readonly write: number;
}

export interface Index {
  /** Ties entries to the index; a recreated name never sees old entries. */
  readonly id: string;
  readonly name: string;
  readonly kind: "global" | "local";
  readonly key: KeySchema;
  /** `INCLUDE` adds `include` to the keys of table and index. */
  readonly projection: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly include: readonly string[];
  /** `building`: entries of older items are still being made; writes keep it up to date already. */
  readonly state: "building" | "active";
  readonly throughput: Throughput;
}

export type StreamView = "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES" | "KEYS_ONLY";

export interface TimeToLive {
  readonly attribute: string;
  /** Ties entries to this setting, as an index's id does. */
  readonly id: string;
  readonly state: "building" | "active";
}

export interface Table extends Scope {
  /** Short, in every key; never used twice. */
  readonly id: string;
  /** The id clients see. */
  readonly uuid: string;
  readonly name: string;
  readonly key: KeySchema;
  readonly attributes: readonly KeyAttribute[];
  readonly indexes: readonly Index[];
  readonly billing: "PROVISIONED" | "PAY_PER_REQUEST";
  /** When it last became PAY_PER_REQUEST, epoch ms. */
  readonly onDemandMs?: number | undefined;
  readonly throughput: Throughput;
  readonly throughputChange?: { readonly increasedMs?: number | undefined; readonly decreasedMs?: number | undefined; readonly decreases: number } | undefined;
  readonly stream?: { readonly label: string; readonly view: StreamView } | undefined;
  /** The label outlives the stream. */
  readonly lastStreamLabel?: string | undefined;
  readonly ttl?: TimeToLive | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly protected: boolean;
  readonly tableClass?: { readonly name: "STANDARD" | "STANDARD_INFREQUENT_ACCESS"; readonly changedMs?: number | undefined } | undefined;
  readonly createdMs: number;
  /** Recovery to a point in time, on record: since when, and how far back it would reach. */
  readonly recovery?: { readonly sinceMs: number; readonly days: number } | undefined;
  /** Its items are still being copied from a backup; nobody can use it. */
  readonly restoring?: boolean | undefined;
  readonly restored?: { readonly backupArn: string; readonly sourceArn: string; readonly atMs: number } | undefined;
}

/** An item's primary key, as attributes. */
export type ItemKey = Item;

export interface ItemChange {
  readonly table: Table;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Deleted because its time had come. */
  readonly expired: boolean;
}

export const keyNames = ({ hash, range }: KeySchema): readonly string[] => (range ? [hash.name, range.name] : [hash.name]);
