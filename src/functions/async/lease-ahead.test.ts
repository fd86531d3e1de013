import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import { eventWrite, queueOf } from "./events.ts";
import { openWorker, type Worker } from "./worker.ts";

const at = { account: "000000000000", region: "us-east-1", name: "thumbs" };
const soon = { timeout: 20_000, interval: 5 };

test("events that end quickly are leased ahead of the room for them, and given back when the worker stops", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-ahead-"));
  const clock = fakeClock();
  const engine = await openEmbedded({ dir, clock });
  const gate = Promise.withResolvers<void>();
  const attempts: string[] = [];
  const warned: unknown[] = [];
  /** As with instances: who is at one takes room. */
  let instances = 1;
  let busy = 0;
  const open = (): Worker => openWorker({
    store: engine.store, queue: engine.queue, clock, leaseMs: 15_000,
    rulesFor: async () => ({ retriesMax: 2, ageMsMax: 3_600_000, onSuccess: undefined, onFailure: undefined, deadLetter: undefined, off: false }),
    destinations: { send: async () => ({ checks: [], writes: [] }) },
    room: async () => instances - busy,
    invoke: async (_ref, { requestId }) => {
      expect(++busy).toBeLessThanOrEqual(instances);
      attempts.push(requestId);
      if (attempts.length === 40) await gate.promise;
      busy--;
      worker.onRoom();
      return { requestId, executedVersion: "$LATEST", payload: new Uint8Array(), functionError: undefined, logTail: undefined, durationMs: 1, billedMs: 1, initMs: undefined, memoryPeakMb: 1 };
    },
    abandoned: () => false,
    onDropped: (sentence) => warned.push(sentence),
    warn: (_sentence, error) => warned.push(error),
  });
  let worker = open();
  onTestFinished(async () => {
    worker.stop();
    await worker.settled();
    await engine.close();
    await rm(dir, { recursive: true, force: true });
  });

  await engine.store.commit([], Array.from({ length: 80 }, (_, n) => eventWrite(at, { requestId: `event-${n}`, payload: Buffer.from("{}"), invokedArn: "arn" }, clock.now())));
  worker.start();
  await expect.poll(() => attempts.length, soon).toBe(40);
  await expect.poll(async () => (await engine.queue.counts(queueOf(at))).leased, soon).toBeGreaterThan(5);
  worker.stop();
  await expect.poll(() => engine.queue.counts(queueOf(at)), soon).toMatchObject({ visible: 40, leased: 1, delayed: 0 });
  gate.resolve();
  await worker.settled();
  instances = 10;
  worker = open();
  worker.start();
  await expect.poll(() => attempts.length, soon).toBe(80);
  expect(new Set(attempts).size).toBe(80);
  expect(warned).toEqual([]);
});
