// Random commands on a stream against plain lists; replay with FUGAZ_TEST_SEED=<the printed seed>.
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import { set } from "../../ports/store.ts";
import { seeded } from "../../../test/contract/seeded.ts";
import { hashOf, hexOf, HASH_KEY_MAX, numberOf, shardFor } from "./hash-keys.ts";
import { openStreams } from "./open-streams.ts";
import type { NewRecord } from "./put.ts";
import { mergeShards, scaleTo, splitShard } from "./reshard.ts";
import { parseNumber } from "./sequence.ts";
import { horizonMs, openShards, shardIdOf, streamKey, type Shard, type Stream } from "./stream.ts";

const ref = { account: "000000000000", region: "us-east-1", name: "s" };
const settings = { mode: "PROVISIONED", shards: 2, retentionHours: 24, recordKibMax: 1024, tags: {} } as const;

function begin() {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? randomInt(2 ** 31));
  console.info(`streams: FUGAZ_TEST_SEED=${seed}`);
  const random = seeded(seed);
  return { random, upTo: (max: number) => Math.floor(random() * (max + 1)), seed };
}

async function open(clock = fakeClock()) {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-streams-"));
  const engine = await openEmbedded({ dir, clock });
  const streams = openStreams({ store: engine.store, log: engine.log, clock, enforceRates: false, warn: (_sentence, error) => expect.unreachable(String(error)) });
  onTestFinished(async () => {
    await streams[Symbol.asyncDispose]();
    await engine.close();
    await rm(dir, { recursive: true, force: true });
  });
  await streams.create(ref, settings);
  const find = async (): Promise<Stream> => (await streams.find(ref)) ?? expect.unreachable("the stream is there");
  return { clock, engine, streams, find };
}

test("a stream's first shards are as old as the stream, however time runs", async () => {
  const clock = fakeClock();
  let ticks = 0;
  const { find } = await open({ ...clock, now: () => clock.now() + ticks++ });
  const { createdMs, shards } = await find();
  expect(shards.map((shard) => shard.createdMs)).toEqual([createdMs, createdMs]);
});

/** One random change of the shards. */
function reshard(stream: Stream, upTo: (max: number) => number, nowMs: number): Stream {
  const sorted = openShards(stream).toSorted((a, b) => (a.start < b.start ? -1 : 1));
  const n = upTo(sorted.length - 1);
  const [shard, next] = [sorted[n], sorted[n + 1]];
  const way = upTo(2);
  if (way === 0 && shard && numberOf(shard.end) - numberOf(shard.start) > 10n) return splitShard(stream, shard, (numberOf(shard.start) + numberOf(shard.end)) / 2n, nowMs);
  if (way === 1 && shard && next) return mergeShards(stream, shard, next, nowMs);
  return scaleTo(stream, 1 + upTo(5), nowMs);
}

interface Known {
  readonly sequenceNumber: string;
  readonly text: string;
  readonly atMs: number;
}

test("a stream is its lists of records: in order, numbered upwards through splits and merges, each gone when it has expired", async () => {
  const { random, upTo } = begin();
  const { clock, streams, find } = await open();
  const model = new Map<string, Known[]>();
  let serial = 0;

  const put = async (): Promise<void> => {
    const records: NewRecord[] = Array.from({ length: 1 + upTo(serial === 0 ? 1200 : 8) }, () => {
      const text = `${serial++}${"x".repeat(random() < 0.02 ? upTo(100_000) : upTo(50))}`;
      return { partitionKey: `key-${upTo(20)}`, data: Buffer.from(text), ...(random() < 0.3 ? { hashKey: hexOf((BigInt(upTo(1000)) * HASH_KEY_MAX) / 1000n) } : {}) };
    });
    const stream = await find();
    const outcomes = (await streams.put(ref, records)) ?? [];
    outcomes.forEach((outcome, n) => {
      const record = records[n];
      if (!record || !("sequenceNumber" in outcome)) return expect.unreachable("nothing is refused");
      expect(outcome.shardId).toBe(shardIdOf(shardFor(stream, record.hashKey ?? hashOf(record.partitionKey)).index));
      const list = model.get(outcome.shardId) ?? [];
      model.set(outcome.shardId, [...list, { sequenceNumber: outcome.sequenceNumber, text: Buffer.from(record.data).toString(), atMs: clock.now() }]);
    });
  };
  const readAll = async (stream: Stream, shard: Shard, from: Parameters<typeof streams.place>[2]): Promise<readonly Known[]> => {
    const found: Known[] = [];
    for (let place = await streams.place(stream, shard, from); ; ) {
      const page = await streams.read(stream, shard, place, { recordsMax: 1 + upTo(300), bytesMax: 1 + upTo(150_000) });
      found.push(...page.records.map(({ sequenceNumber, data, arrivedMs }) => ({ sequenceNumber, text: Buffer.from(data).toString(), atMs: arrivedMs })));
      place = page.next;
      expect(page.ended).toBe(page.behindMs === 0 && shard.closedMs !== undefined);
      if (page.behindMs === 0) return found;
    }
  };
  const check = async (): Promise<void> => {
    const stream = await find();
    for (const shard of stream.shards) {
      const list = (model.get(shardIdOf(shard.index)) ?? []).filter(({ atMs }) => atMs >= horizonMs(stream, clock.now()));
      expect(await readAll(stream, shard, "TRIM_HORIZON")).toEqual(list);
      const middle = list[upTo(list.length)];
      if (middle) {
        expect(await readAll(stream, shard, { sinceMs: middle.atMs })).toEqual(list.filter(({ atMs }) => atMs >= middle.atMs));
        expect(parseNumber(middle.sequenceNumber)?.ofStream(stream, shard)).toBe(true);
      }
    }
  };

  for (let step = 0; step < 80; step++) {
    const dice = random();
    if (dice < 0.55) await put();
    else if (dice < 0.7) await streams.change(ref, (stream) => reshard(stream, upTo, clock.now()));
    else if (dice < 0.75) await streams.change(ref, (stream) => ({ ...stream, retentionHours: 24 + upTo(24) }));
    else if (dice < 0.9) await clock.advance(upTo(3) === 0 ? upTo(8) * 3_600_000 : upTo(10_000));
    else if (dice < 0.95) await streams.sweep();
    else await check();
  }
  await check();
  const numbers = [...model.values()].map((list) => list.map(({ sequenceNumber }) => BigInt(sequenceNumber)));
  for (const list of numbers) expect(list).toEqual(list.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(numbers.flat()).size).toBe(numbers.flat().length);
});

