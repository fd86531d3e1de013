// Schedules on the real engine and a clock turned by hand: what fires when, across changes and restarts; and paths and inputs on their own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { openQueues } from "../queues/open-queues.ts";
import type { Queues } from "../queues/queues.ts";
import type { Buses } from "./buses.ts";
import { openClockwork } from "./clockwork.ts";
import { openBuses } from "./open-buses.ts";
import { readPath } from "./path.ts";
import { TICKS } from "./ticks.ts";

const scope = { account: "000000000000", region: "us-east-1" };
const bus = { ...scope, name: "default" };
const MINUTE = 60_000;
/** A full minute. */
const START = Date.parse("2026-11-26T12:00:00Z");

interface House {
  readonly clock: FakeClock;
  engine: Engine;
  queues: Queues;
  buses: Buses;
  stop(): Promise<void>;
  begin(): Promise<void>;
  /** Times of what has fired since the last look, once so many have, and no more. */
  fired(count: number): Promise<readonly string[]>;
  put(name: string, schedule: string, enabled?: boolean): Promise<void>;
}

async function open(): Promise<House> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-buses-"));
  const clock = fakeClock(START);
  const failures: unknown[] = [];
  const warn = (sentence: string, error: unknown): void => void failures.push([sentence, error]);
  const elsewhere = (): Promise<never> => Promise.reject(new Error("there is nothing but queues here"));
  const begin = async () => {
    const engine = await openEmbedded({ dir, clock });
    const queues = await openQueues({ store: engine.store, queue: engine.queue, clock, logger: { error: (fields, sentence) => warn(sentence, fields) } });
    const heart = { mayInvoke: elsewhere, versionOf: elsewhere, asyncInvocation: () => { throw new Error("there are no functions here"); } };
    const buses = openBuses({ store: engine.store, clock, queues, heart, streams: { planPut: elsewhere }, topics: elsewhere });
    const clockwork = openClockwork({ store: engine.store, queue: engine.queue, clock, buses: async () => buses, warn });
    return { engine, queues, buses, clockwork };
  };
  let parts = await begin();
  const settings = {
    visibilitySeconds: 30, delaySeconds: 0, waitSeconds: 0, retentionSeconds: 1_209_600, messageBytesMax: 1_048_576, managedSse: true,
    policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" }] }),
  };
  await parts.queues.records.create({ ...scope, name: "told" }, settings, {});
  const house: House = {
    clock, ...parts,
    stop: async () => {
      await parts.clockwork[Symbol.asyncDispose]();
      parts.buses[Symbol.dispose]();
      await parts.queues[Symbol.asyncDispose]();
      await parts.engine.close();
    },
    begin: async () => {
      parts = await begin();
      Object.assign(house, parts);
    },
    fired: async (count) => {
      const queue = await house.queues.records.find({ ...scope, name: "told" });
      const seen: string[] = [];
      if (!queue) throw new Error("the queue is gone");
      while (seen.length < count) {
        const messages = (await house.queues.receive(queue, { max: 10 })) ?? [];
        for (const { body, handle } of messages) {
          seen.push((JSON.parse(body) as { time: string }).time.slice(11, 16));
          await house.queues.remove(queue, handle);
        }
        if (messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return seen.toSorted();
    },
    put: async (name, schedule, enabled = true) => {
      await house.buses.rules.put(bus, name, { schedule, enabled }, { createdBy: scope.account, tags: {} });
      await house.buses.rules.change(bus, name, () => ({ targets: [{ id: "q", arn: "arn:aws:sqs:us-east-1:000000000000:told" }] }));
    },
  };
  onTestFinished(async () => {
    await house.stop();
    await rm(dir, { recursive: true, force: true });
    expect(failures).toEqual([]);
  });
  return house;
}

describe("a schedule", () => {
  test("fires at each of its times, once", async () => {
    const house = await open();
    await house.put("r", "rate(2 minutes)");
    await house.put("c", "cron(1,3 * * * ? *)");
    for (const expected of [["12:01"], ["12:02"], ["12:03"], ["12:04"], [], ["12:06"]]) {
      await house.clock.advance(MINUTE);
      expect(await house.fired(expected.length)).toEqual(expected);
    }
  });

  test("goes on when its rule is put again as it is, and begins anew when it is another or was switched off", async () => {
    const house = await open();
    await house.put("r", "rate(5 minutes)");
    await house.clock.advance(3 * MINUTE);
    await house.put("r", "rate(5 minutes)");
    await house.clock.advance(2 * MINUTE);
    expect(await house.fired(1)).toEqual(["12:05"]);
    await house.buses.rules.change(bus, "r", () => ({ enabled: false }));
    await house.clock.advance(7 * MINUTE);
    await house.buses.rules.change(bus, "r", () => ({ enabled: true }));
    await house.clock.advance(4 * MINUTE);
    await house.put("r", "rate(3 minutes)");
    await house.clock.advance(3 * MINUTE);
    expect(await house.fired(1)).toEqual(["12:19"]);
    await house.buses.rules.remove(bus, "r", true);
    await house.clock.advance(9 * MINUTE);
    // Ticks of what is no more are gone when their time has come, and nobody was told.
    await expect.poll(() => house.engine.queue.counts(TICKS), { timeout: 20_000 }).toMatchObject({ visible: 0, leased: 0, delayed: 0 });
    const queue = await house.queues.records.find({ ...scope, name: "told" });
    expect(queue && (await house.queues.counts(queue))).toMatchObject({ visible: 0, leased: 0 });
  });

  test("that came round while nothing ran fires once, late, and then in its beat", async () => {
    const house = await open();
    await house.put("r", "rate(1 minute)");
    await house.clock.advance(MINUTE);
    expect(await house.fired(1)).toEqual(["12:01"]);
    // The next tick is there before the server goes.
    await expect.poll(() => house.engine.queue.counts(TICKS), { timeout: 20_000 }).toMatchObject({ delayed: 1, leased: 0 });
    await house.stop();
    await house.clock.advance(10 * MINUTE + 20_000);
    await house.begin();
    await house.clock.advance(1);
    expect(await house.fired(1)).toEqual(["12:02"]);
    await house.clock.advance(40_000);
    expect(await house.fired(1)).toEqual(["12:12"]);
  });
});

test.each([
  ["$", { a: 1 }], ["$.a", 1], ["$.b", undefined], ["$.a.b", undefined], ["$.list[1].x", undefined], ["$.list[0].x", 2], ["$.list[*].x", [2]], ["$.list.*.x", [2]], ["$['*']", undefined], ["$['a b']", 3], ['$["a b"]', 3], ["$.a-b", 4], ["$.constructor", undefined], ["$.list.length", undefined],
] as const)("the path %s leads to %j", (path, expected) => {
  const event = path === "$" ? { a: 1 } : { a: 1, list: [{ x: 2 }, {}], "a b": 3, "a-b": 4 };
  expect(readPath(path)?.(event)).toEqual(expected);
});

test.each(["", "a", "a.b", "$a", "$..a", "$.", "$[", "$[-1]", "$[x]", "$.a[", "$.a b", "$.a[?(@.b)]", "$.a*", "$*"])("%j is no path", (path) => {
  expect(readPath(path)).toBeUndefined();
});
