import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { accountOfIssuedKey } from "../../kernel/access-key.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { openSessions, type Sessions } from "./sessions.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const role = { arn: "arn:aws:iam::123456789012:role/r", sessionName: "s" };
let dir: string;
let clock: FakeClock;
let engine: Engine;
let opened: Sessions[] = [];

function open(): Sessions {
  const sessions = openSessions({ store: engine.store, clock, warn: (sentence, error) => expect.fail(`${sentence} ${String(error)}`) });
  opened.push(sessions);
  return sessions;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-sessions-"));
  clock = fakeClock();
  engine = await openEmbedded({ dir, clock });
});

afterEach(async () => {
  for (const sessions of opened) sessions[Symbol.dispose]();
  opened = [];
  await engine.close();
  await rm(dir, { recursive: true });
});

it("finds a session by its key, also after it expired, and forgets it in the end", async () => {
  const sessions = open();
  const session = await sessions.issue({ account: "123456789012", role }, 900);
  expect(accountOfIssuedKey(session.accessKeyId)).toBe("123456789012");
  expect(session.expiresMs).toBe(clock.now() + 900_000);
  await clock.advance(901_000);
  expect(await sessions.find(session.accessKeyId)).toEqual(session);
  await clock.advance(6 * DAY_MS);
  expect(await sessions.find(session.accessKeyId)).toEqual(session);
  await clock.advance(2 * DAY_MS);
  await expect.poll(() => sessions.find(session.accessKeyId)).toBeUndefined();
});

it("gives a function the same credentials again, also after a restart, and others to another role", async () => {
  const holder = { account: "123456789012", name: "f", role: role.arn };
  const sessions = open();
  const [first, second] = await Promise.all([sessions.forFunction(holder), sessions.forFunction(holder)]);
  expect(second).toEqual(first);
  const again = open();
  expect(await again.forFunction(holder)).toEqual(first);
  expect((await again.forFunction({ ...holder, role: "arn:aws:iam::123456789012:role/other" })).accessKeyId).not.toBe(first.accessKeyId);
  expect(await again.find(first.accessKeyId)).toMatchObject({ account: "123456789012", role: { arn: role.arn, sessionName: "f" } });
});

it("knows no key it did not issue", async () => {
  const sessions = open();
  for (const key of ["test", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"]) expect(await sessions.find(key)).toBeUndefined();
});

it("gives a function new credentials in time, and forgets the old ones and those of functions that have gone", async () => {
  const holder = { account: "123456789012", name: "f", role: role.arn };
  const sessions = open();
  const first = await sessions.forFunction(holder);
  expect(first.expiresMs).toBe(clock.now() + 12 * HOUR_MS);
  await clock.advance(5 * HOUR_MS);
  expect(await sessions.forFunction(holder)).toEqual(first);
  await clock.advance(HOUR_MS);
  const second = await sessions.forFunction(holder);
  expect(second.accessKeyId).not.toBe(first.accessKeyId);
  expect(await sessions.find(first.accessKeyId)).toEqual(first);

  const keysLeft = async (): Promise<number> => (await engine.store.list({ prefix: ["credentials"], limit: 100 })).length;
  expect(await keysLeft()).toBe(5);
  await clock.advance(8 * DAY_MS);
  await expect.poll(keysLeft).toBe(0);
  expect((await sessions.forFunction(holder)).expiresMs).toBe(clock.now() + 12 * HOUR_MS);
});
