// How many batches of one queue may run at once, and how that number grows while there are more messages than it can take.
import type { QueueReading } from "../mapping.ts";

export interface Scale {
  readonly start: number;
  readonly perMinute: number;
  readonly max: number;
}

/** AWS: five at first, 300 more a minute, 1250 at most. */
const standard: Scale = { start: 5, perMinute: 300, max: 1250 };
/** AWS: a provisioned poller runs ten invocations at once; they grow by a thousand a minute. */
const perPoller = 10;
const provisionedPerMinute = 1000;

export function scaleOf({ concurrencyMax, pollers }: QueueReading): Scale {
  if (pollers) return { start: pollers.min * perPoller, perMinute: provisionedPerMinute, max: pollers.max * perPoller };
  const max = concurrencyMax ?? standard.max;
  return { ...standard, start: Math.min(standard.start, max), max };
}

export interface Growth {
  /** With fraction. */
  readonly allowed: number;
  /** Since when all that are allowed run; undefined when fewer do. */
  readonly fullMs: number | undefined;
  /** When something ran last. */
  readonly busyMs: number;
}

/** Ours: without messages for so long, a queue begins small again. */
const quietMs = 60_000;

export const newGrowth = (scale: Scale, nowMs: number): Growth => ({ allowed: scale.start, fullMs: undefined, busyMs: nowMs });

/** To be asked with every look at the queue: grows by the time that has passed since the last look if all have been running since. */
export function grown(scale: Scale, { allowed, fullMs, busyMs }: Growth, running: number, nowMs: number): Growth {
  if (running === 0) return nowMs - busyMs > quietMs ? newGrowth(scale, nowMs) : { allowed, fullMs: undefined, busyMs };
  if (running < Math.floor(allowed)) return { allowed, fullMs: undefined, busyMs: nowMs };
  const more = fullMs === undefined ? 0 : ((nowMs - fullMs) / 60_000) * scale.perMinute;
  return { allowed: Math.min(scale.max, allowed + more), fullMs: nowMs, busyMs: nowMs };
}

/** How long until one more is allowed; undefined when none will be. */
export const nextMs = (scale: Scale, { allowed }: Growth): number | undefined =>
  allowed >= scale.max ? undefined : Math.ceil(((Math.floor(allowed) + 1 - allowed) / scale.perMinute) * 60_000);

/** AWS: a queue that shows its messages again before window and function are through gets so much more. */
const spareSeconds = 30;

/** For how long messages are hidden while they are collected and worked on. */
export const visibilityFor = (queueSeconds: number, windowSeconds: number, timeoutSeconds: number): number =>
  queueSeconds >= windowSeconds + timeoutSeconds ? queueSeconds : windowSeconds + timeoutSeconds + spareSeconds;
