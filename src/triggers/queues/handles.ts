// Receipt handles: opaque to clients, to us the lease and the moment it began.
import type { Leased } from "../../ports/queue.ts";
import { engineQueue, queueIdOf } from "./records.ts";

export interface Handle {
  readonly lease: Leased;
  readonly leasedMs: number;
}

/** Base64 of the queue's id, the message's number, the lease's receipt and its begin. */
export const writeHandle = ({ queue, id, receipt }: Leased, leasedMs: number): string =>
  Buffer.from(`${queueIdOf(queue)} ${id} ${receipt} ${leasedMs}`).toString("base64");

/** Undefined for what is no handle of this queue. */
export function readHandle(text: string, queueId: string): Handle | undefined {
  const [, owner, id, receipt, leasedMs] = /^([0-9a-f]{24}) (\d{1,16}) (\d{1,16}) (\d{1,16})$/.exec(Buffer.from(text, "base64").toString("latin1")) ?? [];
  if (owner !== queueId || receipt === undefined) return undefined;
  const unknown = { meta: undefined, body: new Uint8Array(0), attempt: 0, enqueuedAtMs: 0, firstLeasedAtMs: 0 };
  return { lease: { queue: engineQueue({ id: queueId }), id: Number(id), receipt, ...unknown }, leasedMs: Number(leasedMs) };
}
