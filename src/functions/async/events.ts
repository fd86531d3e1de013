// How an asynchronous event lies in its function's queue.
import type { Write } from "../../ports/store.ts";
import { enqueue } from "../../ports/store.ts";
import type { FunctionRef } from "../function.ts";
import type { AsyncEvent } from "../heart.ts";
import type { FunctionName } from "../registry/keys.ts";

/** What is known of an event besides its payload, which is the message's body. */
export interface EventFacts {
  readonly requestId: string;
  readonly invokedArn: string;
  readonly traceId?: string;
  readonly qualifier?: string;
  /** Epoch ms; kept through retries, as the age of the event counts from here. */
  readonly acceptedMs: number;
  /** How often the function has failed on it. */
  readonly failures: number;
}

export const asyncPrefix = "async/";

/** One queue per function, so that none delays another. */
export const queueOf = ({ account, region, name }: FunctionName): string => `${asyncPrefix}${account}/${region}/${name}`;

export function functionOf(queue: string): FunctionName {
  const [, account = "", region = "", name = ""] = queue.split("/");
  return { account, region, name };
}

export function eventWrite(ref: FunctionRef, event: AsyncEvent, nowMs: number): Write {
  const { requestId, invokedArn, traceId } = event;
  const facts: EventFacts = { requestId, invokedArn, traceId, qualifier: ref.qualifier, acceptedMs: nowMs, failures: 0 };
  return enqueue(queueOf(ref), facts, event.payload);
}

/** The event again, one failure later; put it into the commit that acknowledges the failed attempt. */
export function retryWrite(queue: string, facts: EventFacts, body: Uint8Array, delayMs: number): Write {
  return enqueue(queue, { ...facts, failures: facts.failures + 1 }, body, delayMs);
}

/** Undefined when the message was not written by `eventWrite`. */
export function factsOf(meta: unknown): EventFacts | undefined {
  if (typeof meta !== "object" || meta === null) return undefined;
  const facts = meta as Partial<EventFacts>;
  const whole = typeof facts.requestId === "string" && typeof facts.invokedArn === "string" && typeof facts.acceptedMs === "number" && typeof facts.failures === "number";
  return whole ? (facts as EventFacts) : undefined;
}
