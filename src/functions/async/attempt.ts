// One attempt at one asynchronous event, and what becomes of the event afterwards.
import type { Clock } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import { planAsyncRetry, type AsyncRetryRules } from "../../kernel/retry.ts";
import type { Leased, Queue } from "../../ports/queue.ts";
import { ack, type Store } from "../../ports/store.ts";
import type { FunctionRef, InvokeOptions, InvokeResult } from "../function.ts";
import { factsOf, functionOf, retryWrite, type EventFacts } from "./events.ts";

export interface AttemptDeps {
  readonly store: Pick<Store, "commit">;
  readonly queue: Pick<Queue, "ack" | "release">;
  readonly clock: Clock;
  readonly rules: AsyncRetryRules;
  readonly invoke: (ref: FunctionRef, options: InvokeOptions) => Promise<InvokeResult>;
  /** True once running invocations are being killed: then their ends say nothing about the function. */
  readonly abandoned: () => boolean;
  /** Told before it is written when the event will be there again (epoch ms), so that whoever sees the one can count on the other. */
  readonly onBack: (atMs: number) => void;
  /** The operator is told loudly: nobody else will hear of this event again. */
  readonly onDropped: (sentence: string, fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * Runs the event and settles its message.
 * Rejects when the queue failed: then the event comes back by itself when its lease ends.
 *
 * A crash of the server uses up no retry: failures are counted in the message, and only a reported failure of the function writes them. An
 * event on which the server itself would die every time is bounded by its age.
 */
export async function attempt(lease: Leased, deps: AttemptDeps): Promise<void> {
  const { queue, clock, rules } = deps;
  const at = functionOf(lease.queue);
  const facts = factsOf(lease.meta);
  const drop = async (sentence: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    deps.onDropped(sentence, { function: at.name, account: at.account, region: at.region, requestId: facts?.requestId, failures: facts?.failures, ...more });
    await queue.ack(lease);
  };
  if (!facts) return drop("An asynchronous event was dropped: its message is not readable.", { message: lease.id });
  const ageMs = clock.now() - facts.acceptedMs;
  if (ageMs > rules.ageMsMax) return drop(sentences.EventAgeExceeded, { ageMs });

  const end = await run(lease, facts, deps);
  if (end.kind === "done") {
    await queue.ack(lease);
    return;
  }
  if (end.kind === "gone") return drop("An asynchronous event was dropped: its function does not exist any more.");
  if (deps.abandoned()) {
    await queue.release(lease, 0);
    return;
  }
  const functionFailures = facts.failures + (end.kind === "function" ? 1 : 0);
  const plan = planAsyncRetry({ kind: end.kind, functionFailures, deliveries: lease.attempt, ageMs: clock.now() - facts.acceptedMs }, rules);
  if (plan.kind === "give-up") return drop(sentences[plan.because], { failures: functionFailures, error: end.error });
  deps.onBack(clock.now() + plan.delayMs);
  if (end.kind === "system") await queue.release(lease, plan.delayMs);
  else await deps.store.commit([], [ack(lease), retryWrite(lease.queue, facts, lease.body, plan.delayMs)]);
}

const sentences = {
  RetriesExhausted: "An asynchronous event was given up: the function failed on it every time.",
  EventAgeExceeded: "An asynchronous event was given up: it grew too old before it succeeded.",
} as const;

type End = { readonly kind: "done" } | { readonly kind: "gone" } | { readonly kind: "function" | "system"; readonly error: string };

async function run(lease: Leased, { requestId, invokedArn, traceId, qualifier }: EventFacts, deps: AttemptDeps): Promise<End> {
  try {
    const result = await deps.invoke({ ...functionOf(lease.queue), qualifier }, { requestId, payload: lease.body, invokedArn, traceId });
    // The payload is the function's own and may hold anything: it is not for the operator's log.
    return result.functionError ? { kind: "function", error: result.functionError } : { kind: "done" };
  } catch (error) {
    if (error instanceof Fault && error.code === "ResourceNotFoundException") return { kind: "gone" };
    return { kind: "system", error: error instanceof Error ? error.message : String(error) };
  }
}
