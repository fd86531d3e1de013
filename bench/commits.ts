// How many commits become durable per second: one caller that waits for each, and many at once who share the fsyncs.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../src/engines/embedded/open.ts";
import { systemClock } from "../src/main/system-clock.ts";
import type { Engine } from "../src/ports/engine.ts";
import { append, enqueue, set, type Write } from "../src/ports/store.ts";

/** One line of the table. */
export interface CommitsRow {
  readonly name: string;
  readonly callers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const CALLERS: readonly number[] = [1, 64];
const VALUE = { bucket: "pictures", owner: "000000000000", etag: "9a0364b9e99bb480dd25e1f0284c8555", sizeBytes: 123_456 };
const BODY = new Uint8Array(300);

const shapes: readonly { readonly name: string; readonly writes: (n: number) => readonly Write[] }[] = [
  { name: "durable commits, one set", writes: (n) => [set(["bench", n % 50_000], VALUE)] },
  { name: "durable commits, set + append + enqueue", writes: (n) => [set(["bench", n % 50_000], VALUE), append("bench", VALUE), enqueue("bench", { n }, BODY)] },
];

/** Measures in a fresh directory below `tmpdir` (or `parent`); `runMs` per row. */
export async function benchCommits({ parent = tmpdir(), runMs = 2000 } = {}): Promise<readonly CommitsRow[]> {
  const dir = await mkdtemp(join(parent, "fugaz-bench-"));
  try {
    await using engine = await openEmbedded({ dir, clock: systemClock });
    const rows: CommitsRow[] = [];
    for (const { name, writes } of shapes) {
      for (const callers of CALLERS) {
        await measure(engine, writes, callers, runMs / 10);
        rows.push({ name, callers, ...(await measure(engine, writes, callers, runMs)) });
      }
    }
    return rows;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure({ store }: Engine, writes: (n: number) => readonly Write[], callers: number, runMs: number): Promise<Pick<CommitsRow, "perSecond" | "p50Ms" | "p99Ms">> {
  const begun = systemClock.monotonicMs();
  const tookMs: number[] = [];
  let n = 0;
  const caller = async (): Promise<void> => {
    for (let now = systemClock.monotonicMs(); now - begun < runMs; ) {
      await store.commit([], writes(n++));
      const later = systemClock.monotonicMs();
      tookMs.push(later - now);
      now = later;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = (tookMs.length / (systemClock.monotonicMs() - begun)) * 1000;
  tookMs.sort((a, b) => a - b);
  return { perSecond, p50Ms: tookMs[Math.floor(tookMs.length * 0.5)] ?? 0, p99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0 };
}
