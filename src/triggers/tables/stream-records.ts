// The records of a table's stream: made in the commit of the change they tell of, read by clients and by the poller of functions.
import { createHash } from "node:crypto";
import { hexId } from "../../kernel/ids.ts";
import type { LogRecord } from "../../ports/log.ts";
import { itemBytes, pick, type Item } from "./attribute-value.ts";
import { packItem, unpackItem, type Packed } from "./packing.ts";
import { keyNames, type ItemChange, type Scope, type StreamView } from "./table.ts";

/** A stream of a table on record; it outlives its table and its own end by a day. */
export interface TableStream extends Scope {
  readonly table: string;
  readonly tableId: string;
  /** The moment of its birth as in its ARN: `2026-01-31T12:00:00.000`. */
  readonly label: string;
  readonly view: StreamView;
  readonly keySchema: readonly { readonly name: string; readonly kind: "HASH" | "RANGE" }[];
  readonly createdMs: number;
  /** When it was switched off, or its table deleted. */
  readonly closedMs?: number | undefined;
}

/** A stream is one shard: open while the table writes to it, closed when the stream has ended. */
export const streamShardId = ({ createdMs, tableId, label }: TableStream): string =>
  `shardId-${String(createdMs).padStart(20, "0")}-${createHash("sha256").update(`${tableId}/${label}`).digest("hex").slice(0, 8)}`;

/** One change of one item. */
export interface StreamRecord {
  /** Its place in the stream, from 1, in the order of commits. */
  readonly seq: number;
  readonly sequenceNumber: string;
  /** Epoch ms of the commit. */
  readonly atMs: number;
  readonly id: string;
  readonly name: "INSERT" | "MODIFY" | "REMOVE";
  readonly keys: Item;
  readonly newImage: Item | undefined;
  readonly oldImage: Item | undefined;
  readonly sizeBytes: number;
  /** The item was deleted because its time had come, not by a client. */
  readonly expired: boolean;
}

interface Stored {
  readonly id: string;
  readonly name: StreamRecord["name"];
  readonly keys: Packed;
  readonly new?: Packed;
  readonly old?: Packed;
  readonly bytes: number;
  readonly expired?: true;
}

/** The log's name for a stream. */
export const streamName = (tableId: string, label: string): string => `table/${tableId}/${label}`;

/** What the log keeps of a change. */
export function streamRecord({ table, before, after, expired }: ItemChange, view: StreamView): Stored {
  const keys = pick(after ?? before ?? {}, keyNames(table.key));
  const wantsNew = view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES";
  const wantsOld = view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES";
  const [newImage, oldImage] = [wantsNew ? after : undefined, wantsOld ? before : undefined];
  return {
    id: hexId(16),
    name: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
    keys: packItem(keys),
    ...(newImage ? { new: packItem(newImage) } : {}),
    ...(oldImage ? { old: packItem(oldImage) } : {}),
    bytes: itemBytes(keys) + (newImage ? itemBytes(newImage) : 0) + (oldImage ? itemBytes(oldImage) : 0),
    ...(expired ? { expired: true } : {}),
  };
}

export function readStreamRecord({ seq, atMs, data }: LogRecord<unknown>): StreamRecord {
  const stored = data as Stored;
  return {
    seq, sequenceNumber: sequenceNumberOf(seq), atMs, id: stored.id, name: stored.name, keys: unpackItem(stored.keys),
    newImage: stored.new && unpackItem(stored.new), oldImage: stored.old && unpackItem(stored.old), sizeBytes: stored.bytes, expired: stored.expired === true,
  };
}

/** AWS: sequence numbers have 21 to 40 digits. */
const SEQUENCE_BASE = 10n ** 20n;

export const sequenceNumberOf = (seq: number): string => String(SEQUENCE_BASE + BigInt(seq));

/** The place in the stream; undefined for a text that can not be one of ours. */
export function seqOf(sequenceNumber: string): number | undefined {
  if (!/^1\d{20}$/.test(sequenceNumber)) return undefined;
  const seq = Number(BigInt(sequenceNumber) - SEQUENCE_BASE);
  return Number.isSafeInteger(seq) ? seq : undefined;
}
