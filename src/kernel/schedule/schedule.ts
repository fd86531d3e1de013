// When schedules fire: `rate(5 minutes)` and `cron(0 8 ? * MON-FRI *)`, in UTC, as EventBridge reads them.
import { readCron, type Schedule } from "./cron.ts";

export type { Schedule } from "./cron.ts";

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Undefined when the text is neither. One minute is `rate(1 minute)`, two are `rate(2 minutes)`. */
export function readSchedule(text: string): Schedule | undefined {
  const [, kind, inner = ""] = /^(rate|cron)\((.*)\)$/.exec(text.trim()) ?? [];
  if (kind === "cron") return readCron(inner);
  return kind === "rate" ? readRate(inner) : undefined;
}

function readRate(text: string): Schedule | undefined {
  const [, digits = "", name = "", plural = ""] = /^\s*(\d{1,9})\s+(minute|hour|day)(s?)\s*$/.exec(text) ?? [];
  const count = Number(digits);
  const unitMs = UNITS[name];
  if (count < 1 || unitMs === undefined || (count === 1) !== (plural === "")) return undefined;
  const periodMs = count * unitMs;
  return { next: (afterMs, sinceMs) => sinceMs + Math.max(1, Math.floor((afterMs - sinceMs) / periodMs) + 1) * periodMs };
}
