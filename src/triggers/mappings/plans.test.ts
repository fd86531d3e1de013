// The plans of mappings, as pure functions: scaling, batches, answers, filters, retries, progress, windows.
import { describe, expect, test } from "vitest";
import { seeded } from "../../../test/contract/seeded.ts";
import { verdictOf } from "./answer.ts";
import { batchLength, inBatches } from "./batches.ts";
import { compileFilters } from "./filters.ts";
import { sourceKindOf } from "./mapping.ts";
import { grown, newGrowth, nextMs, scaleOf, visibilityFor } from "./sqs/scaling.ts";
import { afterFailure, tooOld } from "./streams/after-failure.ts";
import { laneOf } from "./streams/lane-of.ts";
import { newProgress } from "./streams/progress.ts";
import { stateIn, windowFields, windowOf } from "./streams/windows.ts";

describe("the batches of a queue", () => {
  test("are five at first, 300 more a minute while all run, and 1250 at most", () => {
    const scale = scaleOf({});
    let growth = newGrowth(scale, 0);
    expect(growth.allowed).toBe(5);
    growth = grown(scale, growth, 5, 1000);
    expect(growth.allowed).toBe(5);
    growth = grown(scale, growth, 5, 61_000);
    expect(growth.allowed).toBe(305);
    growth = grown(scale, growth, 100, 62_000);
    expect(grown(scale, growth, 100, 92_000).allowed).toBe(305);
    for (let minute = 2; minute < 8; minute++) growth = grown(scale, growth, Math.floor(growth.allowed), minute * 60_000);
    expect(growth.allowed).toBe(1250);
    expect(nextMs(scale, growth)).toBeUndefined();
    growth = grown(scale, growth, 0, 8 * 60_000);
    expect(growth.allowed).toBe(1250);
    expect(grown(scale, growth, 0, 10 * 60_000).allowed).toBe(5);
  });

  test("obey a maximum concurrency and provisioned pollers", () => {
    expect(scaleOf({ concurrencyMax: 2 })).toEqual({ start: 2, perMinute: 300, max: 2 });
    expect(scaleOf({ concurrencyMax: 40 })).toEqual({ start: 5, perMinute: 300, max: 40 });
    expect(scaleOf({ pollers: { min: 3, max: 20 } })).toEqual({ start: 30, perMinute: 1000, max: 200 });
    expect(nextMs({ start: 5, perMinute: 300, max: 10 }, { allowed: 5, fullMs: 0, busyMs: 0 })).toBe(200);
  });

  test("are hidden for as long as the queue says, or as window and function need", () => {
    expect([visibilityFor(30, 0, 30), visibilityFor(30, 5, 30), visibilityFor(30, 0, 31)]).toEqual([30, 65, 61]);
  });

  test("end after so many events or bytes, and hold at least one", () => {
    expect([batchLength([], 10), batchLength([1, 1, 1], 2), batchLength([99, 1], 5, 50), batchLength([20, 20, 20], 5, 50)]).toEqual([0, 2, 1, 2]);
    expect(inBatches(["aaaa", "b", "cc"], (text) => text.length * 2_000_000, 10)).toEqual([["aaaa"], ["b", "cc"]]);
  });
});

describe("an answer", () => {
  const known = new Set(["a", "b"]);
  const verdict = (text: string) => verdictOf(Buffer.from(text), known).kind;
  test.each(["", '""', "null", "{}", "[]", '{"batchItemFailures":[]}', '{"batchItemFailures":null}', '{"statusCode":200}'])("says that all succeeded: %s", (text) => expect(verdict(text)).toBe("all"));
  test.each([
    '{"batchItemFailures":[{"itemIdentifier":""}]}', '{"batchItemFailures":[{"itemIdentifier":null}]}', '{"batchItemFailures":[{"itemIdentifier":"c"}]}', '{"batchItemFailures":[{"itemIdentifier":123}]}',
    '{"batchItemFailures":[{"other":"a"}]}', '{"batchItemFailures":"a"}', '"(^_^)"', "1", "{",
  ])("is not understood, so that none did: %s", (text) => expect(verdict(text)).toBe("none"));
  test("names those that failed", () => expect(verdictOf(Buffer.from('{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}'), known)).toEqual({ kind: "failed", ids: new Set(["b"]) }));
});

describe("filter criteria", () => {
  const wants = (pattern: string, payload: string | Uint8Array, kind: "sqs" | "kinesis" = "sqs") => compileFilters([pattern], kind)?.({ facts: { partitionKey: "p" }, payload });
  test.each<[string, string, string | Uint8Array, boolean]>([
    ["a JSON pattern and JSON", '{"body":{"a":[1]}}', '{"a":1}', true],
    ["a JSON pattern and a text", '{"body":{"a":[1]}}', "a", false],
    ["a JSON pattern and what only looks like JSON", '{"body":{"a":[{"exists":false}]}}', '{"a":', false],
    ["a text pattern and that text", '{"body":["x"]}', "x", true],
    ["a text pattern and a lone number", '{"body":["12"]}', "12", true],
    ["a text pattern and JSON", '{"body":[{"prefix":"{"}]}', '{"a":1}', false],
    ["no pattern for the payload", '{"partitionKey":["p"]}', "anything", true],
    ["a number by its spelling", '{"body":{"a":[1.0]}}', '{"a":1}', false],
    ["what is no text", '{"body":["x"]}', Buffer.from([0xff, 0xfe]), false],
  ])("take %s", (_what, pattern, payload, answer) => expect(wants(pattern, payload)).toBe(answer));

  test("of a stream speak of data and of the partition key, and one of several is enough", () => {
    expect(wants('{"data":{"a":["x"]},"partitionKey":["p"]}', Buffer.from('{"a":"x"}'), "kinesis")).toBe(true);
    expect(wants('{"data":{"a":["x"]},"partitionKey":["q"]}', Buffer.from('{"a":"x"}'), "kinesis")).toBe(false);
    expect(compileFilters(['{"a":["x"]}', '{"eventName":["INSERT"]}'], "dynamodb")?.({ facts: { eventName: "INSERT" } })).toBe(true);
    expect(compileFilters([], "sqs")).toBeUndefined();
  });
});

