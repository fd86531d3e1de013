import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import { fault } from "../../kernel/fault.ts";
import type { Engine } from "../../ports/engine.ts";
import { set } from "../../ports/store.ts";
import type { InvokeOptions, InvokeResult } from "../function.ts";
import type { Delivery, Destinations } from "./destinations.ts";
import type { EventRules } from "./event-rules.ts";
import { eventWrite, queueOf } from "./events.ts";
import { openWorker, type Worker } from "./worker.ts";

const at = { account: "000000000000", region: "us-east-1", name: "thumbs" };
const leaseMs = 15_000;

let dir: string;
let engine: Engine;
let clock: FakeClock;
let worker: Worker;
/** What happened: the request ids of the attempts, in order, with the minute they began in. */
let attempts: { readonly requestId: string; readonly atMs: number }[];
let dropped: { readonly sentence: string; readonly fields: Readonly<Record<string, unknown>> }[];
let warned: unknown[];
let room: number;
let abandoned: boolean;
let answer: (options: InvokeOptions) => Promise<Partial<InvokeResult>>;
let startMs: number;
let rules: EventRules;
let destination: Destinations["send"];
let sent: { readonly arn: string; readonly delivery: Delivery }[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-async-"));
  clock = fakeClock();
  startMs = clock.now();
  engine = await openEmbedded({ dir, clock });
  [attempts, dropped, warned, room, abandoned] = [[], [], [], 10, false];
  answer = async () => ({});
  rules = { retriesMax: 2, ageMsMax: 6 * 3_600_000, onSuccess: undefined, onFailure: undefined, deadLetter: undefined, off: false };
  sent = [];
  destination = async (arn, delivery) => {
    sent.push({ arn, delivery });
    return { checks: [], writes: [] };
  };
  worker = newWorker();
});

