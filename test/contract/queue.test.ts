// The contract of Queue: leased, at least once, fenced by receipts, durable.
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/ports/engine.ts";
import type { Leased, QueueNews } from "../../src/ports/queue.ts";
import { ack, enqueue, set } from "../../src/ports/store.ts";
import { bytes, engines, text } from "./engines.ts";

const put = ({ store }: Engine, queue: string, ...bodies: readonly string[]): Promise<unknown> =>
  store.commit([], bodies.map((body) => enqueue(queue, { about: body }, bytes(body))));

function only(leased: readonly Leased[]): Leased {
  expect(leased).toHaveLength(1);
  return leased[0] as Leased;
}

describe.each(engines)("queue on the $name engine", ({ start }) => {
  test("messages come oldest first with their meta, body, age and attempt", async () => {
    const { engine, clock } = await start();
    await put(engine, "q", "one", "two");
    await clock.advance(5);
    await put(engine, "q", "three");
    const leased = await engine.queue.lease("q", 10, 1000);
    expect(leased.map(({ body }) => text(body))).toEqual(["one", "two", "three"]);
    expect(leased[2]).toMatchObject({ queue: "q", meta: { about: "three" }, attempt: 1, enqueuedAtMs: clock.now() });
    expect(await engine.queue.lease("q", 10, 1000)).toEqual([]);
    expect(await engine.queue.lease("unknown", 10, 1000)).toEqual([]);
  });

  test("a batch is at most as large as asked, and every message goes to one taker", async () => {
    const { engine } = await start();
    await put(engine, "q", ...Array.from({ length: 50 }, (_, n) => String(n)));
    expect(await engine.queue.lease("q", 3, 1000)).toHaveLength(3);
    expect(await engine.queue.lease("q", 0, 1000)).toEqual([]);
    const rest = (await Promise.all(Array.from({ length: 20 }, () => engine.queue.lease("q", 7, 1000)))).flat();
    expect(new Set(rest.map(({ id }) => id)).size).toBe(47);
    expect(rest).toHaveLength(47);
  });

  test("an expired lease is given to the next taker, with a higher attempt and another receipt; the old one can do nothing any more", async () => {
    const { engine, clock } = await start();
    const { queue, store } = engine;
    await put(engine, "q", "m");
    const first = only(await queue.lease("q", 1, 1000));
    await clock.advance(999);
    expect(await queue.lease("q", 1, 1000)).toEqual([]);
    await clock.advance(1);
    const second = only(await queue.lease("q", 1, 1000));
    expect(second).toMatchObject({ id: first.id, attempt: 2 });
    expect(second.receipt).not.toBe(first.receipt);
    expect([await queue.extend(first, 1000), await queue.release(first, 0), await queue.ack(first)]).toEqual([false, false, false]);
    expect(await store.commit([], [ack(first), set(["done"], 1)])).toEqual({ ok: false });
    expect(await store.get(["done"])).toBeUndefined();
    expect(await queue.ack(second)).toBe(true);
    expect(await queue.ack(second)).toBe(false);
    expect(await queue.pending("")).toEqual([]);
  });

  test("what a taker before the restart had leased can be given back at once, below a prefix; what is leased now or delayed stays hidden", async () => {
    const { engine, clock, reopen } = await start();
    await put(engine, "ours/q", "was under way");
    await put(engine, "theirs/q", "is a client's");
    await engine.store.commit([], [enqueue("ours/q", {}, bytes("later"), 60_000)]);
    await engine.queue.lease("ours/q", 1, 60_000);
    await engine.queue.lease("theirs/q", 1, 60_000);
    expect(await engine.queue.reclaim("ours/")).toBe(0);
    const { queue, store } = await reopen();
    await store.commit([], [enqueue("ours/q", {}, bytes("leased now"))]);
    await clock.advance(1);
    expect(await queue.lease("ours/q", 1, 60_000)).toHaveLength(1);
    expect(await queue.reclaim("ours/")).toBe(1);
    expect((await queue.lease("ours/q", 9, 1000)).map(({ body, attempt }) => [text(body), attempt])).toEqual([["was under way", 2]]);
    expect(await queue.lease("theirs/q", 9, 1000)).toEqual([]);
  });

  test("an ack in a commit removes the message together with the commit's writes", async () => {
    const { engine } = await start();
    await put(engine, "q", "m");
    const lease = only(await engine.queue.lease("q", 1, 1000));
    const [first, second] = await Promise.all([engine.store.commit([], [ack(lease), set(["first"], 1)]), engine.store.commit([], [ack(lease), set(["second"], 1)])]);
    expect([first.ok, second.ok]).toEqual([true, false]);
    expect((await engine.store.list({ prefix: [], limit: 9 })).map(({ key }) => key)).toEqual([["first"]]);
    expect(await engine.queue.counts("q")).toEqual({ visible: 0, leased: 0, delayed: 0, oldestAtMs: undefined });
  });

  test("extend moves the end of a lease, release gives the message back after its delay", async () => {
    const { engine: { queue }, engine, clock } = await start();
    await put(engine, "q", "m");
    const lease = only(await queue.lease("q", 1, 1000));
    expect(await queue.extend(lease, 5000)).toBe(true);
    await clock.advance(4999);
    expect(await queue.lease("q", 1, 1000)).toEqual([]);
    expect(await queue.release(lease, 300)).toBe(true);
    expect(await queue.release(lease, 300)).toBe(false);
    expect(await queue.counts("q")).toMatchObject({ visible: 0, leased: 0, delayed: 1 });
    await clock.advance(300);
    expect(only(await queue.lease("q", 1, 1000)).attempt).toBe(2);
  });

  test("a delayed message becomes visible when its time has come; counts and pending say so", async () => {
    const { engine, clock } = await start();
    const { queue, store } = engine;
    const t0 = clock.now();
    await store.commit([], [enqueue("a/late", 1, bytes("late"), 500)]);
    await put(engine, "a/now", "x", "y");
    await put(engine, "b", "z");
    expect(await queue.pending("a/")).toEqual([{ queue: "a/late", visibleAtMs: t0 + 500 }, { queue: "a/now", visibleAtMs: t0 }]);
    expect((await queue.pending("")).map((each) => each.queue)).toEqual(["a/late", "a/now", "b"]);
    expect(await queue.counts("a/late")).toEqual({ visible: 0, leased: 0, delayed: 1, oldestAtMs: t0 });
    only(await queue.lease("a/now", 1, 1000));
    expect(await queue.counts("a/now")).toEqual({ visible: 1, leased: 1, delayed: 0, oldestAtMs: t0 });
    await clock.advance(500);
    expect(text(only(await queue.lease("a/late", 1, 1000)).body)).toBe("late");
  });

  test("attempts, leases and messages survive a restart", async () => {
    const started = await start();
    await put(started.engine, "q", "m", "n");
    const lease = only(await started.engine.queue.lease("q", 1, 1000));
    const { queue } = await started.reopen();
    expect(await queue.counts("q")).toMatchObject({ visible: 1, leased: 1 });
    expect(await queue.extend(lease, 10)).toBe(true);
    await started.clock.advance(10);
    const again = await queue.lease("q", 2, 1000);
    expect(again.map(({ attempt }) => attempt).sort((a, b) => a - b)).toEqual([1, 2]);
    expect(await queue.ack(lease)).toBe(false);
  });

  test("watchers hear of enqueued and released messages of queues below their prefix", async () => {
    const { engine } = await start();
    const heard: string[] = [];
    const stop = engine.queue.watch("é/", ({ queue }) => heard.push(queue));
    await put(engine, "é/1", "m");
    await put(engine, "e/1", "m");
    const lease = only(await engine.queue.lease("é/1", 1, 1000));
    await engine.queue.release(lease, 0);
    await engine.queue.release(lease, 0);
    expect(heard).toEqual(["é/1", "é/1"]);
    stop();
    await put(engine, "é/1", "m");
    expect(heard).toHaveLength(2);
  });

  test("an onlooker sees what lies there in its order and hears what enters, and changes nothing", async () => {
    const { engine, clock } = await start();
    const { queue, store } = engine;
    const entered: QueueNews[] = [];
    queue.watch("q", (news) => entered.push(news));
    await put(engine, "q", "taken", "freed");
    await put(engine, "other", "m");
    const [taken, freed] = await queue.lease("q", 2, 1000);
    await queue.release(freed as Leased, 200);
    await clock.advance(10);
    await store.commit([], [enqueue("q", { about: "late" }, bytes("late"), 500)]);
    const all = await queue.look("q", { limit: 10 });
    expect(all.map(({ body, attempt, leased, visibleAtMs, groupReadyAtMs }) => [text(body), attempt, leased, visibleAtMs - clock.now(), groupReadyAtMs])).toEqual([
      ["taken", 1, true, 990, undefined], ["freed", 1, false, 190, undefined], ["late", 0, false, 500, undefined],
    ]);
    expect(all[0]).toMatchObject({ queue: "q", id: taken?.id, meta: { about: "taken" }, enqueuedAtMs: clock.now() - 10, firstLeasedAtMs: clock.now() - 10 });
    const ids = all.map(({ id }) => id);
    const idsAt = async (range: Parameters<typeof queue.look>[1]): Promise<readonly number[]> => (await queue.look("q", range)).map(({ id }) => id);
    expect([await idsAt({ limit: 2 }), await idsAt({ after: ids[1], limit: 2 }), await idsAt({ limit: 1, reverse: true }), await queue.look("unknown", { limit: 1 })]).toEqual([ids.slice(0, 2), ids.slice(2), ids.slice(2), []]);
    expect(entered.map((news) => news.entered && text(news.entered.body))).toEqual(["taken", "freed", undefined, "late"]);
    expect(entered[3]).toMatchObject({ queue: "q", entered: { meta: { about: "late" }, delayMs: 500 } });
    expect(entered.map(({ afterId }) => afterId && ids.filter((id) => id < afterId).length)).toEqual([0, 0, undefined, 2]);
    expect(await queue.ack(taken as Leased)).toBe(true);
  });

  test("purge removes everything of one queue, leased or not, and says how much", async () => {
    const { engine } = await start();
    await put(engine, "q", ...Array.from({ length: 4500 }, () => "m"));
    await put(engine, "other", "m");
    const leased = await engine.queue.lease("q", 5, 1000);
    expect(await engine.queue.purge("q")).toBe(4500);
    expect(await engine.queue.purge("q")).toBe(0);
    expect(await engine.queue.ack(leased[0] as Leased)).toBe(false);
    expect((await engine.queue.pending("")).map(({ queue }) => queue)).toEqual(["other"]);
  });

  test("large bodies and bytes as meta come back as they went, and the caller's buffer stays usable", async () => {
    const { engine } = await start();
    const body = new Uint8Array(1024 * 1024).fill(9);
    await engine.store.commit([], [enqueue("q", new Uint8Array([1, 2]), body)]);
    const lease = only(await engine.queue.lease("q", 1, 1000));
    expect(body.byteLength).toBe(1024 * 1024);
    expect(Buffer.compare(lease.body, body)).toBe(0);
    expect(lease.meta).toEqual(new Uint8Array([1, 2]));
  });

  test("durations and names that make no sense are refused, and commits beside them are not harmed", async () => {
    const { engine } = await start();
    await put(engine, "q", "m");
    const results = await Promise.allSettled([
      engine.queue.lease("q", 1, Number.POSITIVE_INFINITY), engine.store.commit([], [enqueue("q", 1, bytes(""), -1)]),
      engine.store.commit([], [enqueue("", 1, bytes(""))]), engine.store.commit([], [enqueue("\udc00", 1, bytes(""))]), put(engine, "q", "n"),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected", "fulfilled"]);
    expect(await engine.queue.lease("q", 10, 1000)).toHaveLength(2);
  });
});
