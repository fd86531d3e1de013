// The contract of Store: atomic, ordered, versioned, watched.
import { describe, expect, test } from "vitest";
import { limits } from "../../src/kernel/limits.ts";
import { append, del, enqueue, hold, set, transact, unchanged, type Entry, type Key, type Store } from "../../src/ports/store.ts";
import { bytes, engines } from "./engines.ts";

const keysOf = (entries: readonly Entry[]): readonly Key[] => entries.map(({ key }) => key);

describe.each(engines)("store on the $name engine", ({ start }) => {
  test("what a commit set is read back with the commit's version, JSON as JSON and bytes as bytes", async () => {
    const { store } = (await start()).engine;
    const json = { text: "é\u0000\ud800", list: [1, null, { deep: true }], gone: undefined };
    const commit = await store.commit([], [set(["json"], json), set(["raw"], new Uint8Array([0, 255, 1])), set(["empty"], new Uint8Array(0)), set(["null"], null)]);
    expect(commit).toEqual({ ok: true, version: expect.any(Number), appended: [] });
    expect(await store.get(["json"])).toEqual({ key: ["json"], value: { text: json.text, list: json.list }, version: commit.ok && commit.version });
    expect((await store.get(["raw"]))?.value).toEqual(new Uint8Array([0, 255, 1]));
    expect((await store.get(["empty"]))?.value).toEqual(new Uint8Array(0));
    expect(await store.get(["null"])).toMatchObject({ value: null });
    expect(await store.get(["absent"])).toBeUndefined();
  });

  test("text and texts give what get and list give, as it is kept", async () => {
    const { store } = (await start()).engine;
    await store.commit([], [set(["a", 1], { text: "é\u0000\ud800\"", list: [1] }), set(["a", 2], new Uint8Array([0, 255])), set(["a", 3], "x"), set(["b"], 1)]);
    expect(await store.text(["a", 1])).toBe(JSON.stringify({ text: "é\u0000\ud800\"", list: [1] }));
    expect(await store.text(["a", 2])).toEqual(new Uint8Array([0, 255]));
    expect(await store.text(["a", 4])).toBeUndefined();
    expect(await store.texts({ prefix: ["a"], after: ["a", 1], limit: 10 })).toEqual([new Uint8Array([0, 255]), '"x"']);
    expect(await store.texts({ prefix: ["a"], reverse: true, limit: 1 })).toEqual(['"x"']);
  });

  test("a value of the largest size survives, as JSON and as bytes, and the caller's buffer stays usable", async () => {
    const { store } = (await start()).engine;
    const raw = new Uint8Array(limits.store.valueBytesMax).fill(7);
    const json = "é".repeat(limits.store.valueBytesMax / 2 - 1);
    await store.commit([], [set(["raw"], raw), set(["json"], json)]);
    expect(raw.byteLength).toBe(limits.store.valueBytesMax);
    expect(Buffer.compare((await store.get<Uint8Array>(["raw"]))?.value ?? bytes(""), raw)).toBe(0);
    expect((await store.get(["json"]))?.value).toBe(json);
  });

  test("nothing is found under a key that nobody can write, and lists begin where it would stand", async () => {
    const { store } = (await start()).engine;
    await store.commit([], [set(["a", "b"], 1), set(["a", "\uffff"], 2)]);
    expect([await store.get(["a", "\ud800"]), await store.text(["\udc00"]), await store.list({ prefix: ["\ud800"], limit: 10 }), await store.texts({ prefix: ["\ud800"], limit: 10 })]).toEqual([undefined, undefined, [], []]);
    expect((await store.list({ prefix: ["a"], after: ["a", "\ud800"], limit: 10 })).map(({ value }) => value)).toEqual([2]);
    expect((await store.list({ prefix: ["a"], from: ["a", "\ud800"], before: ["a", "\uffff\ud800"], limit: 10 })).map(({ value }) => value)).toEqual([2]);
    expect((await store.commit([{ key: ["\ud800"], version: null }], [set(["c"], 1)])).ok).toBe(true);
  });

  test("too large keys and values, and what is neither JSON nor bytes, are refused and nothing of the commit is written", async () => {
    const { store } = (await start()).engine;
    const refused: readonly (readonly [unknown, RegExp])[] = [
      [new Uint8Array(limits.store.valueBytesMax + 1), /at most 8388608 bytes/],
      ["é".repeat(limits.store.valueBytesMax / 2), /at most 8388608 bytes/],
      [undefined, /must be JSON or bytes, not undefined/],
      [() => 1, /must be JSON or bytes, not function/],
    ];
    for (const [value, message] of refused) await expect(store.commit([], [set(["other"], 1), set(["key"], value)])).rejects.toThrow(message);
    await expect(store.commit([], [set(["other"], 1), set(["k".repeat(limits.store.keyBytesMax)], 1)])).rejects.toThrow(/a key may have at most 4096 bytes/);
    await expect(store.commit([], [set(["other"], 1), set(["\ud800"], 1)])).rejects.toThrow(/lone surrogate/);
    await expect(store.get([Number.NaN])).rejects.toThrow(/NaN/);
    expect(await store.list({ prefix: [], limit: 10 })).toEqual([]);
  });

  test("versions grow with every commit, are never reused, and go on growing after a restart", async () => {
    const started = await start();
    const versions: number[] = [];
    let store: Store = started.engine.store;
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 3; n++) {
        const commit = await store.commit([], n === 1 ? [del(["k"])] : [set(["k"], n)]);
        if (commit.ok) versions.push(commit.version);
      }
      ({ store } = await started.reopen());
    }
    expect(versions).toHaveLength(9);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect((await store.get(["k"]))?.version).toBe(versions.at(-1));
  });

  test("a failing check writes nothing of any kind", async () => {
    const { store, queue, log, blobs } = (await start()).engine;
    await store.commit([], [set(["k"], 1)]);
    const blob = await blobs.write(bytes("content"));
    const writes = [set(["a"], 1), del(["k"]), append("stream", 1), enqueue("queue", 1, bytes("")), hold(blob, ["a"])];
    expect(await store.commit([{ key: ["k"], version: null }], writes)).toEqual({ ok: false });
    expect(await store.commit([{ key: ["absent"], version: 1 }], writes)).toEqual({ ok: false });
    expect(keysOf(await store.list({ prefix: [], limit: 10 }))).toEqual([["k"]]);
    expect(await log.tip("stream")).toBe(0);
    expect(await queue.pending("")).toEqual([]);
    await expect(blobs.bytes(blob.id)).rejects.toMatchObject({ name: "Outage" });
  });

  test("a check can not be fooled by deleting and setting again", async () => {
    const { store } = (await start()).engine;
    await store.commit([], [set(["k"], "same")]);
    const seen = await store.get(["k"]);
    await store.commit([], [del(["k"])]);
    await store.commit([], [set(["k"], "same")]);
    expect(await store.commit([unchanged(["k"], seen)], [set(["k"], "late")])).toEqual({ ok: false });
    expect((await store.get(["k"]))?.value).toBe("same");
  });

  test("of commits that arrive together each is judged by those before it, and a conflict harms only its own", async () => {
    const { store } = (await start()).engine;
    const create = (value: number): ReturnType<Store["commit"]> => store.commit([{ key: ["k"], version: null }], [set(["k"], value), set(["by", value], value)]);
    const results = await Promise.all([create(1), create(2), store.commit([], [set(["free"], 1)]), create(3)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, false]);
    expect(keysOf(await store.list({ prefix: [], limit: 10 }))).toEqual([["by", 1], ["free"], ["k"]]);
  });

  test("increments by many callers at once are all counted", async () => {
    const { store } = (await start()).engine;
    await store.commit([], [set(["n"], 0)]);
    await Promise.all(
      Array.from({ length: 16 }, () =>
        transact(store, async () => {
          const entry = await store.get<number>(["n"]);
          return { checks: [unchanged(["n"], entry)], writes: [set(["n"], (entry?.value ?? 0) + 1)], result: undefined };
        }),
      ),
    );
    expect((await store.get(["n"]))?.value).toBe(16);
  });

  test("the last write to a key within one commit wins", async () => {
    const { store } = (await start()).engine;
    await store.commit([], [set(["k"], 1), del(["k"]), set(["k"], 2), set(["j"], 1), del(["j"])]);
    expect((await store.get(["k"]))?.value).toBe(2);
    expect(await store.get(["j"])).toBeUndefined();
  });

  test("a list is in key order: numbers before strings, a prefix before its extensions, strings by UTF-8", async () => {
    const { store } = (await start()).engine;
    const ordered: readonly Key[] = [
      ["r"], ["r", -1e300], ["r", -2], ["r", -0.5], ["r", 0], ["r", 0, "x"], ["r", 1e-300], ["r", 2], ["r", 10],
      ["r", ""], ["r", "", "a"], ["r", "a"], ["r", "a", 1], ["r", "a\0"], ["r", "a\0b"], ["r", "a\u0001"], ["r", "a b"], ["r", "aa"], ["r", "é"], ["r", "\uffff"], ["r", "😀"],
      ["ra"],
    ];
    await store.commit([], ordered.toReversed().map((key) => set(key, 1)));
    expect(keysOf(await store.list({ prefix: [], limit: 100 }))).toEqual(ordered);
    expect(keysOf(await store.list({ prefix: ["r"], limit: 100 }))).toEqual(ordered.slice(0, -1));
    expect(keysOf(await store.list({ prefix: ["r"], limit: 100, reverse: true }))).toEqual(ordered.slice(0, -1).toReversed());
    expect(keysOf(await store.list({ prefix: ["r", "a"], limit: 100 }))).toEqual([["r", "a"], ["r", "a", 1]]);
  });

  test("from, after, before and limit cut a list, in both directions", async () => {
    const { store } = (await start()).engine;
    await store.commit([], [1, 2, 3, 4, 5].flatMap((n) => [set(["p", n], n), set(["p", n, "child"], n), set(["q", n], n)]));
    const values = async (range: Omit<Parameters<Store["list"]>[0], "prefix">): Promise<readonly unknown[]> => (await store.list({ prefix: ["p"], ...range })).map(({ value }) => value);
    expect(await values({ from: ["p", 2], before: ["p", 4], limit: 10 })).toEqual([2, 2, 3, 3]);
    expect(await values({ after: ["p", 2], before: ["p", 4], limit: 10 })).toEqual([2, 3, 3]);
    expect(await values({ after: ["p", 2, "child"], limit: 2 })).toEqual([3, 3]);
    expect(await values({ before: ["p", 3], limit: 2, reverse: true })).toEqual([2, 2]);
    expect(await values({ from: ["p", 4], limit: 10, reverse: true })).toEqual([5, 5, 4, 4]);
    expect(await values({ from: ["a"], before: ["z"], limit: 10 })).toHaveLength(10);
    expect(await values({ from: ["p", 4], before: ["p", 2], limit: 10 })).toEqual([]);
    expect(await values({ limit: 0 })).toEqual([]);
    await expect(values({ limit: limits.store.listMax + 1 })).rejects.toThrow(/limit/);
  });

  test("watchers hear of keys below their prefix once the commit can be read, until they stop; one that throws harms nobody", async () => {
    const { engine: { store }, warnings } = await start();
    const heard: Key[] = [];
    const readable: Promise<boolean>[] = [];
    store.watch(["p"], () => {
      throw new Error("a listener's own trouble");
    });
    const stop = store.watch(["p", 1], (key) => {
      heard.push(key);
      readable.push(store.get(key).then((entry) => entry !== undefined));
    });
    await store.commit([], [set(["p", 1], 1), set(["p", 1, "child"], 1), set(["p", 10], 1), set(["p", 2], 1)]);
    expect(heard).toEqual([["p", 1], ["p", 1, "child"]]);
    expect(await Promise.all(readable)).toEqual([true, true]);
    await store.commit([{ key: ["p", 1], version: null }], [set(["p", 1], 2)]);
    await store.commit([], [del(["p", 1, "child"])]);
    expect(heard).toEqual([["p", 1], ["p", 1, "child"], ["p", 1, "child"]]);
    expect(warnings).toHaveLength(5);
    stop();
    await store.commit([], [set(["p", 1], 3)]);
    expect(heard).toHaveLength(3);
  });

  test("commits under way when the engine closes are finished, later ones are refused as an outage", async () => {
    const started = await start();
    const { store } = started.engine;
    const under = Array.from({ length: 20 }, (_, n) => store.commit([], [set(["k", n], n)]));
    const reopened = await started.reopen();
    expect((await Promise.all(under)).every(({ ok }) => ok)).toBe(true);
    expect(await reopened.store.list({ prefix: ["k"], limit: 100 })).toHaveLength(20);
    await expect(store.commit([], [set(["k"], 1)])).rejects.toMatchObject({ name: "Outage", message: "commit failed: the engine is closed" });
    await expect(store.get(["k"])).rejects.toMatchObject({ name: "Outage" });
  });
});
