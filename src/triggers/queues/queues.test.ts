// The queues on the real engine and a clock turned by hand: retention, dead letters, moves after a restart, writes for others; and random walks against a plain model.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { set } from "../../ports/store.ts";
import { seeded } from "../../../test/contract/seeded.ts";
import { openQueues, type QueueLimits } from "./open-queues.ts";
import type { OutgoingMessage, QueueRecord, Queues, QueueSettings, ReceivedMessage, ReceiveOptions, Sight } from "./queues.ts";

const scope = { account: "000000000000", region: "us-east-1" };
const settings: QueueSettings = { visibilitySeconds: 30, delaySeconds: 0, waitSeconds: 0, retentionSeconds: 345_600, messageBytesMax: 1_048_576, managedSse: true };
const fifo = { contentDedup: true, dedupScope: "queue", throughputLimit: "perQueue" } as const;

interface House {
  readonly clock: FakeClock;
  engine: Engine;
  queues: Queues;
  /** Closes all and opens it again on the same data. */
  restart(): Promise<void>;
  make(name: string, more?: Partial<QueueSettings>): Promise<QueueRecord>;
}

async function open(limits: Partial<QueueLimits> = {}): Promise<House> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-queues-"));
  const clock = fakeClock();
  const failures: unknown[] = [];
  const logger = { error: (fields: object) => void failures.push(fields) };
  const begin = async (): Promise<Pick<House, "engine" | "queues">> => {
    const engine = await openEmbedded({ dir, clock });
    return { engine, queues: await openQueues({ store: engine.store, queue: engine.queue, clock, logger, limits }) };
  };
  const end = async (): Promise<void> => {
    await house.queues[Symbol.asyncDispose]();
    await house.engine.close();
  };
  const house: House = {
    clock,
    ...(await begin()),
    restart: async () => {
      await end();
      Object.assign(house, await begin());
    },
    make: async (name, more = {}) => {
      const made = await house.queues.records.create({ ...scope, name }, { ...settings, ...more }, {});
      if (made === "recent") throw new Error("the name is still warm");
      return made.queue;
    },
  };
  onTestFinished(async () => {
    await end();
    await rm(dir, { recursive: true, force: true });
    expect(failures).toEqual([]);
  });
  return house;
}

