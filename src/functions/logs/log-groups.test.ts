import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import { outage } from "../../kernel/fault.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Store } from "../../ports/store.ts";
import type { LogGroup, LogGroups, LogStream, Position, StoredEvent, TimeRange } from "./log-groups.ts";
import { openLogGroups } from "./open-log-groups.ts";

const START = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const scope = { account: "000000000000", region: "us-east-1" };
const always: TimeRange = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const quiet = { warn: () => undefined, error: () => undefined };

let dir: string;
let clock: FakeClock;
let engine: Engine;
let logs: LogGroups;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-logs-"));
  clock = fakeClock(START);
  engine = await openEmbedded({ dir, clock });
  logs = openLogGroups({ store: engine.store, clock, logger: quiet });
});

afterEach(async () => {
  await logs[Symbol.asyncDispose]();
  await engine.close();
  await rm(dir, { recursive: true });
});

describe("the sink", () => {
  it("creates group and stream and keeps the order of lines", async () => {
    for (let n = 0; n < 500; n++) logs.write(scope, "/aws/lambda/f", "s", { timestampMs: START, message: `line ${n}` });
    await logs.flush();
    expect((await readAll("/aws/lambda/f")).map(({ message }) => message)).toEqual(Array.from({ length: 500 }, (_, n) => `line ${n}`));
    expect(await stream("/aws/lambda/f", "s")).toMatchObject({ firstMs: START, lastMs: START, ingestedMs: START });
  });

  it("lets readers see what was written before them", async () => {
    logs.write(scope, "g", "s", { timestampMs: START, message: "here" });
    expect((await readAll("g")).map(({ message }) => message)).toEqual(["here"]);
  });

  it("flushes by itself after a moment", async () => {
    const grown = new Promise<void>((resolve) => void engine.store.watch(["logs", "chunk"], () => resolve()));
    logs.write(scope, "g", "s", { timestampMs: START, message: "x" });
    await clock.advance(1_000);
    await grown;
  });

  it("writes a group of lines in a tenth of a second, however busy the function is", async () => {
    let commits = 0;
    const counting: Store = {
      ...engine.store,
      commit: async (checks, writes) => {
        commits++;
        const done = await engine.store.commit(checks, writes);
        // A busy function goes on while its lines are written.
        own.write(scope, "g", "s", { timestampMs: START, message: "one more" });
        return done;
      },
    };
    const own = openLogGroups({ store: counting, clock, logger: quiet });
    own.write(scope, "g", "s", { timestampMs: START, message: "first" });
    await expect.poll(async () => (await clock.advance(10), commits), { interval: 5 }).toBeGreaterThanOrEqual(4);
    expect(clock.now() - START).toBeGreaterThanOrEqual(400);
    await own[Symbol.asyncDispose]();
  });

  it("creates one group for several new streams", async () => {
    for (const name of ["a", "b", "c"]) logs.write(scope, "g", name, { timestampMs: START, message: name });
    await logs.flush();
    expect((await readAll("g")).map(({ message }) => message)).toEqual(["a", "b", "c"]);
  });

  it("starts anew after its group was deleted, and shows nothing of the old one", async () => {
    logs.write(scope, "g", "s", { timestampMs: START, message: "old" });
    await logs.flush();
    expect(await logs.groups.remove(scope, "g")).toBe(true);
    logs.write(scope, "g", "s", { timestampMs: START, message: "new" });
    expect((await readAll("g")).map(({ message }) => message)).toEqual(["new"]);
    expect(await logs.sweep()).toBe(1);
    expect((await readAll("g")).map(({ message }) => message)).toEqual(["new"]);
  });

  it("splits a line past the limit without cutting a character", async () => {
    const message = "é".repeat(200_000);
    logs.write(scope, "g", "s", { timestampMs: START, message });
    const parts = await readAll("g");
    expect(parts.length).toBe(2);
    expect(parts.map((part) => part.message).join("")).toBe(message);
  });

  it("keeps lines while the store fails, tells the operator once, and loses none", async () => {
    const told: string[] = [];
    let broken = true;
    const failing: Store = { ...engine.store, commit: (checks, writes) => (broken ? Promise.reject(outage("store.commit", { cause: new Error("disk full"), retryable: true })) : engine.store.commit(checks, writes)) };
    const own = openLogGroups({ store: failing, clock, logger: { ...quiet, error: (_fields, sentence) => void told.push(sentence) } });
    own.write(scope, "g", "s", { timestampMs: START, message: "one" });
    await clock.advance(1_000);
    own.write(scope, "g", "s", { timestampMs: START, message: "two" });
    await clock.advance(5_000);
    expect(told.length).toBe(1);
    broken = false;
    await own[Symbol.asyncDispose]();
    expect((await readAll("g")).map(({ message }) => message)).toEqual(["one", "two"]);
  });

  it("drops past its memory bound with a count in the stream", async () => {
    const line = "x".repeat(1_000_000);
    for (let n = 0; n < 100; n++) logs.write(scope, "g", "s", { timestampMs: START, message: line });
    await logs.flush();
    const last = (await readAll("g")).at(-1);
    expect(last?.message).toMatch(/^\[FUGAZ\] \d+ log lines were dropped/);
  });
});

