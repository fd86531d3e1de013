// One attempt at one asynchronous event, and what becomes of the event afterwards.
import { functionArn } from "../../kernel/arn.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import { planAsyncRetry } from "../../kernel/retry.ts";
import type { Leased, Queue } from "../../ports/queue.ts";
import { ack, transact, type Store } from "../../ports/store.ts";
import type { FunctionRef, InvokeOptions, InvokeResult } from "../function.ts";
import type { FunctionName } from "../registry/keys.ts";
import { deadLetter, invocationRecord, type Condition, type Delivery, type Destinations, type EndedEvent } from "./destinations.ts";
import type { EventRules } from "./event-rules.ts";
import { factsOf, functionOf, retryWrite, type EventFacts } from "./events.ts";

export interface AttemptDeps {
  readonly store: Pick<Store, "commit">;
  readonly queue: Pick<Queue, "ack" | "endOf" | "release">;
  readonly clock: Clock;
  readonly rulesFor: (at: FunctionName, qualifier: string | undefined) => Promise<EventRules>;
  readonly destinations: Pick<Destinations, "send">;
  readonly invoke: (ref: FunctionRef, options: InvokeOptions) => Promise<InvokeResult>;
  /** True once running invocations are being killed: then their ends say nothing about the function. */
  readonly abandoned: () => boolean;
  /** Told before it is written when the event will be there again (epoch ms), so that whoever sees the one can count on the other. */
  readonly onBack: (atMs: number) => void;
  /** The operator is told loudly: an event has failed for good, or its end could not be told. */
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
  const { queue, clock } = deps;
  const at = functionOf(lease.queue);
  const facts = factsOf(lease.meta);
  if (!facts) {
    deps.onDropped("An asynchronous event was dropped: its message is not readable.", { function: at.name, account: at.account, region: at.region, message: lease.id });
    await queue.ack(lease);
    return;
  }
  const rules = await deps.rulesFor(at, facts.qualifier);
  const ageMs = (): number => clock.now() - facts.acceptedMs;
  if (rules.off) return end("FunctionOff", undefined);
  if (ageMs() > rules.ageMsMax) return end("EventAgeExceeded", undefined);

  const outcome = await run(lease, facts, deps);
  if (outcome.kind === "done") return end("Success", outcome.result);
  if (outcome.kind === "recursive") return end("RecursiveInvocation", undefined);
  if (outcome.kind === "gone") {
    deps.onDropped("An asynchronous event was dropped: its function does not exist any more.", fieldsOf(at, facts));
    await queue.ack(lease);
    return;
  }
  if (deps.abandoned()) {
    await queue.release(lease, 0);
    return;
  }
  const functionFailures = facts.failures + (outcome.kind === "function" ? 1 : 0);
  const plan = planAsyncRetry({ kind: outcome.kind, functionFailures, deliveries: lease.attempt, ageMs: ageMs() }, rules);
  if (plan.kind === "give-up") return end(plan.because, outcome.kind === "function" ? outcome.result : undefined);
  deps.onBack(clock.now() + plan.delayMs);
  if (outcome.kind === "system") await queue.release(lease, plan.delayMs);
  else await deps.store.commit([], [ack(lease), retryWrite(lease.queue, facts, lease.body, plan.delayMs)]);

  /** The event's last moment: whoever is to hear of it does so in the commit that ends it. */
  async function end(condition: Condition, result: InvokeResult | undefined): Promise<void> {
    const { requestId, failures, qualifier } = facts as EventFacts;
    const ended: EndedEvent = { requestId, functionArn: functionArn(at, qualifier ?? "$LATEST"), condition, invocations: failures + (result ? 1 : 0), payload: lease.body, result, nowMs: clock.now() };
    const record = (): Delivery => ({ kind: "record", record: invocationRecord(ended) });
    const deliveries: readonly (readonly [string | undefined, () => Delivery])[] =
      condition === "Success" ? [[rules.onSuccess, record]] : [[rules.deadLetter, () => deadLetter(ended)], [rules.onFailure, record]];
    // What nobody is told of, and what should not go on unseen, the operator hears. The payload is the function's own: it is not for the operator's log.
    const heard = deliveries.some(([arn]) => arn !== undefined);
    if (condition === "RecursiveInvocation" || (condition !== "Success" && !heard))
      deps.onDropped(sentences[condition], { ...fieldsOf(at, facts as EventFacts), failures: ended.invocations, ageMs: ageMs(), error: result?.functionError });
    // Asked again when a queue that is sent to changes at the same time; but a message that was lost meanwhile, as with its function, has no end.
    let tries = 0;
    await transact(deps.store, async () => {
      if (tries++ > 0 && (await queue.endOf(lease)) === undefined) return { ...nothing, result: undefined };
      const sent = await Promise.all(deliveries.map(([arn, delivery]) => (arn === undefined ? nothing : send(arn, delivery()))));
      return { checks: sent.flatMap(({ checks }) => checks), writes: [ack(lease), ...sent.flatMap(({ writes }) => writes)], result: undefined };
    });
  }

  async function send(arn: string, delivery: Delivery): ReturnType<Destinations["send"]> {
    try {
      return await deps.destinations.send(arn, delivery);
    } catch (error) {
      deps.onDropped("The end of an asynchronous event could not be told to its destination.", { ...fieldsOf(at, facts as EventFacts), destination: arn, err: error });
      return nothing;
    }
  }
}

const nothing = { checks: [], writes: [] } as const;

const fieldsOf = (at: FunctionName, { requestId }: EventFacts): Readonly<Record<string, unknown>> => ({ function: at.name, account: at.account, region: at.region, requestId });

const sentences: Readonly<Record<Exclude<Condition, "Success">, string>> = {
  RetriesExhausted: "An asynchronous event was given up: the function failed on it every time.",
  EventAgeExceeded: "An asynchronous event was given up: it grew too old before it succeeded.",
  RecursiveInvocation: "An asynchronous event was stopped: it came from a loop in which the function called itself again and again.",
  FunctionOff: "An asynchronous event was given up: its function is switched off (no concurrency is reserved for it).",
};

type Outcome =
  | { readonly kind: "done" | "function"; readonly result: InvokeResult }
  | { readonly kind: "gone" | "recursive" }
  /** Throttled, or the platform failed. */
  | { readonly kind: "system"; readonly error: unknown };

async function run(lease: Leased, { requestId, invokedArn, traceId, qualifier }: EventFacts, deps: AttemptDeps): Promise<Outcome> {
  try {
    const result = await deps.invoke({ ...functionOf(lease.queue), qualifier }, { requestId, payload: lease.body, invokedArn, traceId });
    return { kind: result.functionError ? "function" : "done", result };
  } catch (error) {
    if (error instanceof Fault && error.code === "ResourceNotFoundException") return { kind: "gone" };
    if (error instanceof Fault && error.code === "RecursiveInvocationException") return { kind: "recursive" };
    return { kind: "system", error };
  }
}
