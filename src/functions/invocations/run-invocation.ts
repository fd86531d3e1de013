// Takes one event through an instance: lines, deadline, handler, payload, figures.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { InvokeOptions, InvokeResult } from "../function.ts";
import type { Health } from "../instances/dispatcher.ts";
import type { Instance } from "../instances/instance.ts";
import type { Grant } from "../instances/pool.ts";
import type { Invocation, Settling } from "../runner.ts";
import { invocationSegments } from "../tracing/segments.ts";
import { endingOf, endingOfBoot, tooLarge, type Ending } from "./ending.ts";
import { logTail } from "./log-tail.ts";
import type { Figures, Span } from "./platform-events.ts";
import type { ResponseBody } from "./response-body.ts";
import type { TraceSpot } from "./trace.ts";

export interface Ran {
  readonly result: InvokeResult;
  readonly ending: Ending;
  readonly startedMs: number;
  readonly health: Health;
  /** What the handler says it took; undefined when others kept the instance busy beyond that, too. */
  readonly handlerMs?: number | undefined;
}

/** An event and its place in its trace, where that is recorded. */
export interface TracedOptions extends InvokeOptions {
  readonly spot?: TraceSpot | undefined;
}

/** How the answer is taken, other than as the result at the end. */
export interface Taking {
  /** A streamed response goes here while the event runs; who gave it also closes it. */
  readonly body?: ResponseBody | undefined;
  /** Has the result early when the invocation goes on after its answer, unless the caller wants the log of all of it. */
  readonly onAnswer?: ((result: InvokeResult) => void) | undefined;
}

/**
 * Runs the event on a granted instance. Errors of the function are results; rejects only when the platform failed, after which the instance
 * must not be used again.
 */
export async function runInvocation({ instance, failure }: Grant, options: TracedOptions, clock: Clock, { body, onAnswer }: Taking = {}): Promise<Ran> {
  const { log, version } = instance;
  const { requestId, traceId, spot } = options;
  const tail = options.logTail ? logTail(limits.functions.logTailBytesMax) : undefined;
  if (instance.frozen) await instance.thaw();
  log.collect(tail);
  const startedMs = clock.now();
  const begunMs = clock.monotonicMs();
  const subject = { requestId, timeoutMs: version.settings.timeoutMs };
  const deadlineMs = startedMs + subject.timeoutMs;
  // First of all, as the program takes a while to wake. What it says is heard when it is invoked.
  if (!failure && !body && instance.sendAhead(eventOf(options, deadlineMs), true)) instance.flushAhead();
  log.platform({ kind: "start", requestId, traceId }, startedMs);
  if (body) body.executedVersion = version.version;
  const handled: Handled = failure ? { ending: endingOfBoot(failure, subject), health: "dead", hearing: undefined, settling: undefined } : await handle(instance, options, deadlineMs, body);
  const answeredMs = clock.monotonicMs();
  const { ending, settling } = handled;
  const initMs = instance.takeInitMs();
  const steps = instance.takeSteps();
  const resultOf = (figures: Figures): InvokeResult => {
    const { payload, functionError } = ending;
    return { requestId, executedVersion: version.version, payload, functionError, logTail: tail?.bytes(), ...figures };
  };
  // A timeout is told and billed as the limit that was set, not as what it took to notice. An answer that was there when its turn came took its handler's time.
  const durationOf = (status: Ending["status"], atMs: number): number => (status === "timeout" ? subject.timeoutMs : Math.max(atMs - begunMs, handled.handlerMs ?? 0));
  const figuresOf = (durationMs: number, memoryPeakMb: number): Figures => ({ durationMs, billedMs: Math.ceil(durationMs + (initMs ?? 0)), memoryPeakMb, initMs, steps });

  if ((settling || options.answerFirst) && !tail) onAnswer?.(resultOf(figuresOf(durationOf(ending.status, answeredMs), instance.memoryPeakMb ?? instance.readMemory())));
  await handled.hearing;
  const doneMs = (await settling?.runtimeDone) ?? answeredMs;
  const spanFrom = (name: Span["name"], fromMs: number, toMs: number): Span => ({ name, startMs: startedMs + (fromMs - begunMs), durationMs: toMs - fromMs });
  const spans = log.detailed ? [spanFrom("responseLatency", begunMs, answeredMs), spanFrom("responseDuration", answeredMs, answeredMs), spanFrom("runtimeOverhead", answeredMs, doneMs)] : undefined;
  log.platform({ kind: "end", requestId, ending, durationMs: durationOf(ending.status, doneMs), traceId, spans }, clock.now());

  const over = await settling?.over;
  const trouble = over?.failure;
  if (trouble) instance.failed();
  const final = trouble ? endingOf(trouble, subject) : ending;
  const overMs = over?.atMs ?? answeredMs;
  const figures = figuresOf(durationOf(final.status, overMs), instance.readMemory());
  const reportSpans = settling ? [spanFrom("extensionOverhead", doneMs, overMs)] : undefined;
  log.platform({ kind: "report", requestId, ending: final, figures, traceId, spot, ...(reportSpans ? { spans: reportSpans } : {}) }, clock.now());
  if (spot) for (const segment of invocationSegments(version, spot, { requestId, startedMs, durationMs: figures.durationMs, initMs, ending: final })) log.segment(JSON.stringify(segment), startedMs);
  const result = resultOf(figures);
  log.collect(undefined);
  return { result, ending: final, startedMs, health: trouble ? "reset" : handled.health, handlerMs: handled.handlerMs };
}

/** Resolves with the answer, which may be there before the work has ended. */
export function untilAnswered<T>(work: (onAnswer: (answer: T) => void) => Promise<T>): Promise<T> {
  const answered = Promise.withResolvers<T>();
  work(answered.resolve).then(answered.resolve, answered.reject);
  return answered.promise;
}

/** What the program is told. */
export const eventOf = ({ requestId, payload, invokedArn, clientContext, traceId }: InvokeOptions, deadlineMs: number): Invocation => ({ requestId, invokedArn, deadlineMs, payload, clientContext, traceId });

interface Handled {
  readonly ending: Ending;
  readonly health: Health;
  /** See RunningInstance. */
  readonly hearing: Promise<void> | undefined;
  /** What is still to come after the answer. */
  readonly settling: Settling | undefined;
  readonly handlerMs?: number | undefined;
}

async function handle(instance: Instance, options: InvokeOptions, deadlineMs: number, body: ResponseBody | undefined): Promise<Handled> {
  const { requestId } = options;
  const { timeoutMs } = instance.version.settings;
  const subject = { requestId, timeoutMs };
  if (!instance.alive) {
    // After a crash, or when the boot ran out of time: the program starts (again) within this event's own time.
    const boot = await instance.start("invoke", timeoutMs);
    if (boot.kind !== "ready") return { ending: endingOfBoot(boot, subject), health: boot.kind === "exit" || boot.kind === "timeout" || boot.kind === "extension" ? "reset" : "dead", hearing: undefined, settling: undefined };
  }
  const outcome = await instance.invoke(body ? { ...eventOf(options, deadlineMs), sink: body } : eventOf(options, deadlineMs));
  const { hearing, settling } = instance;
  const ending = body?.tooLarge && outcome.kind === "streamed" ? tooLarge(body.bytesMax) : endingOf(outcome, subject);
  return { ending: body ? { ...ending, streamedBytes: body.sizeBytes } : ending, health: instance.alive ? "well" : "reset", hearing, settling, handlerMs: outcome.kind === "answer" && !settling ? outcome.handlerMs : undefined };
}