afterEach(async () => {
  worker.stop();
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

function newWorker(): Worker {
  return openWorker({
    store: engine.store, queue: engine.queue, clock, leaseMs,
    rulesFor: async () => rules,
    destinations: { send: (arn, delivery) => destination(arn, delivery) },
    room: async () => room,
    invoke: async (_ref, options) => {
      attempts.push({ requestId: options.requestId, atMs: clock.now() - startMs });
      const result = await answer(options);
      return { requestId: options.requestId, executedVersion: "$LATEST", payload: new Uint8Array(), functionError: undefined, logTail: undefined, durationMs: 1, billedMs: 1, initMs: undefined, memoryPeakMb: 1, ...result };
    },
    abandoned: () => abandoned,
    onDropped: (sentence, fields) => dropped.push({ sentence, fields }),
    warn: (_sentence, error) => warned.push(error),
  });
}

const send = (requestId: string) => engine.store.commit([], [eventWrite(at, { requestId, payload: Buffer.from("{}"), invokedArn: "arn" }, clock.now())]);
const queued = async () => {
  const { visible, leased, delayed } = await engine.queue.counts(queueOf(at));
  return { visible, leased, delayed };
};
const soon = { timeout: 20_000, interval: 5 };
const attempted = (count: number) => expect.poll(() => attempts.length, soon).toBe(count);
const empty = { visible: 0, leased: 0, delayed: 0 };

describe("asynchronous events", () => {
  test("run at once and are gone when the function succeeded", async () => {
    worker.start();
    await Promise.all(["a", "b", "c"].map(send));
    await attempted(3);
    await expect.poll(queued, soon).toEqual(empty);
    expect(attempts.map(({ requestId }) => requestId).toSorted()).toEqual(["a", "b", "c"]);
    expect([dropped, warned]).toEqual([[], []]);
  });

  test("that were queued before the start run too", async () => {
    await send("early");
    worker.start();
    await attempted(1);
  });

  test("whose function fails run again after one and two minutes with the same id, and then are given up loudly", async () => {
    answer = async () => ({ functionError: "Unhandled" });
    worker.start();
    await send("bad");
    await attempted(1);
    await expect.poll(queued, soon).toEqual({ ...empty, delayed: 1 });
    await clock.advance(59_000);
    expect(attempts).toHaveLength(1);
    await clock.advance(1_000);
    await attempted(2);
    await expect.poll(queued, soon).toEqual({ ...empty, delayed: 1 });
    await clock.advance(120_000);
    await attempted(3);
    await expect.poll(queued, soon).toEqual(empty);
    expect(attempts).toEqual([0, 60_000, 180_000].map((atMs) => ({ requestId: "bad", atMs })));
    expect(dropped).toEqual([
      { sentence: "An asynchronous event was given up: the function failed on it every time.", fields: expect.objectContaining({ function: "thumbs", requestId: "bad", failures: 3 }) as unknown },
    ]);
  });

  test("that are throttled back off without using up retries", async () => {
    answer = async () => {
      if (attempts.length <= 4) throw fault("TooManyRequestsException", { message: "Rate Exceeded." });
      return {};
    };
    worker.start();
    await send("patient");
    for (const [count, ms] of [[1, 1000], [2, 2000], [3, 4000], [4, 8000]] as const) {
      await attempted(count);
      await expect.poll(queued, soon).toEqual({ ...empty, delayed: 1 });
      await clock.advance(ms);
    }
    await attempted(5);
    await expect.poll(queued, soon).toEqual(empty);
    expect(attempts.map(({ atMs }) => atMs)).toEqual([0, 1000, 3000, 7000, 15_000]);
    expect(dropped).toEqual([]);
  });

  test("that are too old are given up without another attempt", async () => {
    await send("old");
    await clock.advance(6 * 3_600_000 + 1);
    worker.start();
    await expect.poll(queued, soon).toEqual(empty);
    expect(attempts).toEqual([]);
    expect(dropped).toEqual([{ sentence: "An asynchronous event was given up: it grew too old before it succeeded.", fields: expect.objectContaining({ requestId: "old" }) as unknown }]);
  });

  test("whose function is gone are dropped with a line in the log", async () => {
    answer = () => Promise.reject(fault("ResourceNotFoundException", { message: "Function not found" }));
    worker.start();
    await send("orphan");
    await expect.poll(queued, soon).toEqual(empty);
    expect(dropped).toMatchObject([{ sentence: "An asynchronous event was dropped: its function does not exist any more.", fields: { requestId: "orphan" } }]);
  });

  test("are begun only as far as there is room, and go on when there is more", async () => {
    const gate = Promise.withResolvers<Partial<InvokeResult>>();
    answer = async () => {
      room--;
      return gate.promise;
    };
    room = 2;
    worker.start();
    await Promise.all(["a", "b", "c", "d"].map(send));
    await attempted(2);
    expect(await queued()).toEqual({ visible: 2, leased: 2, delayed: 0 });
    room = 2;
    worker.onRoom();
    await attempted(4);
    gate.resolve({});
    await expect.poll(queued, soon).toEqual(empty);
  });

  test("stay ours while they run, however long", async () => {
    const gate = Promise.withResolvers<Partial<InvokeResult>>();
    answer = () => gate.promise;
    worker.start();
    await send("long");
    await attempted(1);
    for (let step = 0; step < 30; step++) {
      await clock.advance(leaseMs / 3);
      // The extension is a commit: let it land before time goes on.
      await engine.store.commit([], []);
      await expect.poll(async () => (await queued()).leased, soon).toBe(1);
    }
    expect(attempts).toHaveLength(1);
    gate.resolve({});
    await expect.poll(queued, soon).toEqual(empty);
  });

  test("that were under way when the server died run again, with their retries untouched", async () => {
    await send("interrupted");
    // A server that is gone had leased it.
    expect(await engine.queue.lease(queueOf(at), 10, leaseMs)).toHaveLength(1);
    answer = async () => ({ functionError: "Unhandled" });
    worker.start();
    await clock.advance(leaseMs - 1);
    expect(attempts).toEqual([]);
    await expect.poll(async () => (await clock.advance(1), attempts.length), soon).toBe(1);
    for (const [count, ms] of [[1, 60_000], [2, 120_000]] as const) {
      await attempted(count);
      await expect.poll(queued, soon).toEqual({ ...empty, delayed: 1 });
      await clock.advance(ms);
    }
    await attempted(3);
    await expect.poll(() => dropped.length, soon).toBe(1);
  });

  test("whose instances are killed at the shutdown are given back untouched", async () => {
    const gate = Promise.withResolvers<Partial<InvokeResult>>();
    answer = () => gate.promise;
    worker.start();
    await send("given-back");
    await attempted(1);
    worker.stop();
    abandoned = true;
    gate.resolve({ functionError: "Unhandled" });
    await worker.settled();
    expect(await queued()).toEqual({ ...empty, visible: 1 });
    expect(dropped).toEqual([]);
  });

  test("that nobody can read are dropped loudly instead of blocking the queue", async () => {
    await engine.store.commit([], [{ kind: "enqueue", queue: queueOf(at), meta: { strange: true }, body: Buffer.from("x"), delayMs: 0 }]);
    worker.start();
    await expect.poll(queued, soon).toEqual(empty);
    expect(dropped).toMatchObject([{ sentence: "An asynchronous event was dropped: its message is not readable." }]);
  });
});

describe("the end of an asynchronous event", () => {
  const ended = (name: string) => send(name).then(() => expect.poll(queued, soon).toEqual(empty));
  const record = (at: number): unknown => {
    const delivery = sent[at]?.delivery;
    return delivery?.kind === "record" ? delivery.record : delivery;
  };

  test("is told to the destination of its kind", async () => {
    rules = { ...rules, retriesMax: 0, onSuccess: "arn:success", onFailure: "arn:failure" };
    answer = async ({ requestId }) => (requestId === "bad" ? { functionError: "Unhandled", payload: Buffer.from('{"errorMessage":"no"}') } : { payload: Buffer.from('{"well":true}') });
    worker.start();
    await ended("good");
    await ended("bad");
    expect(sent.map(({ arn }) => arn)).toEqual(["arn:success", "arn:failure"]);
    const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:thumbs:$LATEST";
    expect(record(0)).toEqual({
      version: "1.0", timestamp: new Date(startMs).toISOString(), requestContext: { requestId: "good", functionArn, condition: "Success", approximateInvokeCount: 1 },
      requestPayload: {}, responseContext: { statusCode: 200, executedVersion: "$LATEST" }, responsePayload: { well: true },
    });
    expect(record(1)).toMatchObject({
      requestContext: { requestId: "bad", condition: "RetriesExhausted", approximateInvokeCount: 1 }, responseContext: { statusCode: 200, functionError: "Unhandled" }, responsePayload: { errorMessage: "no" },
    });
  });

  test("brings the event to the dead-letter queue as it came, with what went wrong", async () => {
    rules = { ...rules, retriesMax: 0, deadLetter: "arn:dead" };
    answer = async () => ({ functionError: "Unhandled", payload: Buffer.from(JSON.stringify({ errorMessage: "x".repeat(2000) })) });
    worker.start();
    await ended("bad");
    expect(sent).toMatchObject([{
      arn: "arn:dead",
      delivery: { kind: "dead-letter", body: new Uint8Array(Buffer.from("{}")), attributes: { RequestID: { type: "String", value: "bad" }, ErrorCode: { type: "Number", value: "200" }, ErrorMessage: { type: "String", value: "x".repeat(1024) } } },
    }]);
  });

  test("of a function that is switched off, or in a loop, comes without an attempt or a retry", async () => {
    rules = { ...rules, onFailure: "arn:failure", off: true };
    worker.start();
    await ended("off");
    rules = { ...rules, off: false };
    answer = async () => {
      throw fault("RecursiveInvocationException", { message: "loop" });
    };
    await ended("loop");
    expect(attempts.map(({ requestId }) => requestId)).toEqual(["loop"]);
    expect([record(0), record(1)]).toMatchObject([{ requestContext: { condition: "FunctionOff", approximateInvokeCount: 0 } }, { requestContext: { condition: "RecursiveInvocation" } }]);
    expect(record(0)).not.toHaveProperty("responseContext");
  });

  test("is one commit with its delivery, and is not lost when the delivery meets a conflict or can not be made", async () => {
    rules = { ...rules, onSuccess: "arn:success" };
    await engine.store.commit([], [set(["counter"], 0)]);
    let tries = 0;
    destination = async () => {
      tries++;
      const entry = await engine.store.get<number>(["counter"]);
      // Somebody is faster, twice.
      if (tries <= 2) await engine.store.commit([], [set(["counter"], tries)]);
      return { checks: [{ key: ["counter"], version: entry?.version ?? null }], writes: [set(["told"], tries)] };
    };
    worker.start();
    await ended("good");
    expect((await engine.store.get(["told"]))?.value).toBe(3);
    expect(attempts).toHaveLength(1);
    destination = async () => {
      throw new Error("gone");
    };
    await ended("untold");
    expect(dropped).toMatchObject([{ sentence: "The end of an asynchronous event could not be told to its destination.", fields: { destination: "arn:success", requestId: "untold" } }]);
  });
});
