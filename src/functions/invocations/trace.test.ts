import { expect, test } from "vitest";
import { markOf, nextHop as hopOf } from "./trace.ts";

const nextHop = (traceId: string | undefined, arn: string, nowMs: number, sample?: () => boolean) => hopOf(traceId, markOf(arn), nowMs, sample);

test("every invocation has a trace; a given one is kept and learns who was there", () => {
  const first = nextHop(undefined, "arn:a", 1_700_000_000_000);
  expect(first.visits).toBe(0);
  expect(first.traceId).toMatch(/^Root=1-6553f100-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:1$/);
  const second = nextHop(first.traceId, "arn:b", 0);
  expect(second).toMatchObject({ visits: 0 });
  expect(second.traceId.startsWith(first.traceId)).toBe(true);
  expect(nextHop("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", "arn:a", 0).traceId).toMatch(/^Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Lineage=[0-9a-f]{8}:1$/);
});

test("whether a trace is recorded is decided once, by a function that traces, and everything after it is told", () => {
  const [yes, no] = [() => true, () => false];
  const root = "1-5759e988-bd862e3fe1be46a994272793";
  const recorded = nextHop(undefined, "arn:a", 1_700_000_000_000, yes);
  expect(recorded.spot).toEqual({ root: expect.stringMatching(/^1-6553f100-[0-9a-f]{24}$/), id: expect.stringMatching(/^[0-9a-f]{16}$/), parent: undefined });
  expect(recorded.traceId).toMatch(new RegExp(`^Root=${recorded.spot?.root};Parent=${recorded.spot?.id};Sampled=1;Lineage=[0-9a-f]{8}:1$`));
  const next = nextHop(recorded.traceId, "arn:b", 0, no);
  expect(next.spot).toMatchObject({ root: recorded.spot?.root, parent: recorded.spot?.id });
  expect(nextHop(recorded.traceId, "arn:b", 0)).toMatchObject({ spot: undefined, traceId: expect.stringContaining(`Parent=${recorded.spot?.id};Sampled=1;`) });
  expect(nextHop(undefined, "arn:a", 0, no)).toMatchObject({ spot: undefined, traceId: expect.stringContaining(";Sampled=0;") });
  expect(nextHop(`Root=${root};Sampled=0`, "arn:a", 0, yes).spot).toBeUndefined();
  expect(nextHop(`Root=${root}`, "arn:a", 0, yes).spot).toMatchObject({ root });
  expect(nextHop(`Self=x;Root=${root};Sampled=?`, "arn:a", 0, yes).traceId).toMatch(new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=1;Self=x;Lineage=`));
  expect(nextHop(`Root=${root};Sampled=?`, "arn:a", 0).traceId).toMatch(new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=0;Lineage=`));
  expect(nextHop("Root=nonsense;Sampled=1", "arn:a", 1_700_000_000_000, no).spot?.root).toMatch(/^1-6553f100-/);
});

test("a function that meets itself again is counted, however many are between", () => {
  let traceId: string | undefined;
  const visits: number[] = [];
  for (let round = 0; round < 20; round++) {
    for (const arn of ["arn:a", "arn:b", "arn:c"]) {
      const hop = nextHop(traceId, arn, 0);
      traceId = hop.traceId;
      if (arn === "arn:a") visits.push(hop.visits);
    }
  }
  expect(visits).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test("a lineage that makes no sense is none, and the header stays short", () => {
  expect(nextHop("Root=1-a;Lineage=x|y:z|12345678:99999999999", "arn:a", 0).traceId).toMatch(/^Root=1-a;Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:1$/);
  let traceId: string | undefined;
  for (let index = 0; index < 100; index++) traceId = nextHop(traceId, `arn:${index}`, 0).traceId;
  expect(traceId?.length).toBeLessThan(200);
});