const message = (body: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({ body, senderId: scope.account, ...more });
const bodies = (messages: readonly ReceivedMessage[] | undefined): readonly string[] => (messages ?? []).map(({ body }) => body);
const take = (house: House, queue: QueueRecord, more: Partial<ReceiveOptions> = {}) => house.queues.receive(queue, { max: 10, ...more });

describe("queues", () => {
  test("forget messages past their retention, at a receive and by themselves; deduplication ids after five minutes", async () => {
    const house = await open();
    const { queues, clock, engine } = house;
    const queue = await house.make("short", { retentionSeconds: 60 });
    const ordered = await house.make("short.fifo", { retentionSeconds: 60, fifo });
    await queues.send(queue, [message("old")]);
    const first = await queues.send(ordered, [message("once", { groupId: "g" })]);
    await clock.advance(59_000);
    await queues.send(queue, [message("young")]);
    expect(await queues.send(ordered, [message("once", { groupId: "g" })])).toEqual(first);
    await clock.advance(1000);
    expect(bodies(await take(house, queue))).toEqual(["young"]);
    await expect.poll(() => queues.counts(ordered)).toMatchObject({ visible: 0 });
    await clock.advance(240_000);
    expect(await queues.send(ordered, [message("once", { groupId: "g" })])).not.toEqual(first);
    await clock.advance(700_000);
    await queues.sweep();
    expect(await engine.store.list({ prefix: ["queues", "dedup"], limit: 9 })).toEqual([]);
    expect(await engine.queue.pending("")).toEqual([]);
  });

  test("deleted ones leave nothing behind, not even after a kill", async () => {
    const house = await open({ recreateDelayMs: 60_000 });
    const queue = await house.make("gone.fifo", { fifo });
    await house.queues.send(queue, [message("m", { groupId: "g" })]);
    // As if the server had died between the removal of the record and that of its messages.
    await house.engine.store.commit([], [{ kind: "delete", key: ["queues", "record", scope.account, scope.region, "gone.fifo"] }]);
    await house.queues.sweep();
    expect([await house.engine.queue.pending(""), await house.engine.store.list({ prefix: ["queues", "dedup"], limit: 1 })]).toEqual([[], []]);
    await house.make("warm");
    expect(await house.queues.records.remove({ ...scope, name: "warm" })).toBe(true);
    expect(await house.queues.records.create({ ...scope, name: "warm" }, settings, {})).toBe("recent");
    await house.clock.advance(60_000);
    expect(await house.queues.records.create({ ...scope, name: "warm" }, settings, {})).toMatchObject({ created: true });
  });

  test("give no more than may be in flight", async () => {
    const house = await open({ inFlightMax: 3 });
    const queue = await house.make("full");
    await house.queues.send(queue, ["1", "2", "3", "4"].map((body) => message(body)));
    const taken = await take(house, queue, { max: 3 });
    expect(await take(house, queue)).toBeUndefined();
    await house.queues.remove(queue, taken?.[0]?.handle ?? "");
    expect(bodies(await take(house, queue))).toEqual(["4"]);
  });

  test("wake who waits when a message is hidden no longer, also when that was hurried", async () => {
    const house = await open();
    const { queues, clock } = house;
    const queue = await house.make("waiting");
    await queues.send(queue, [message("m")]);
    const [held] = (await take(house, queue)) ?? [];
    const first = take(house, queue, { waitSeconds: 20, visibilitySeconds: 5 });
    await queues.hide(queue, held?.handle ?? "", 2);
    for (let second = 0; second < 2; second++) await settled(house, () => clock.advance(1000));
    expect((await first)?.map(({ body, receives }) => [body, receives])).toEqual([["m", 2]]);
    const second = take(house, queue, { waitSeconds: 20 });
    const third = take(house, queue, { waitSeconds: 1 });
    for (let second = 0; second < 6; second++) await settled(house, () => clock.advance(1000));
    expect([bodies(await second), bodies(await third)]).toEqual([["m"], []]);
  });

  test("go on moving dead letters after a restart, each counted once", async () => {
    const house = await open();
    const dead = await house.make("dead");
    const back = await house.make("back", { redrive: { text: "", targetArn: dead.arn, receivesMax: 1 } });
    await house.queues.send(back, Array.from({ length: 5 }, (_, n) => message(String(n))));
    await take(house, back, { visibilitySeconds: 0 });
    expect(await take(house, back)).toEqual([]);
    const task = await house.queues.moves.start(dead, undefined, 1);
    expect(await house.queues.moves.start(dead, undefined, 1)).toBeUndefined();
    await expect.poll(async () => (await house.queues.moves.list(dead.arn, 1))[0]?.moved).toBe(1);
    // As a step does that a kill interrupts between its lease and its commit.
    await house.engine.queue.lease(`queue/${dead.id}`, 1, 6000);
    await house.restart();
    for (let second = 0; second < 8; second++) await settled(house, () => house.clock.advance(1000));
    await expect.poll(async () => (await house.queues.moves.list(dead.arn, 1))[0]).toMatchObject({ id: task?.id, status: "COMPLETED", moved: 5, toMove: 5 });
    expect([...bodies(await take(house, back))].sort()).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("can be looked at by somebody slow, who is told how much was missed, and until they are deleted or closed", async () => {
    const house = await open();
    const { queues, clock } = house;
    const [queue, other] = [await house.make("seen", { retentionSeconds: 30 }), await house.make("other")];
    const look = (record: QueueRecord, backlog: boolean) => queues.look(record, { backlog, idleMs: 1000, signal: left.signal });
    const left = new AbortController();
    await queues.send(queue, [message("old")]);
    await clock.advance(30_000);
    await queues.send(queue, Array.from({ length: 50 }, (_, n) => message(`there ${n}`)));
    const [all, news] = [await look(queue, true), await look(queue, false)];
    const large = "x".repeat(1024 * 1024);
    for (let n = 0; n < 20; n++) await queues.send(queue, [message(large)]);
    const next = async (sights: Awaited<ReturnType<Queues["look"]>>): Promise<unknown> => {
      const sight: Sight | undefined = (await sights.next()).value;
      return sight?.kind === "message" ? sight.message.body.slice(0, 10) : sight;
    };
    for (let n = 0; n < 50; n++) expect(await next(all)).toBe(`there ${n}`);
    for (const sights of [all, news]) {
      for (let n = 0; n < 15; n++) expect(await next(sights)).toBe("xxxxxxxxxx");
      expect(await next(sights)).toEqual({ kind: "missed", count: 5 });
    }
    const heard: unknown[] = [];
    const quiet = next(all).then((sight) => heard.push(sight));
    // It waits for so long from when it has seen that there is nothing, which takes it some turns.
    while (heard.length === 0) await settled(house, () => clock.advance(500));
    await quiet;
    expect(heard).toEqual([{ kind: "quiet" }]);
    const last = [next(all), next(news)];
    await queues.records.remove(queue);
    expect(await Promise.all(last)).toEqual([undefined, undefined]);
    const ends = [await look(other, true), await look(other, true)].map((sights) => next(sights));
    left.abort();
    expect(await Promise.all(ends)).toEqual([undefined, undefined]);
    const closing = next(await queues.look(other, { backlog: false, idleMs: 1000, signal: new AbortController().signal }));
    await house.restart();
    expect(await closing).toBeUndefined();
  });

  test("offer sends as writes for other commits, and judge who may send by policy", async () => {
    const house = await open();
    const { queues, engine } = house;
    const policy = JSON.stringify({ Statement: { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "SQS:SendMessage", Resource: "*", Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:pictures" } } } });
    const queue = await house.make("target", { policy });
    const sending = await queues.delivery(queue, message("told"));
    expect(await engine.store.commit([...(sending?.checks ?? [])], [...(sending?.writes ?? []), set(["cause"], 1)])).toMatchObject({ ok: true });
    expect(bodies(await take(house, queue))).toEqual(["told"]);
    expect(await queues.delivery({ ...scope, name: "nobody" }, message("m"))).toBeUndefined();
    const may = (name: string, sourceArn: string) => queues.maySend({ ...scope, name }, { service: "s3.amazonaws.com", sourceArn });
    expect([await may("target", "arn:aws:s3:::pictures"), await may("target", "arn:aws:s3:::other"), await may("nobody", "arn:aws:s3:::pictures")]).toEqual([true, false, false]);
  });
});

describe.each([["standard", false], ["FIFO", true]] as const)("a random walk on a %s queue", (_kind, isFifo) => {
  test("gives, hides, repeats and forgets what a plain list would", async () => {
    const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
    process.stdout.write(`${isFifo ? "FIFO" : "standard"} queue against a model, seed ${seed}\n`);
    const random = seeded(seed);
    const pick = (n: number): number => Math.floor(random() * n);
    const house = await open();
    const queue = await house.make(isFifo ? "walk.fifo" : "walk", { visibilitySeconds: 20, ...(isFifo && { fifo }) });
    let model: Modelled[] = [];
    const firsts = new Map<string, { readonly id: string; readonly atMs: number }>();
    const handles: { readonly handle: string; readonly id: string }[] = [];
    const now = (): number => house.clock.now();

    const send = async (): Promise<void> => {
      const [body, groupId] = [`body ${pick(12)}`, `g${pick(3)}`];
      // Messages of a FIFO queue have no delay of their own.
      const delaySeconds = isFifo ? 0 : pick(3) * 10;
      const [sent] = await house.queues.send(queue, [message(body, isFifo ? { groupId } : { delaySeconds })]);
      const first = firsts.get(body);
      const duplicate = isFifo && first !== undefined && now() - first.atMs < 300_000;
      if (duplicate) expect(sent?.messageId).toBe(first.id);
      else {
        const id = sent?.messageId ?? "";
        firsts.set(body, { id, atMs: now() });
        model.push({ id, body, group: isFifo ? groupId : id, hiddenUntil: now() + delaySeconds * 1000, handle: undefined, receives: 0 });
      }
    };
    const receive = async (): Promise<void> => {
      const max = 1 + pick(4);
      const got = (await take(house, queue, { max })) ?? [];
      const open = model.filter(({ group }, at) => model.every((other, place) => other.group !== group || place > at || other.hiddenUntil <= now()));
      expect(got.length).toBe(Math.min(max, open.length));
      for (const group of new Set(open.map((each) => each.group))) {
        const lane = open.filter((each) => each.group === group);
        const mine = got.filter(({ messageId }) => lane.some(({ id }) => id === messageId));
        expect(mine.map(({ messageId }) => messageId)).toEqual(lane.slice(0, mine.length).map(({ id }) => id));
      }
      for (const { messageId, handle, receives, body } of got) {
        const held = model.find(({ id }) => id === messageId) as Modelled;
        Object.assign(held, { hiddenUntil: now() + 20_000, handle, receives: held.receives + 1 });
        expect([body, receives]).toEqual([held.body, held.receives]);
        handles.push({ handle, id: messageId });
      }
    };
    const settle = async (): Promise<void> => {
      const [chosen] = handles.splice(pick(handles.length), 1);
      if (!chosen) return;
      const held = model.find(({ id, handle }) => id === chosen.id && handle === chosen.handle);
      const alive = held !== undefined && held.hiddenUntil > now();
      if (pick(2) === 0) {
        const removes = held !== undefined && (alive || !isFifo);
        expect(await house.queues.remove(queue, chosen.handle)).toBe(removes ? "done" : held ? "ended" : "lost");
        if (removes) model = model.filter((each) => each !== held);
      } else {
        const seconds = pick(3) * 15;
        expect(await house.queues.hide(queue, chosen.handle, seconds)).toBe(alive ? "done" : held ? "ended" : "lost");
        if (alive) held.hiddenUntil = now() + seconds * 1000;
        handles.push(chosen);
      }
    };
    for (let step = 0; step < 250; step++) {
      const act = pick(10);
      if (act < 4) await send();
      else if (act < 7) await receive();
      else if (act < 9) await settle();
      else await house.clock.advance(pick(4) === 0 ? 100_000 : pick(30_000));
      if (step === 125) await house.restart();
    }
    const hidden = model.filter(({ hiddenUntil }) => hiddenUntil > now());
    const leased = hidden.filter(({ handle }) => handle !== undefined).length;
    expect(await house.queues.counts(queue)).toMatchObject({ visible: model.length - hidden.length, leased, delayed: hidden.length - leased });
  });
});

interface Modelled {
  readonly id: string;
  readonly body: string;
  /** In a standard queue every message is alone. */
  readonly group: string;
  hiddenUntil: number;
  handle: string | undefined;
  receives: number;
}

/** Turns the clock and lets what that woke reach the engine and come back. */
async function settled({ engine }: House, turn: () => Promise<void>): Promise<void> {
  await turn();
  for (let round = 0; round < 3; round++) await engine.store.commit([], [set(["settled"], round)]);
}
