// The tables room on a real engine: what it leaves to the background is done after a restart too, and nothing is left of what was deleted.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Item } from "./attribute-value.ts";
import { openTables, shortId, type Tables } from "./open-tables.ts";
import type { Index, Table } from "./table.ts";

const scope = { account: "000000000000", region: "us-east-1" };
const clock = fakeClock();
const id = { name: "id", type: "S" } as const;
const team = { name: "team", type: "S" } as const;

let dir: string;
let engine: Engine;
let tables: Tables;

async function open(): Promise<void> {
  engine = await openEmbedded({ dir, clock });
  tables = openTables({ store: engine.store, log: engine.log, clock, warn: (sentence, error) => expect.unreachable(`${sentence} ${String(error)}`) });
}
async function close(): Promise<void> {
  await tables[Symbol.asyncDispose]();
  await engine.close();
}
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-tables-"));
  await open();
});
afterEach(async () => {
  await close();
  await rm(dir, { recursive: true, force: true });
});

const newTable = (more: Partial<Table> = {}): Table => ({
  ...scope, id: shortId(), uuid: "u", name: "things", key: { hash: id }, attributes: [id, team], indexes: [], billing: "PAY_PER_REQUEST", throughput: { read: 0, write: 0 }, tags: {}, protected: false, createdMs: clock.now(), ...more,
});
const index = (state: Index["state"]): Index => ({ id: shortId(), name: "teams", kind: "global", key: { hash: team }, projection: "ALL", include: [], state, throughput: { read: 0, write: 0 } });
const put = (table: Table, item: Item) => tables.items.change([{ table, key: { id: item["id"] ?? {} } }], () => ({ after: [item], result: undefined }));
const found = async (): Promise<Table> => (await tables.find(scope, "things")) ?? expect.unreachable("the table is there");
const fill = async (table: Table, count: number): Promise<void> => void (await Promise.all(Array.from({ length: count }, (_, n) => put(table, { id: { S: `i${n}` }, team: { S: n % 2 ? "odd" : "even" } }))));

async function entries(table: Table): Promise<number> {
  let count = 0;
  const [of] = table.indexes;
  for await (const page of tables.read({ table, index: of, hash: { value: { S: "odd" }, range: {} } })) count += page.length;
  return count;
}

test("an index that was being built when the server stopped is built by the next", async () => {
  const table = newTable();
  await tables.create(table);
  await fill(table, 250);
  await tables.change(scope, "things", (before) => ({ ...before, indexes: [index("building")] }));
  await close();
  await open();
  await expect.poll(async () => (await found()).indexes[0]?.state).toBe("active");
  expect(await entries(await found())).toBe(125);
  // Writes during the building count too, and the figures survive a tidy stop.
  await put(await found(), { id: { S: "i1" }, team: { S: "even" } });
  expect(await entries(await found())).toBe(124);
  await close();
  await open();
  const counts = await tables.count(await found());
  expect([counts.get("")?.items, counts.get((await found()).indexes[0]?.id ?? "")?.items]).toEqual([250, 250]);
});

test("nothing is left of a deleted table, whose name may be used again at once", async () => {
  const table = newTable({ indexes: [index("active")], stream: { label: "s", view: "KEYS_ONLY" } });
  await tables.create(table);
  await fill(table, 230);
  await tables.remove(scope, "things", () => undefined);
  await tables.create(newTable());
  const left = async () => (await engine.store.list({ prefix: ["table"], limit: 1000 })).filter(({ key }) => key.includes(table.id) || key[1] === "chore");
  await expect.poll(async () => (await left()).length).toBe(0);
  let items = 0;
  for await (const page of tables.read({ table: await found() })) items += page.length;
  expect(items).toBe(0);
  expect((await tables.streams.list(scope, "things", undefined, 10)).length).toBe(1);
});

test("a reader of a stream is told when it grows, and where it begins and ends", async () => {
  const table = newTable({ stream: { label: "s", view: "NEW_IMAGE" } });
  await tables.create(table);
  const stream = (await tables.streams.find(scope, "things", "s")) ?? expect.unreachable("the stream is there");
  let told = 0;
  const stop = tables.streams.watch(stream, () => told++);
  await fill(table, 3);
  expect(told).toBe(3);
  stop();
  await put(table, { id: { S: "late" } });
  expect(told).toBe(3);
  expect([await tables.streams.horizon(stream), await tables.streams.tip(stream)]).toEqual([0, 4]);
  expect((await tables.streams.read(stream, 2, 1)).map(({ seq }) => seq)).toEqual([3]);
});

test("a table that was deleted meanwhile refuses a change decided on it", async () => {
  const table = newTable();
  await tables.create(table);
  await tables.remove(scope, "things", () => undefined);
  await tables.create(newTable());
  await expect(put(table, { id: { S: "x" } })).rejects.toMatchObject({ name: "TableGone" });
});
