import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { accountOfIssuedKey } from "../../kernel/access-key.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { openSessions } from "./sessions.ts";

const role = { arn: "arn:aws:iam::123456789012:role/r", sessionName: "s" };
let dir: string;
let clock: FakeClock;
let engine: Engine;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-sessions-"));
  clock = fakeClock();
  engine = await openEmbedded({ dir, clock });
});

afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true });
});

it("finds a session by its key, also after it expired, and forgets it in the end", async () => {
  const sessions = openSessions({ store: engine.store, clock });
  const session = await sessions.issue({ account: "123456789012", role }, 900);
  expect(accountOfIssuedKey(session.accessKeyId)).toBe("123456789012");
  expect(session.expiresMs).toBe(clock.now() + 900_000);
  await clock.advance(901_000);
  expect(await sessions.find(session.accessKeyId)).toEqual(session);
  await clock.advance(8 * 86_400_000);
  await sessions.issue({ account: "123456789012" }, 900);
  expect(await sessions.find(session.accessKeyId)).toBeUndefined();
});

it("gives a function the same credentials again, also after a restart, and others to another role", async () => {
  const holder = { account: "123456789012", name: "f", role: role.arn };
  const sessions = openSessions({ store: engine.store, clock });
  const [first, second] = await Promise.all([sessions.forFunction(holder), sessions.forFunction(holder)]);
  expect(second).toEqual(first);
  const again = openSessions({ store: engine.store, clock });
  expect(await again.forFunction(holder)).toEqual(first);
  expect((await again.forFunction({ ...holder, role: "arn:aws:iam::123456789012:role/other" })).accessKeyId).not.toBe(first.accessKeyId);
  expect(await again.find(first.accessKeyId)).toMatchObject({ account: "123456789012", role: { arn: role.arn, sessionName: "f" } });
});

it("knows no key it did not issue", async () => {
  const sessions = openSessions({ store: engine.store, clock });
  for (const key of ["test", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"]) expect(await sessions.find(key)).toBeUndefined();
});
