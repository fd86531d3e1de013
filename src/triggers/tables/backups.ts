// Backups on demand: a copy of a table's items and of its record, and tables made from such a copy.
import type { Clock } from "../../kernel/clock.ts";
import { hexId } from "../../kernel/ids.ts";
import { del, set, unchanged, type Key, type Store, type Write } from "../../ports/store.ts";
import { itemBytes } from "./attribute-value.ts";
import type { Catalog } from "./catalog.ts";
import { choreWrite, type Chore } from "./chores.ts";
import type { Count } from "./counts.ts";
import { backupKey, backupsOf, allBackups, chores, itemsOf } from "./keys.ts";
import { type Packed, unpackItem } from "./packing.ts";
import type { Scope, Table } from "./table.ts";

export interface Backup extends Scope {
  /** As the ARN ends: the moment and some random digits. */
  readonly id: string;
  readonly name: string;
  /** The table as it was. */
  readonly table: Table;
  /** What the copied items are kept under. */
  readonly dataId: string;
  readonly count: Count;
  readonly createdMs: number;
  /** While the items are copied the backup can not be used, and does not survive a crash. */
  readonly state: "creating" | "available";
}

export interface Backups {
  /** Copies all items; resolves when the backup can be used. Undefined when the table went away meanwhile. */
  create(table: Table, name: string): Promise<Backup | undefined>;
  find(scope: Scope, id: string): Promise<Backup | undefined>;
  /** Oldest first, those behind `after`. */
  list(scope: Scope, after: string | undefined, limit: number): Promise<readonly Backup[]>;
  /** False when a table is being made from it. */
  remove(backup: Backup): Promise<boolean>;
}

export interface BackupsDeps {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly clock: Pick<Clock, "now">;
  /** Tells the background that there is something to remove. */
  readonly beginWork: () => void;
}

/** Ours: items copied in one commit; they can be 400 KB each. */
const PAGE = 50;

export function openBackups({ store, catalog, clock, beginWork }: BackupsDeps): Backups {
  /** The record goes at once, the copied items in the background. */
  const removal = (backup: Backup): readonly Write[] => [del(backupKey(backup, backup.id)), choreWrite({ kind: "drop", tableId: backup.dataId, part: undefined })];

  return {
    create: async (table, name) => {
      const nowMs = clock.now();
      const id = `${String(nowMs).padStart(14, "0")}-${hexId(4)}`;
      const started: Backup = { account: table.account, region: table.region, id, name, table, dataId: hexId(6), count: { items: 0, bytes: 0 }, createdMs: nowMs, state: "creating" };
      const key = backupKey(table, id);
      await store.commit([], [set(key, started)]);
      let items = 0;
      let bytes = 0;
      for await (const page of packedPages(store, itemsOf(table.id))) {
        await store.commit([], page.map((entry) => set([...itemsOf(started.dataId), ...entry.key.slice(3)], entry.value)));
        items += page.length;
        for (const { value } of page) bytes += itemBytes(unpackItem(value));
      }
      if ((await catalog.find(table, table.name))?.id !== table.id) {
        await store.commit([], removal(started));
        beginWork();
        return undefined;
      }
      const done: Backup = { ...started, count: { items, bytes }, state: "available" };
      await store.commit([], [set(key, done)]);
      return done;
    },
    find: async (scope, id) => (await store.get<Backup>(backupKey(scope, id)))?.value,
    list: async (scope, after, limit) => {
      const page = await store.list<Backup>({ prefix: backupsOf(scope), ...(after === undefined ? {} : { after: backupKey(scope, after) }), limit });
      return page.map(({ value }) => value);
    },
    remove: async (backup) => {
      const key = backupKey(backup, backup.id);
      const entry = await store.get<Backup>(key);
      for await (const page of packedPages<Chore>(store, chores)) if (page.some(({ value }) => value.kind === "restore" && value.from === backup.dataId)) return false;
      const gone = await store.commit([unchanged(key, entry)], removal(backup));
      beginWork();
      return gone.ok;
    },
  };
}

/** Backups that a crash left half made. */
export async function dropHalfBackups(store: Store): Promise<void> {
  for await (const page of packedPages<Backup>(store, allBackups)) {
    const half = page.filter(({ value }) => value.state === "creating");
    if (half.length > 0) await store.commit([], half.flatMap(({ key, value }) => [del(key), choreWrite({ kind: "drop", tableId: value.dataId, part: undefined })]));
  }
}

async function* packedPages<T = Packed>(store: Pick<Store, "list">, prefix: Key) {
  for (let after: Key | undefined; ; ) {
    const page = await store.list<T>({ prefix, ...(after ? { after } : {}), limit: PAGE });
    yield page;
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}
