// The contract of Leases: one holder at a time, fenced by an epoch that grows with every change of hands.
import { describe, expect, test } from "vitest";
import type { Lease } from "../../src/ports/leases.ts";
import { engines } from "./engines.ts";

function granted(lease: Lease | undefined): Lease {
  expect(lease).toBeDefined();
  return lease as Lease;
}

describe.each(engines)("leases on the $name engine", ({ start }) => {
  test("of many who ask at once exactly one gets the lease, and all see who", async () => {
    const { engine: { leases }, clock } = await start();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => leases.acquire("shard", `node-${n}`, 1000)));
    const [winner, ...others] = answers.filter((lease) => lease !== undefined);
    expect(others).toEqual([]);
    expect(winner).toMatchObject({ name: "shard", expiresAtMs: clock.now() + 1000 });
    expect(await leases.holder("shard")).toEqual(winner);
    expect(await leases.holder("free")).toBeUndefined();
  });

  test("acquiring again renews with the same epoch; after expiry another may take it with a higher one", async () => {
    const { engine: { leases }, clock } = await start();
    const first = granted(await leases.acquire("n", "a", 1000));
    await clock.advance(500);
    const again = granted(await leases.acquire("n", "a", 1000));
    expect(again).toEqual({ ...first, expiresAtMs: clock.now() + 1000 });
    await clock.advance(999);
    expect(await leases.acquire("n", "b", 1000)).toBeUndefined();
    await clock.advance(1);
    expect(await leases.holder("n")).toBeUndefined();
    const taken = granted(await leases.acquire("n", "b", 1000));
    expect(taken.epoch).toBeGreaterThan(first.epoch);
  });

  test("a stale owner can neither renew nor release", async () => {
    const { engine: { leases }, clock } = await start();
    const stale = granted(await leases.acquire("n", "a", 10));
    await clock.advance(10);
    expect(await leases.renew(stale, 1000)).toBeUndefined();
    const current = granted(await leases.acquire("n", "a", 1000));
    expect(current.epoch).toBeGreaterThan(stale.epoch);
    await leases.release(stale);
    expect(await leases.renew(stale, 1000)).toBeUndefined();
    expect(await leases.holder("n")).toEqual(current);
  });

  test("a lease is longer after renewal, free after release, and its epoch grows across releases and restarts", async () => {
    const started = await start();
    const { leases } = started.engine;
    const first = granted(await leases.acquire("n", "a", 1000));
    await started.clock.advance(400);
    expect(await leases.renew(first, 2000)).toEqual({ ...first, expiresAtMs: started.clock.now() + 2000 });
    await leases.release(first);
    expect(await leases.holder("n")).toBeUndefined();
    const second = granted(await leases.acquire("n", "b", 1000));
    const reopened = await started.reopen();
    expect(await reopened.leases.holder("n")).toEqual(second);
    await reopened.leases.release(second);
    const third = granted(await reopened.leases.acquire("n", "a", 1000));
    expect([first.epoch < second.epoch, second.epoch < third.epoch]).toEqual([true, true]);
  });

  test("a time to live that makes no sense is refused", async () => {
    const { engine: { leases } } = await start();
    await expect(leases.acquire("n", "a", Number.NaN)).rejects.toThrow(/a lease is 0 to/);
  });
});
