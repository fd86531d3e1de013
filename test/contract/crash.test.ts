// The promise that matters most: what was acknowledged survives kill -9 at any moment, and nothing is ever half there.
// Replay with FUGAZ_CRASH_SEED=<the printed seed>; only the moment of the kill within the machine's own timing differs.
import { spawn } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { LogRecord } from "../../src/ports/log.ts";
import { LANES, type Step } from "./crash-plan.ts";
import { seeded } from "./seeded.ts";

const ROUNDS = 50;
/** Directories that live and die side by side: one starts its child while the other is verified. */
const HISTORIES = 2;
/** A round's kill comes after fewer acknowledgements than this. */
const ACKS_MAX = 100;
const PAGE = 1000;
const child = new URL("./crash-child.ts", import.meta.url).pathname;

test(`after each of ${ROUNDS} kills every acknowledged commit is there whole`, { timeout: 120_000 }, async () => {
  const seed = Number(process.env["FUGAZ_CRASH_SEED"] ?? randomInt(2 ** 31));
  console.info(`crash test: FUGAZ_CRASH_SEED=${seed}`);
  const fruitful = await Promise.all(Array.from({ length: HISTORIES }, (_, history) => live(seed, history)));
  // Most rounds must have got somewhere, or nothing was tested.
  expect(fruitful.reduce((sum, rounds) => sum + rounds, 0)).toBeGreaterThan(ROUNDS * 0.8);
});

/** One data directory through its share of the kills; resolves to how many rounds had acknowledgements. */
async function live(seed: number, history: number): Promise<number> {
  const random = seeded(seed + history);
  const dir = await mkdtemp(join(tmpdir(), "fugaz-crash-"));
  const checked = new Map<string, number>();
  let fruitful = 0;
  for (let round = 0; round < ROUNDS / HISTORIES; round++) {
    const roundSeed = Math.floor(random() * 2 ** 31);
    const acks = await runAndKill(dir, round, roundSeed, Math.floor(random() * ACKS_MAX));
    await verify(dir, acks, checked, `seed ${seed}, history ${history}, round ${round}, directory ${dir}`);
    if (acks.size > 0) fruitful++;
  }
  // Only after success: a failure's directory is evidence.
  await rm(dir, { recursive: true });
  return fruitful;
}

/** Lets a child commit until it has acknowledged `killAfter` commits, kills it in the midst of the next, and resolves to the last acknowledged step per lane. */
async function runAndKill(dir: string, round: number, seed: number, killAfter: number): Promise<ReadonlyMap<number, number>> {
  const running = spawn(process.execPath, [child, dir, String(round), String(seed)], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(running, "exit");
  const acks = new Map<number, number>();
  let count = 0;
  for await (const line of createInterface({ input: running.stdout })) {
    const [lane = 0, n = 0] = line.split(" ").map(Number);
    acks.set(lane, Math.max(acks.get(lane) ?? 0, n));
    if (count++ === killAfter) running.kill("SIGKILL");
  }
  const [, signal] = await exited;
  expect(signal, "the child must die by the kill, not by itself").toBe("SIGKILL");
  return acks;
}

/** `checked` remembers how far each stream has been judged, so that every record is judged once over all rounds. */
async function verify(dir: string, acks: ReadonlyMap<number, number>, checked: Map<string, number>, where: string): Promise<void> {
  await using engine = await openEmbedded({ dir, clock: systemClock });
  // A kill may come between a commit that frees a blob and the removal of its file: that is what sweeping is for.
  await engine.blobs.sweep(0);
  let total = 0;
  for (let lane = 0; lane < LANES; lane++) {
    const step = (await engine.store.get<Step>(["step", lane]))?.value;
    const n = step?.n ?? 0;
    total += n;
    expect(n, `${where}: lane ${lane} lost an acknowledged commit`).toBeGreaterThanOrEqual(acks.get(lane) ?? 0);
    expect((await engine.store.get<Step>(["mirror", lane]))?.value, where).toEqual(step);
    const stream = `lane/${lane}`;
    expect(await engine.log.tip(stream), where).toBe(n);
    const records = await newRecords(engine, stream, checked, where);
    expect(records.map(({ data }) => data.n), where).toEqual(records.map(({ seq }) => seq));
    await verifyMessages(engine, stream, records, where);
    if (step) expect(createHash("sha256").update(await engine.blobs.bytes(step.blobId)).digest("hex"), where).toBe(step.blobId);
    for (const { data } of records.slice(0, -1)) {
      const left = await engine.blobs.bytes(data.blobId).then(({ length }) => length, () => undefined);
      expect(left, `${where}: a replaced blob is still there`).toBeUndefined();
    }
  }
  expect(await engine.log.tip("all"), where).toBe(total);
  await newRecords(engine, "all", checked, where);
}

async function newRecords(engine: Engine, stream: string, checked: Map<string, number>, where: string): Promise<readonly LogRecord<Step>[]> {
  const from = checked.get(stream) ?? 0;
  const records: LogRecord<Step>[] = [];
  for (;;) {
    const page = await engine.log.read<Step>(stream, from + records.length, PAGE);
    records.push(...page);
    if (page.length < PAGE) break;
  }
  expect(records.map(({ seq }) => seq), `${where}: ${stream} has a gap`).toEqual(records.map((_, index) => from + index + 1));
  expect(from + records.length, where).toBe(await engine.log.tip(stream));
  checked.set(stream, from + records.length);
  return records;
}

/** Each record came with one message of the same content; they are taken here, so the next round's are only its own. */
async function verifyMessages(engine: Engine, queue: string, records: readonly LogRecord<Step>[], where: string): Promise<void> {
  const messages = await engine.queue.lease(queue, PAGE, 60_000);
  expect(messages.map(({ meta }) => meta), `${where}: messages of ${queue}`).toEqual(records.map(({ data }) => data));
  expect(messages.map(({ body }) => Buffer.from(body).toString())).toEqual(records.map(({ data }) => data.blobId));
  const acked = await Promise.all(messages.map((message) => engine.queue.ack(message)));
  expect(acked.every(Boolean), where).toBe(true);
}
