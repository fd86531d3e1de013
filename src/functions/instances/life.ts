// The life of an instance as a table, so that no path can be taken that nobody thought of.
import { assert } from "../../kernel/fault.ts";

/**
 * `reset`: its program has died, its sandbox and /tmp live; the next event starts the program again.
 */
export type InstanceState = "booting" | "idle" | "frozen" | "reset" | "busy" | "dead";

/** `ended`: it will never run again, whatever the reason: evicted, crashed beyond use, replaced. */
export type InstanceEvent = "booted" | "stumbled" | "taken" | "answered" | "crashed" | "froze" | "ended";

const table: Readonly<Record<InstanceState, Partial<Record<InstanceEvent, InstanceState>>>> = {
  // A boot that timed out or crashed is tried once more, by the event that waits for it.
  booting: { booted: "idle", stumbled: "reset", ended: "dead" },
  idle: { taken: "busy", froze: "frozen", ended: "dead" },
  frozen: { taken: "busy", ended: "dead" },
  reset: { taken: "busy", ended: "dead" },
  busy: { answered: "idle", crashed: "reset", ended: "dead" },
  dead: { ended: "dead" },
};

export function nextState(state: InstanceState, event: InstanceEvent): InstanceState {
  const next = table[state][event];
  assert(next !== undefined, `an instance that is ${state} can not have ${event}`);
  return next;
}

/** Waits for an event, in whatever condition. */
export const isWaiting = (state: InstanceState): boolean => state === "idle" || state === "frozen" || state === "reset";
