// The contract of Log: numbered per stream in commit order, without gaps, whatever happens at once.
import { describe, expect, test } from "vitest";
import { append } from "../../src/ports/store.ts";
import { engines } from "./engines.ts";

describe.each(engines)("log on the $name engine", ({ start }) => {
  test("records are numbered from 1 per stream, and the commit says which numbers its records got", async () => {
    const { engine: { store, log }, clock } = await start();
    expect(await store.commit([], [append("a", "a1"), append("b", "b1"), append("a", { n: 2 })])).toMatchObject({ appended: [1, 1, 2] });
    expect(await store.commit([], [append("a", new Uint8Array([3]))])).toMatchObject({ appended: [3] });
    expect(await log.read("a", 0, 10)).toEqual([
      { seq: 1, atMs: clock.now(), data: "a1" }, { seq: 2, atMs: clock.now(), data: { n: 2 } }, { seq: 3, atMs: clock.now(), data: new Uint8Array([3]) },
    ]);
    expect((await log.read("a", 1, 1)).map(({ seq }) => seq)).toEqual([2]);
    expect(await log.read("a", 3, 10)).toEqual([]);
    expect([await log.tip("a"), await log.tip("b"), await log.tip("unknown")]).toEqual([3, 1, 0]);
    expect(await log.read("unknown", 0, 10)).toEqual([]);
  });

  test("a conflicting commit leaves no gap", async () => {
    const { engine: { store, log } } = await start();
    const results = await Promise.all([
      store.commit([], [append("s", 1)]), store.commit([{ key: ["absent"], version: 1 }], [append("s", "never")]), store.commit([], [append("s", 2)]),
    ]);
    expect(results.map((commit) => commit.ok && commit.appended)).toEqual([[1], false, [2]]);
    expect((await log.read("s", 0, 10)).map(({ data }) => data)).toEqual([1, 2]);
  });

  test("a reader beside many writers never skips a record", async () => {
    const { engine: { store, log } } = await start();
    const total = 400;
    const seen: number[] = [];
    const writers = Promise.all(Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < total / 8; n++) await store.commit([], [append("s", { writer, n }), append(`own/${writer}`, n)]);
    }));
    while (seen.length < total) {
      for (const { seq } of await log.read("s", seen.at(-1) ?? 0, 7)) seen.push(seq);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writers;
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n + 1));
    const all = await log.read<{ writer: number; n: number }>("s", 0, total);
    for (let writer = 0; writer < 8; writer++) {
      expect(all.filter(({ data }) => data.writer === writer).map(({ data }) => data.n)).toEqual(Array.from({ length: total / 8 }, (_, n) => n));
    }
  });

  test("trimming forgets old records, not the numbers, also over a restart", async () => {
    const started = await start();
    await started.engine.store.commit([], Array.from({ length: 5000 }, (_, n) => append("s", n + 1)));
    await started.engine.log.trim("s", 4998);
    await started.engine.log.trim("s", 10);
    await started.engine.log.trim("unknown", 10);
    expect((await started.engine.log.read("s", 0, 10)).map(({ seq }) => seq)).toEqual([4999, 5000]);
    await started.engine.log.trim("s", Number.POSITIVE_INFINITY);
    const { store, log } = await started.reopen();
    expect([await log.tip("s"), await log.read("s", 0, 10)]).toEqual([5000, []]);
    expect(await store.commit([], [append("s", "next")])).toMatchObject({ appended: [5001] });
  });

  test("a dropped stream is empty at once and begins again at 1, the others untouched", async () => {
    const { engine: { store, log } } = await start();
    await store.commit([], [...Array.from({ length: 3000 }, (_, n) => append("s", n)), append("t", 1)]);
    const [, commit] = await Promise.all([log.drop("s"), store.commit([], [append("s", "new")])]);
    expect(commit).toMatchObject({ appended: [1] });
    expect((await log.read("s", 0, 10)).map(({ data }) => data)).toEqual(["new"]);
    expect(await log.tip("t")).toBe(1);
    await log.drop("unknown");
  });

  test("watchers hear of streams below their prefix that grew", async () => {
    const { engine: { store, log } } = await start();
    const heard: string[] = [];
    const stop = log.watch("group/", (stream) => heard.push(stream));
    await store.commit([], [append("group/1", 1), append("other", 1)]);
    stop();
    await store.commit([], [append("group/2", 1)]);
    expect(heard).toEqual(["group/1"]);
  });
});