describe("a batch of a stream that failed", () => {
  const failure = { kind: "function", size: 4, failures: 1, recent: 1, refusals: 0 } as const;
  const rules = { retriesMax: -1, bisect: false };
  test("is tried again, later and later, as often as its mapping says", () => {
    expect(afterFailure(failure, rules)).toEqual({ kind: "again", delayMs: 200 });
    expect(afterFailure({ ...failure, failures: 4, recent: 4 }, rules)).toEqual({ kind: "again", delayMs: 1600 });
    expect(afterFailure({ ...failure, failures: 400, recent: 400 }, rules)).toEqual({ kind: "again", delayMs: 60_000 });
    expect(afterFailure({ ...failure, failures: 400 }, rules)).toEqual({ kind: "again", delayMs: 200 });
    expect(afterFailure({ ...failure, failures: 2 }, { ...rules, retriesMax: 2 }).kind).toBe("again");
    expect(afterFailure({ ...failure, failures: 3 }, { ...rules, retriesMax: 2 })).toEqual({ kind: "discard" });
  });
  test("that never ran uses up no retry", () => {
    expect(afterFailure({ ...failure, kind: "system", failures: 9, refusals: 1 }, { ...rules, retriesMax: 0 }).kind).toBe("again");
  });
  test("goes in halves first, and from the first that failed where that is known", () => {
    expect(afterFailure({ ...failure, size: 5, failures: 9 }, { retriesMax: 0, bisect: true })).toMatchObject({ kind: "split", at: 3 });
    expect(afterFailure({ ...failure, size: 1 }, { retriesMax: 0, bisect: true })).toEqual({ kind: "discard" });
    expect(afterFailure({ ...failure, failedFrom: 2 }, { retriesMax: 3, bisect: true })).toMatchObject({ kind: "advance", from: 2 });
    expect(afterFailure({ ...failure, failedFrom: 2 }, { retriesMax: 0, bisect: false })).toMatchObject({ kind: "advance", from: 2 });
    expect(afterFailure({ ...failure, failedFrom: 0, failures: 2 }, { retriesMax: 1, bisect: false })).toEqual({ kind: "discard" });
  });
  test("loses those that have grown too old", () => {
    expect([tooOld([0, 50_000, 90_000], 100_000, 60), tooOld([0], 1e9, -1), tooOld([0, 0], 1e9, 60), tooOld([], 0, 60)]).toEqual([1, 0, 2, 0]);
  });
});

test("a checkpoint passes a record only when all before it have ended, in whatever order they end", () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  const random = seeded(seed);
  const progress = newProgress(0);
  const steps = Array.from({ length: 5000 }, (_, n) => progress.begin(n + 1));
  const ended = new Set<number>();
  let reached = 0;
  for (const n of steps.map((_, index) => [random(), index] as const).toSorted(([a], [b]) => a - b).map(([, index]) => index)) {
    progress.end([steps[n] as (typeof steps)[number]]);
    ended.add(n);
    while (ended.has(reached)) reached++;
    expect(progress.place(), `seed ${seed}`).toBe(reached);
  }
  expect(progress.open()).toBe(0);
  progress.skipTo(9000);
  expect(progress.place()).toBe(9000);
});

test("a partition key has one lane, and many keys share all of them", () => {
  const lanes = Array.from({ length: 200 }, (_, n) => laneOf(`key-${n}`, 7));
  expect(lanes).toEqual(Array.from({ length: 200 }, (_, n) => laneOf(`key-${n}`, 7)));
  expect(new Set(lanes).size).toBe(7);
});

test("tumbling windows are spans of the clock, and tell their state", () => {
  expect(windowOf(61_999, 30)).toEqual({ startMs: 60_000, endMs: 90_000 });
  expect(windowFields({ startMs: 60_000, endMs: 90_000, state: { n: 1 } }, { final: true, early: false }, { shardId: "s", streamArn: "arn" })).toEqual({
    window: { start: "1970-01-01T00:01:00Z", end: "1970-01-01T00:01:30Z" }, state: { n: 1 }, shardId: "s", eventSourceARN: "arn", isFinalInvokeForWindow: true, isWindowTerminatedEarly: false,
  });
  expect([stateIn(Buffer.from('{"state":{"a":1}}'))?.state, stateIn(Buffer.from("{}")), stateIn(Buffer.from("null")), stateIn(Buffer.from("x"))]).toEqual([{ a: 1 }, undefined, undefined, undefined]);
  expect(stateIn(Buffer.from(JSON.stringify({ state: { a: "x".repeat(1_048_577) } })))?.tooLarge).toBe(true);
});

test("an ARN tells the kind of source", () => {
  const kinds = ["sqs:us-east-1:000000000000:q", "kinesis:us-east-1:000000000000:stream/s", "dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000", "dynamodb:us-east-1:000000000000:table/t", "sns:us-east-1:000000000000:t"];
  expect(kinds.map((rest) => sourceKindOf(`arn:aws:${rest}`))).toEqual(["sqs", "kinesis", "dynamodb", undefined, undefined]);
});