describe("events", () => {
  it("come in the order of their timestamps whatever the order of ingestion", async () => {
    await logs.groups.create(scope, "g", { tags: {} });
    const seed = 20261123;
    const expected: number[] = [];
    for (const name of ["a", "b", "c"]) {
      await logs.streams.create(await group("g"), name);
      for (let batch = 0; batch < 12; batch++) {
        const times = Array.from({ length: 40 }, (_, n) => START + Math.floor(random(seed + batch * 1000 + n + name.charCodeAt(0) * 77) * 300_000));
        expected.push(...times);
        expect(await logs.events.put(await group("g"), name, times.map((timestampMs) => ({ timestampMs, message: `${name}${timestampMs}` })))).toBe(true);
      }
    }
    const events = await readAll("g");
    expect(events.map(({ timestampMs }) => timestampMs)).toEqual(expected.sort((a, b) => a - b));

    // Paged forward and backward, nothing is missing and nothing comes twice.
    const paged: StoredEvent[] = [];
    for (let after: Position | undefined; ; after = paged.at(-1)) {
      const page = await readSome("g", ["a", "b", "c"], after, 97);
      paged.push(...page);
      if (page.length < 97) break;
    }
    expect(paged).toEqual(events);
    const back: StoredEvent[] = [];
    for (let before: Position | undefined; ; before = back.at(-1)) {
      const page: StoredEvent[] = [];
      await logs.events.backward(await group("g"), await stream("g", "b"), always, before, (event) => page.push(event) < 31);
      back.push(...page);
      if (page.length < 31) break;
    }
    expect(back.toReversed()).toEqual(events.filter((event) => event.stream === "b"));

    // A window of time holds exactly its events.
    const range = { fromMs: START + 100_000, toMs: START + 150_000 };
    const window: StoredEvent[] = [];
    await logs.events.forward(await group("g"), await streams("g"), range, undefined, (event) => window.push(event) > 0);
    expect(window).toEqual(events.filter(({ timestampMs }) => timestampMs >= range.fromMs && timestampMs < range.toMs));
  });

  it("can not be put into a deleted stream", async () => {
    await logs.groups.create(scope, "g", { tags: {} });
    const owner = await group("g");
    await logs.streams.create(owner, "s");
    await logs.streams.remove(owner, "s");
    expect(await logs.events.put(owner, "s", [{ timestampMs: START, message: "x" }])).toBe(false);
  });

  it("expire with their group's retention: unread at once, removed by the sweep", async () => {
    await logs.groups.create(scope, "g", { tags: {}, retentionDays: 1 });
    await logs.streams.create(await group("g"), "s");
    await logs.events.put(await group("g"), "s", [{ timestampMs: START - 60_000, message: "first" }, { timestampMs: START + DAY_MS / 2, message: "second" }]);
    await clock.advance(DAY_MS);
    expect((await readAll("g")).map(({ message }) => message)).toEqual(["second"]);
    await logs.sweep();
    expect((await engine.store.list({ prefix: ["logs", "chunk"], limit: 9 })).length).toBe(1);
    expect(await stream("g", "s")).toMatchObject({ firstMs: START + DAY_MS / 2 });
    expect(await logs.groups.storedBytes(await group("g"))).toBe(26);
  });
});

describe("records", () => {
  it("list by prefix, both ways, in pages", async () => {
    for (const name of ["a", "b1", "b2", "b3", "c"]) await logs.groups.create(scope, name, { tags: {} });
    expect(await logs.groups.create(scope, "a", { tags: {} })).toBe(false);
    const names = async (query: Parameters<LogGroups["groups"]["list"]>[1]): Promise<readonly string[]> => (await logs.groups.list(scope, query)).map(({ name }) => name);
    expect(await names({ prefix: "b", limit: 2 })).toEqual(["b1", "b2"]);
    expect(await names({ prefix: "b", after: "b2", limit: 2 })).toEqual(["b3"]);
    expect(await names({ prefix: "b", limit: 2, descending: true })).toEqual(["b3", "b2"]);
    expect(await names({ prefix: "b", after: "b2", limit: 2, descending: true })).toEqual(["b1"]);
    expect(await logs.groups.list({ ...scope, region: "eu-west-1" }, { prefix: "", limit: 9 })).toEqual([]);
  });

  it("change only what exists", async () => {
    await logs.groups.create(scope, "g", { tags: { a: "1" } });
    expect(await logs.groups.update(scope, "g", ({ tags }) => ({ tags: { ...tags, b: "2" }, retentionDays: 3 }))).toBe(true);
    expect(await group("g")).toMatchObject({ tags: { a: "1", b: "2" }, retentionDays: 3 });
    expect(await logs.groups.update(scope, "nope", ({ tags }) => ({ tags }))).toBe(false);
    expect(await logs.groups.remove(scope, "nope")).toBe(false);
  });
});

async function group(name: string): Promise<LogGroup> {
  const found = await logs.groups.find(scope, name);
  if (!found) throw new Error(`no group ${name}`);
  return found;
}

async function stream(groupName: string, name: string): Promise<LogStream> {
  const found = await logs.streams.find(await group(groupName), name);
  if (!found) throw new Error(`no stream ${name}`);
  return found;
}

const streams = async (name: string): Promise<readonly LogStream[]> => logs.streams.list(await group(name), { prefix: "", limit: 1000 });

async function readAll(name: string): Promise<readonly StoredEvent[]> {
  return readSome(name, (await streams(name)).map((one) => one.name), undefined, Infinity);
}

async function readSome(name: string, streamNames: readonly string[], after: Position | undefined, limit: number): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  const wanted = (await streams(name)).filter((one) => streamNames.includes(one.name));
  await logs.events.forward(await group(name), wanted, always, after, (event) => events.push(event) < limit);
  return events;
}

/** A number in [0, 1) that depends only on the seed. */
function random(seed: number): number {
  const x = Math.sin(seed) * 10_000;
  return x - Math.floor(x);
}
