// The contract of message groups: order within a group, nothing overtakes what is leased, blocked groups cost nothing; and a random walk against a model.
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/ports/engine.ts";
import type { Leased } from "../../src/ports/queue.ts";
import { ack, enqueue } from "../../src/ports/store.ts";
import { bytes, engines, text } from "./engines.ts";
import { seeded } from "./seeded.ts";

const put = ({ store }: Engine, group: string, ...bodies: readonly string[]): Promise<unknown> => store.commit([], bodies.map((body) => enqueue("q", {}, bytes(body), 0, group)));
/** Those before the first that is hidden. */
const visible = <T extends { readonly endsMs: number }>(list: readonly T[], nowMs: number): readonly T[] => {
  const hidden = list.findIndex(({ endsMs }) => endsMs > nowMs);
  return hidden === -1 ? list : list.slice(0, hidden);
};
const bodies = (leased: readonly Leased[]): readonly string[] => leased.map(({ body }) => text(body));

describe.each(engines)("message groups on the $name engine", ({ start }) => {
  test("come in order; a group gives nothing behind a leased message, and the other groups do not notice", async () => {
    const { engine, clock } = await start();
    const { queue } = engine;
    await put(engine, "a", "a1", "a2", "a3");
    await put(engine, "b", "b1");
    const [a1, a2, b1] = [...(await queue.lease("q", 2, 1000)), ...(await queue.lease("q", 5, 1000))];
    expect(bodies([a1, a2, b1] as Leased[])).toEqual(["a1", "a2", "b1"]);
    await queue.ack(a1 as Leased);
    expect(await queue.lease("q", 5, 1000)).toEqual([]);
    await put(engine, "b", "b2");
    await engine.store.commit([], [ack(b1 as Leased)]);
    expect(bodies(await queue.lease("q", 5, 1000))).toEqual(["b2"]);
    expect(await queue.pending("")).toEqual([{ queue: "q", visibleAtMs: clock.now() + 1000 }]);
    expect(await queue.counts("q")).toMatchObject({ visible: 1, leased: 2 });
    await queue.ack(a2 as Leased);
    expect(bodies(await queue.lease("q", 5, 1000))).toEqual(["a3"]);
  });

  test("a message whose lease ends or that is released comes again before what follows it", async () => {
    const { engine, clock } = await start();
    const { queue } = engine;
    await put(engine, "a", "1", "2", "3");
    const [first] = await queue.lease("q", 1, 500);
    await clock.advance(500);
    const again = await queue.lease("q", 2, 500);
    expect(again.map(({ body, attempt }) => [text(body), attempt])).toEqual([["1", 2], ["2", 1]]);
    expect(again[0]?.firstLeasedAtMs).toBe(first?.firstLeasedAtMs);
    expect(await queue.endOf(first as Leased)).toBeUndefined();
    expect(await queue.endOf(again[0] as Leased)).toBe(clock.now() + 500);
    await queue.release(again[0] as Leased, 0);
    const [third] = await queue.lease("q", 5, 500);
    expect(bodies([third] as Leased[])).toEqual(["1"]);
    await queue.extend(again[1] as Leased, 0);
    expect(await queue.lease("q", 5, 500)).toEqual([]);
    await queue.extend(third as Leased, 0);
    expect(bodies(await queue.lease("q", 5, 500))).toEqual(["1", "2", "3"]);
  });

  test("a delayed first message holds its group; purging old messages leaves the young ones in order", async () => {
    const { engine, clock } = await start();
    const { queue } = engine;
    await engine.store.commit([], [enqueue("q", {}, bytes("late"), 300, "a")]);
    await put(engine, "a", "2");
    expect(await queue.lease("q", 5, 500)).toEqual([]);
    await clock.advance(300);
    expect(bodies(await queue.lease("q", 5, 100))).toEqual(["late", "2"]);
    await put(engine, "a", "3");
    expect(await queue.purge("q", clock.now())).toBe(2);
    expect(bodies(await queue.lease("q", 5, 100))).toEqual(["3"]);
    expect(await queue.purge("q")).toBe(1);
    expect(await queue.pending("")).toEqual([]);
  });

  test("a random walk gives out what a plain list of lists would", async () => {
    const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
    process.stdout.write(`message groups against a model, seed ${seed}\n`);
    const random = seeded(seed);
    const pick = (n: number): number => Math.floor(random() * n);
    const { engine, clock } = await start();
    const model = new Map<string, { body: string; endsMs: number }[]>();
    const held: Leased[] = [];
    for (let step = 0; step < 250; step++) {
      const act = pick(10);
      if (act < 4) {
        const [group, body] = [`g${pick(4)}`, String(step)];
        await put(engine, group, body);
        model.set(group, [...(model.get(group) ?? []), { body, endsMs: 0 }]);
      } else if (act < 7) {
        const max = 1 + pick(5);
        const leased = await engine.queue.lease("q", max, 50);
        const open = [...model.values()].map((list) => visible(list, clock.now()));
        expect(leased.length, `step ${step}`).toBe(Math.min(max, open.flat().length));
        for (const list of open) {
          const mine = list.filter(({ body }) => bodies(leased).includes(body));
          expect(mine, `step ${step}`).toEqual(list.slice(0, mine.length));
          for (const message of mine) message.endsMs = clock.now() + 50;
        }
        held.push(...leased);
      } else if (act < 9 && held.length > 0) {
        const [lease] = held.splice(pick(held.length), 1) as [Leased];
        if (await engine.queue.ack(lease)) for (const [group, list] of model) model.set(group, list.filter(({ body }) => body !== text(lease.body)));
      } else if (act === 9 && pick(2) === 0 && held.length > 0) {
        const [lease] = held.splice(pick(held.length), 1) as [Leased];
        if (await engine.queue.release(lease, 0)) for (const message of [...model.values()].flat()) if (message.body === text(lease.body)) message.endsMs = 0;
      } else await clock.advance(pick(60));
    }
  });
});
