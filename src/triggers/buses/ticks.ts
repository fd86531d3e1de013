// The next time of every schedule lies in a queue until it has come: what fires, and the tick after it, are one commit, so that none is lost and none comes twice.
import { readSchedule } from "../../kernel/schedule/schedule.ts";
import type { Leased } from "../../ports/queue.ts";
import { enqueue, type Write } from "../../ports/store.ts";
import type { BusRef, RuleRecord } from "./buses.ts";

export const TICKS = "ticks/rules";

export interface Tick {
  readonly bus: BusRef;
  readonly rule: string;
  /** Of the schedule that it is a tick of. */
  readonly beat: string;
  readonly timeMs: number;
}

/** The tick after a moment, for a commit; none when the schedule has no further one. */
export function tickWrites({ account, region, bus, name, schedule, beat }: RuleRecord, afterMs: number, nowMs: number): readonly Write[] {
  const timeMs = beat && readSchedule(schedule ?? "")?.next(afterMs, beat.sinceMs);
  if (!beat || timeMs === undefined) return [];
  const tick: Tick = { bus: { account, region, name: bus }, rule: name, beat: beat.id, timeMs };
  return [enqueue(TICKS, { ...tick }, new Uint8Array(), Math.max(0, timeMs - nowMs))];
}

export const tickOf = ({ meta }: Leased): Tick => meta as unknown as Tick;