test("who follows a shard and then its children gets every record once, in commit order, while writers race with splits and merges", async () => {
  const { random, upTo } = begin();
  const { clock, engine, streams, find } = await open();
  const written = new Map<string, string[]>();
  const read = new Map<string, string[]>();
  const left = new AbortController();
  const followed = new Map<number, Promise<void>>();
  const followShard = async (shard: Shard): Promise<void> => {
    const stream = await find();
    const list: string[] = [];
    read.set(shardIdOf(shard.index), list);
    for await (const page of streams.follow(stream, shard, await streams.place(stream, shard, "TRIM_HORIZON"), { recordsMax: 1 + upTo(50), bytesMax: 100_000, idleMs: 60_000, signal: left.signal })) {
      list.push(...page.records.map(({ sequenceNumber }) => sequenceNumber));
      if (page.ended) for (const child of (await find()).shards.filter(({ parents }) => parents.includes(shard.index))) start(child);
    }
  };
  const start = (shard: Shard): void => void (followed.has(shard.index) || followed.set(shard.index, followShard(shard)));
  (await find()).shards.forEach(start);

  const writer = async (): Promise<void> => {
    for (let n = 0; n < 40; n++) {
      const records = Array.from({ length: 1 + upTo(20) }, () => ({ partitionKey: String(random()), data: Buffer.from("x") }));
      for (const outcome of (await streams.put(ref, records)) ?? []) {
        if (!("sequenceNumber" in outcome)) return expect.unreachable("nothing is refused");
        written.set(outcome.shardId, [...(written.get(outcome.shardId) ?? []), outcome.sequenceNumber]);
      }
    }
  };
  const resharder = async (): Promise<void> => {
    for (let n = 0; n < 15; n++) {
      await streams.change(ref, (stream) => reshard(stream, upTo, clock.now()));
      await engine.store.commit([], [set(["other"], n)]);
    }
  };
  await Promise.all([writer(), writer(), writer(), resharder()]);
  const byNumber = (list: readonly string[]): readonly string[] => list.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const expected = Object.fromEntries([...written].map(([shardId, list]) => [shardId, byNumber(list)]));
  await expect.poll(() => Object.fromEntries([...read].filter(([, list]) => list.length > 0))).toEqual(expected);
  left.abort();
  await Promise.all(followed.values());
});

test("a put can be a part of somebody else's commit, which fails when the shards have changed", async () => {
  const { clock, engine, streams, find } = await open();
  const records = [{ partitionKey: "a", data: Buffer.from("one") }, { partitionKey: "b", data: Buffer.from("two") }];
  const stale = await streams.planPut(ref, records);
  await streams.change(ref, (stream) => scaleTo(stream, 4, clock.now()));
  expect(await engine.store.commit(stale?.checks ?? [], [set(["mine"], 1), ...(stale?.writes ?? [])])).toEqual({ ok: false });
  const plan = (await streams.planPut(ref, records)) ?? expect.unreachable("the stream is there");
  const commit = await engine.store.commit(plan.checks, [set(["mine"], 1), ...plan.writes]);
  if (!commit.ok) return expect.unreachable("nobody else is there");
  const outcomes = plan.outcomes(commit.appended);
  const stream = await find();
  for (const [n, outcome] of outcomes.entries()) {
    const shard = stream.shards.find(({ index }) => shardIdOf(index) === outcome.shardId) ?? expect.unreachable("the shard is there");
    const page = await streams.read(stream, shard, await streams.place(stream, shard, "TRIM_HORIZON"), { recordsMax: 10, bytesMax: 1000 });
    expect(page.records.map(({ sequenceNumber, data }) => ({ sequenceNumber, text: Buffer.from(data).toString() }))).toContainEqual({
      sequenceNumber: "sequenceNumber" in outcome ? outcome.sequenceNumber : "", text: Buffer.from(records[n]?.data ?? []).toString(),
    });
  }
});

test("what a deleted stream held goes, and its name leads to a new one", async () => {
  const { engine, streams, find } = await open();
  await streams.put(ref, [{ partitionKey: "a", data: Buffer.from("old") }]);
  const old = await find();
  await streams.remove(ref, () => undefined);
  expect(await streams.find(ref)).toBeUndefined();
  await streams.sweep();
  expect(await engine.store.list({ prefix: ["kinesis"], limit: 10 })).toEqual([]);
  const fresh = await streams.create(ref, settings);
  expect(fresh?.id).not.toBe(old.id);
  expect(await engine.store.get(streamKey(ref))).toBeDefined();
});
