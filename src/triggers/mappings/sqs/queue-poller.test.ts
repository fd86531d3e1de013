// Queues on the real engine with functions that are plain code and a clock turned by hand: failures, throttles, restarts, many mappings.
import { expect, test } from "vitest";
import { openMappingHouse, type MappingHouse, type TestEvent } from "../house-for-test.ts";

const send = async (house: MappingHouse, name: string, ...bodies: readonly string[]): Promise<void> => {
  const queue = await house.queues.records.find({ account: "000000000000", region: "us-east-1", name });
  if (!queue) throw new Error("no queue");
  await house.queues.send(queue, bodies.map((body) => (name.endsWith(".fifo") ? { body, senderId: "test", groupId: body.slice(0, 1) } : { body, senderId: "test" })));
};
const bodiesOf = ({ Records }: TestEvent): readonly string[] => Records.map(({ body = "" }) => body);

test("a message on which the function fails comes back when its visibility timeout is over, not before", async () => {
  const house = await openMappingHouse();
  const queue = await house.queue("q");
  const atMs: number[] = [];
  let receivedMs = NaN;
  house.functions["f"] = ({ Records: [record] }) => {
    atMs.push(house.clock.now());
    receivedMs = Number(record?.attributes?.ApproximateFirstReceiveTimestamp);
    if (atMs.length < 3) throw new Error("no");
  };
  await house.mapQueue("f", "q");
  await send(house, "q", "x");
  await house.until(() => atMs.length === 3, { stepMs: 200 });
  expect((atMs[1] ?? 0) - receivedMs).toBeGreaterThanOrEqual(30_000);
  expect((atMs[1] ?? 0) - (atMs[0] ?? 0)).toBeLessThan(31_500);
  await house.until(async () => (await house.queues.counts(queue)).oldestAtMs === undefined);
  expect(house.mappings.status()[0]).toMatchObject({ batches: 3, failedBatches: 2, events: 1, lastResult: "OK" });
});

test("a throttled function gets its messages a little later, within the same receive", async () => {
  const house = await openMappingHouse();
  await house.queue("q");
  let throttled = 5;
  const receives: string[] = [];
  house.functions["f"] = (event) => {
    if (throttled-- > 0) return "throttle";
    receives.push(...event.Records.map((record) => (record as unknown as { attributes: { ApproximateReceiveCount: string } }).attributes.ApproximateReceiveCount));
    return undefined;
  };
  await house.mapQueue("f", "q");
  await send(house, "q", "x");
  await house.until(() => receives.length === 1);
  expect(receives).toEqual(["1"]);
  expect(house.mappings.status()[0]).toMatchObject({ throttles: 5, failedBatches: 0 });
});

test("a mapping whose function fails or waits holds up no other, and two mappings of one queue share it", async () => {
  const house = await openMappingHouse();
  for (const name of ["bad", "good", "shared"]) await house.queue(name);
  const seen: Record<string, string[]> = { good: [], one: [], two: [] };
  const remember = (name: string) => (event: TestEvent) => void seen[name]?.push(...bodiesOf(event));
  let release = (): void => undefined;
  Object.assign(house.functions, { bad: () => new Promise<void>((resolve) => (release = resolve)), good: remember("good"), one: remember("one"), two: remember("two") });
  await house.mapQueue("bad", "bad");
  await house.mapQueue("good", "good");
  await house.mapQueue("one", "shared", { batchSize: 1 });
  await house.mapQueue("two", "shared", { batchSize: 1 });
  await send(house, "bad", "x");
  await send(house, "good", "1", "2");
  await house.until(() => seen["good"]?.length === 2);
  for (let n = 0; n < 40; n++) await send(house, "shared", String(n));
  await house.until(() => (seen["one"]?.length ?? 0) + (seen["two"]?.length ?? 0) === 40);
  expect([...(seen["one"] ?? []), ...(seen["two"] ?? [])].map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  release();
});

test("what was received when the server stopped is there again at once, and a queue made again under its name is read", async () => {
  const house = await openMappingHouse();
  const queue = await house.queue("q");
  const seen: string[] = [];
  house.functions["f"] = () => {
    throw new Error("the server is going down");
  };
  await house.mapQueue("f", "q", { windowSeconds: 60, batchSize: 100 });
  await send(house, "q", "x", "y");
  await house.until(async () => (await house.queues.counts(queue)).leased === 2);
  house.functions["f"] = (event) => void seen.push(...bodiesOf(event));
  await house.restart();
  await house.until(() => seen.length === 2, { withinMs: 70_000, stepMs: 500 });
  await house.queues.records.remove(queue);
  await house.queue("q");
  await send(house, "q", "z");
  await house.until(() => seen.length === 3, { withinMs: 70_000, stepMs: 500 });
});

test("a change takes in what comes next at once, while a long batch goes on; to be off, it waits for that", async () => {
  const house = await openMappingHouse();
  const queue = await house.queue("q");
  const seen: string[] = [];
  let fail = (): void => undefined;
  house.functions["f"] = (event) => {
    seen.push(...bodiesOf(event));
    return bodiesOf(event).includes("long") ? new Promise<void>((_, reject) => (fail = () => reject(new Error("no")))) : undefined;
  };
  const { id } = await house.mapQueue("f", "q");
  const state = async () => (await house.mappings.find(queue, id))?.state;
  await send(house, "q", "long");
  await house.until(() => seen.includes("long"));
  await house.mappings.change(queue, id, ({ settings }) => ({ settings: { ...settings, batchSize: 1 } }));
  await house.until(async () => (await state()) === "Enabled");
  await send(house, "q", "next");
  await house.until(() => seen.includes("next"));
  const leased = async () => (await house.queues.counts(queue)).leased;
  await house.until(async () => (await leased()) === 1);
  fail();
  // Its failure is a failure like any other: the visibility timeout runs.
  await house.clock.advance(1000);
  expect(await leased()).toBe(1);
  await house.until(() => seen.filter((body) => body === "long").length === 2, { stepMs: 500 });
  await house.mappings.change(queue, id, () => ({ enabled: false }));
  await house.clock.advance(1000);
  expect(await state()).toBe("Disabling");
  fail();
  await house.until(async () => (await state()) === "Disabled");
});

test("groups of a FIFO queue keep their order through failures, and one group holds up no other", async () => {
  const house = await openMappingHouse();
  await house.queue("q.fifo");
  const done: string[] = [];
  let failing = true;
  house.functions["f"] = (event) => {
    if (failing && bodiesOf(event).some((body) => body.startsWith("a"))) throw new Error("no");
    done.push(...bodiesOf(event));
  };
  await house.mapQueue("f", "q.fifo", { batchSize: 1 });
  await send(house, "q.fifo", "a1", "a2", "b1", "b2", "a3", "b3");
  await house.until(() => done.length === 3);
  expect(done).toEqual(["b1", "b2", "b3"]);
  failing = false;
  await house.until(() => done.length === 6, { stepMs: 200 });
  expect(done.slice(3)).toEqual(["a1", "a2", "a3"]);
});
