// Which traces are recorded that begin at a function.
import type { Clock } from "../../kernel/clock.ts";
import { placeName } from "../../kernel/place-name.ts";
import type { FunctionName } from "../registry/keys.ts";

/** AWS: the first request of each second, and this share of the others. */
const SHARE = 0.05;
/** Ours: functions remembered; past it the first of a second may be counted twice. */
const FUNCTIONS_MAX = 1000;

/** Decides for one invocation of the function. */
export function openSampler({ clock, random }: { readonly clock: Pick<Clock, "monotonicMs">; readonly random: () => number }): (at: FunctionName) => boolean {
  const seconds = new Map<string, number>();
  return (at) => {
    const key = placeName(at);
    const second = Math.floor(clock.monotonicMs() / 1000);
    if (seconds.get(key) === second) return random() < SHARE;
    if (seconds.size >= FUNCTIONS_MAX) seconds.clear();
    seconds.set(key, second);
    return true;
  };
}
