import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { append, del, hold, release, set } from "../../ports/store.ts";
import { DataDirLocked, DataDirNotWritable } from "./lock.ts";
import { openEmbedded } from "./open.ts";
import { SchemaTooNew } from "./schema.ts";

async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-open-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const open = (dir: string): Promise<Engine> => openEmbedded({ dir, clock: fakeClock() });

test("a directory is open once at a time, and free again after close", async () => {
  const dir = join(await scratch(), "made", "on", "demand");
  const first = await open(dir);
  const error = await open(dir).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataDirLocked);
  expect(String(error)).toContain(`${dir} is in use by another Fugaz (process ${process.pid})`);
  // The failed attempt must not have loosened the lock.
  await expect(open(dir)).rejects.toThrow(DataDirLocked);
  await first.close();
  await first.close();
  await (await open(dir)).close();
});

test("another process's lock holds until it is killed, and not longer", async () => {
  const dir = await scratch();
  const program = `const { lockDir } = await import(${JSON.stringify(new URL("./lock.ts", import.meta.url).href)}); lockDir(${JSON.stringify(dir)}); console.log("locked"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  await expect(open(dir)).rejects.toThrow(`process ${holder.pid}`);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await (await open(dir)).close();
});

test("a directory that can not be made or written is said so", async () => {
  const dir = await scratch();
  await writeFile(join(dir, "file"), "");
  for (const impossible of [join(dir, "x".repeat(250), "y".repeat(250)), join(dir, "file"), join(dir, "file", "below"), "/proc/fugaz"]) {
    await expect(open(impossible)).rejects.toThrow(DataDirNotWritable);
    await expect(open(impossible)).rejects.toThrow(`the data directory ${impossible} is not writable`);
  }
});

test("a database of a later version is refused untouched, and the directory is free again", async () => {
  const dir = await scratch();
  await (await open(dir)).close();
  const file = join(dir, "fugaz.db");
  const later = new DatabaseSync(file);
  later.exec("PRAGMA user_version = 99");
  later.close();
  await expect(open(dir)).rejects.toThrow(SchemaTooNew);
  await expect(open(dir)).rejects.toThrow(/has schema version 99, this Fugaz knows versions up to \d+/);
});

test("a file that is no database is refused and left as it was", async () => {
  const dir = await scratch();
  const content = "not a database, but somebody's own text ".repeat(100);
  await writeFile(join(dir, "fugaz.db"), content);
  await expect(open(dir)).rejects.toThrow(/not a database/);
  expect(await readFile(join(dir, "fugaz.db"), "utf8")).toBe(content);
});

test("after a clean close the directory holds one database file, whole without its log", async () => {
  const dir = await scratch();
  const engine = await open(dir);
  await engine.store.commit([], [set(["k"], 1)]);
  await engine.close();
  await expect(readFile(join(dir, "fugaz.db-wal"))).rejects.toThrow(/ENOENT/);
  const db = new DatabaseSync(join(dir, "fugaz.db"), { readOnly: true });
  expect(db.prepare("SELECT count(*) AS n FROM entry").get()).toEqual({ n: 1 });
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  db.close();
});

test("an operation that fails for a reason of its own harms none of its group", async () => {
  const dir = await scratch();
  await using engine = await open(dir);
  const vandal = new DatabaseSync(join(dir, "fugaz.db"));
  vandal.exec("DROP TABLE record");
  vandal.close();
  const [before, broken, after] = await Promise.allSettled([
    engine.store.commit([], [set(["before"], 1)]), engine.store.commit([], [set(["never"], 1), append("s", 1)]), engine.store.commit([], [set(["after"], 1)]),
  ]);
  expect([before.status, broken.status, after.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(broken).toMatchObject({ reason: { name: "Outage", message: expect.stringContaining("no such table") } });
  expect((await engine.store.list({ prefix: [], limit: 9 })).map(({ key }) => key)).toEqual([["after"], ["before"]]);
});

test("opening again removes what interrupted uploads left", async () => {
  const dir = await scratch();
  await (await open(dir)).close();
  const left = join(dir, "blobs", "tmp", "half-an-upload");
  await writeFile(left, "half");
  await (await open(dir)).close();
  await expect(readFile(left)).rejects.toThrow(/ENOENT/);
});

test("with only the reserve left on the disk nothing grows, and what is there can still be deleted", async () => {
  const dir = await scratch();
  const engine = await open(dir);
  const blob = await engine.blobs.write(Buffer.alloc(100_000, "x"));
  expect(await engine.store.commit([], [set(["object"], { blob: blob.id }), hold(blob, ["object"])])).toMatchObject({ ok: true });
  await engine.close();
  const full = await openEmbedded({ dir, clock: fakeClock(), reserveBytes: Number.MAX_SAFE_INTEGER });
  onTestFinished(() => full.close());
  const refused = { name: "Outage", retryable: true, message: expect.stringMatching(/only \d+ MB are free on the disk of .* are kept for deletions/) };
  await expect(full.blobs.write(Buffer.alloc(100_000, "y"))).rejects.toMatchObject(refused);
  await expect(full.store.commit([], [set(["another"], 1)])).rejects.toMatchObject(refused);
  expect(await full.store.commit([], [del(["object"]), release(blob.id, ["object"])])).toMatchObject({ ok: true });
  await full.queue.purge("nothing");
});
