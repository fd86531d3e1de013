// The streams of tables: found by table or label, read by place, with a memory of a day.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { Log } from "../../ports/log.ts";
import { set, type Key, type Store, type Write } from "../../ports/store.ts";
import { allStreams, streamKey, streamsOf } from "./keys.ts";
import { readStreamRecord, streamName, type StreamRecord, type TableStream } from "./stream-records.ts";
import { type Scope, type Table } from "./table.ts";

export interface Streams {
  find(scope: Scope, table: string, label: string): Promise<TableStream | undefined>;
  /** In order of tables and labels, those behind `after`; of one table or of all. */
  list(scope: Scope, table: string | undefined, after: { readonly table: string; readonly label: string } | undefined, limit: number): Promise<readonly TableStream[]>;
  /** Records behind place `after` that are not older than a day, in order: at most `limit`, and not much more than a megabyte. */
  read(stream: TableStream, after: number, limit: number): Promise<readonly StreamRecord[]>;
  /** The place of the newest record, 0 when there was none. */
  tip(stream: TableStream): Promise<number>;
  /** The place before the oldest record that can be read. */
  horizon(stream: TableStream): Promise<number>;
  /** Calls back, after durability, when the stream has grown. A hint. */
  watch(stream: TableStream, listener: () => void): () => void;
}

export interface StreamsDeps {
  readonly store: Store;
  readonly log: Log;
  readonly clock: Pick<Clock, "now">;
}

/** Ours: records read at once; two images of 400 KB each are possible. */
const PAGE = 100;

export function openStreams({ store, log, clock }: StreamsDeps): Streams {
  const nameOf = ({ tableId, label }: TableStream): string => streamName(tableId, label);
  const horizonMs = (): number => clock.now() - limits.tables.streamHours * 3_600_000;

  const read = async (stream: TableStream, after: number, limit: number): Promise<readonly StreamRecord[]> => {
    const records: StreamRecord[] = [];
    let bytes = 0;
    for (let last = after; records.length < limit; ) {
      const wanted = Math.min(PAGE, limit - records.length);
      const page = await log.read<unknown>(nameOf(stream), last, wanted);
      for (const record of page.map(readStreamRecord)) {
        last = record.seq;
        if (record.atMs <= horizonMs()) continue;
        // One is given, however large it is.
        if ((bytes += record.sizeBytes) > limits.tables.streamReadBytes && records.length > 0) return records;
        records.push(record);
      }
      if (page.length < wanted) break;
    }
    return records;
  };

  return {
    find: async (scope, table, label) => (await store.get<TableStream>(streamKey(scope, table, label)))?.value,
    list: async (scope, table, after, limit) => {
      const prefix: Key = table === undefined ? streamsOf(scope) : [...streamsOf(scope), table];
      const page = await store.list<TableStream>({ prefix, ...(after && (table === undefined || after.table === table) ? { after: streamKey(scope, after.table, after.label) } : {}), limit });
      return page.map(({ value }) => value);
    },
    read,
    tip: (stream) => log.tip(nameOf(stream)),
    horizon: async (stream) => {
      const [oldest] = await read(stream, 0, 1);
      return oldest ? oldest.seq - 1 : log.tip(nameOf(stream));
    },
    watch: (stream, listener) => log.watch(nameOf(stream), (grown) => {
      if (grown === nameOf(stream)) listener();
    }),
  };
}

/** The write that begins a table's stream. */
export function beginStream(table: Table, nowMs: number): readonly Write[] {
  if (!table.stream) return [];
  const { hash, range } = table.key;
  const stream: TableStream = {
    account: table.account, region: table.region, table: table.name, tableId: table.id, label: table.stream.label, view: table.stream.view, createdMs: nowMs,
    keySchema: [{ name: hash.name, kind: "HASH" }, ...(range ? [{ name: range.name, kind: "RANGE" as const }] : [])],
  };
  return [set(streamKey(table, table.name, table.stream.label), stream)];
}

/** The write that ends it: what is in it can be read for a day. */
export function endStream(table: Table, stream: TableStream | undefined, nowMs: number): readonly Write[] {
  return stream ? [set(streamKey(table, table.name, stream.label), { ...stream, closedMs: nowMs })] : [];
}

/** Forgets what is older than a day, and streams that ended a day ago. */
export async function sweepStreams({ store, log, clock }: StreamsDeps): Promise<void> {
  const horizonMs = clock.now() - limits.tables.streamHours * 3_600_000;
  for (let after: Key | undefined; ; ) {
    const page = await store.list<TableStream>({ prefix: allStreams, ...(after ? { after } : {}), limit: PAGE });
    for (const { key, value } of page) {
      const name = streamName(value.tableId, value.label);
      if ((value.closedMs ?? Infinity) <= horizonMs) {
        await store.commit([], [{ kind: "delete", key }]);
        await log.drop(name);
      } else await trim(log, name, horizonMs);
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}

async function trim(log: Log, name: string, horizonMs: number): Promise<void> {
  for (;;) {
    const page = await log.read(name, 0, PAGE);
    const old = page.findLast(({ atMs }) => atMs <= horizonMs);
    if (!old) return;
    await log.trim(name, old.seq);
    if (old !== page.at(-1)) return;
  }
}
