// A bounded load: so many clients, each waiting for its answer, for so long; what came of it as numbers.
import { systemClock } from "../src/main/system-clock.ts";

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What we want of it on two quiet cores, as text: `<= 5`, and for the 99th percentile `<= 5 / 15`. */
  readonly goal?: string;
  /** What the value is the median of, sorted: the table shows the spread, `--json` all of them. */
  readonly samples?: readonly number[];
}

/** The median of a row of times, with its spread. */
export function distribution(what: string, tookMs: readonly number[], goal?: string): Row {
  const samples = tookMs.toSorted((a, b) => a - b);
  return { what: `${what}, ${samples.length} tries`, value: at(samples, 0.5), unit: "ms", samples, ...(goal && { goal }) };
}

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export async function load(clients: number, runMs: number, once: (n: number) => Promise<unknown>): Promise<Load> {
  const tookMs: number[] = [];
  const begun = systemClock.monotonicMs();
  let n = 0;
  const client = async (): Promise<void> => {
    for (let now = systemClock.monotonicMs(); now - begun < runMs; ) {
      await once(n++);
      const later = systemClock.monotonicMs();
      tookMs.push(later - now);
      now = later;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (systemClock.monotonicMs() - begun) / 1000;
  tookMs.sort((a, b) => a - b);
  return { perSecond: tookMs.length / seconds, p50Ms: at(tookMs, 0.5), p99Ms: at(tookMs, 0.99) };
}

/** The value below which a share of the sorted list lies. */
export const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
