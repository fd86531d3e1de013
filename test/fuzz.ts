// Tries with random input, for as long as FUGAZ_FUZZ_SECONDS says, each from a seed of its own and none for ever.
import { createContext, Script } from "node:vm";
import { seeded } from "./contract/seeded.ts";

/** The seed of the first try; with FUGAZ_TEST_SEED the one a failure named, which so is tried first. */
export const FUZZ_SEED = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 1_000_000);

/** What one parser gets. */
export const FUZZ_SECONDS = Number(process.env["FUGAZ_FUZZ_SECONDS"] ?? (process.env["CI"] ? 20 : 2));

/** For tests that fuzz. */
export const FUZZ_TIMEOUT_MS = FUZZ_SECONDS * 1000 + 60_000;

/** Tries between two looks at the clock, and how long they may take on the slowest machine: they need some milliseconds. */
const AT_ONCE = 100;
const HANG_MS = 20_000;

const go = new Script("tries()");

/** Runs tries for a `share` of a parser's seconds. The first that throws, or does not end, fails with its seed. */
export function fuzz(share: number, attempt: (random: () => number) => void): void {
  const untilMs = performance.now() + share * FUZZ_SECONDS * 1000;
  let seed = FUZZ_SEED;
  const context = createContext({
    tries: () => {
      for (const end = seed + AT_ONCE; seed < end; seed++) attempt(seeded(seed));
    },
  });
  try {
    // Only a script can be stopped from outside.
    do go.runInContext(context, { timeout: HANG_MS });
    while (performance.now() < untilMs);
  } catch (cause) {
    throw new Error(`a try failed; FUGAZ_TEST_SEED=${seed} repeats it`, { cause });
  }
}
