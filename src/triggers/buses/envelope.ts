// An event as rules see it and targets get it.
import type { BusEvent } from "./buses.ts";

/** An event, made once for all who get it. */
export interface Envelope {
  readonly event: BusEvent;
  /** JSON */
  readonly text: string;
  /** What patterns and paths look into. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Epoch ms at which the bus took it in. */
  readonly takenMs: number;
}

/** The detail's own text goes into the text as it is: numbers keep their spelling. */
export function seal(event: BusEvent, takenMs: number): Envelope {
  const head = {
    version: "0", id: event.id, "detail-type": event.detailType, source: event.source, account: event.account,
    time: `${new Date(event.timeMs).toISOString().slice(0, 19)}Z`, region: event.region, resources: event.resources,
  };
  const detail: unknown = JSON.parse(event.detail);
  return { event, takenMs, value: { ...head, detail }, text: `${JSON.stringify(head).slice(0, -1)},"detail":${event.detail}}` };
}
