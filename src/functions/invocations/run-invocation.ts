// Takes one event through an instance: lines, deadline, handler, payload, figures.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { InvokeOptions, InvokeResult } from "../function.ts";
import type { Health } from "../instances/dispatcher.ts";
import type { Instance } from "../instances/instance.ts";
import type { Grant } from "../instances/pool.ts";
import { endingOf, endingOfBoot, tooLarge, type Ending } from "./ending.ts";
import { logTail } from "./log-tail.ts";
import type { Figures } from "./platform-lines.ts";
import type { ResponseBody } from "./response-body.ts";

export interface Ran {
  readonly result: InvokeResult;
  readonly ending: Ending;
  readonly startedMs: number;
  readonly health: Health;
}

/**
 * Runs the event on a granted instance. Errors of the function are results; rejects only when the platform failed, after which the instance
 * must not be used again. A streamed response goes to `body` while the event runs; who gave it also closes it.
 */
export async function runInvocation({ instance, failure }: Grant, options: InvokeOptions, clock: Clock, body?: ResponseBody): Promise<Ran> {
  const { log, version } = instance;
  const { requestId } = options;
  const tail = options.logTail ? logTail(limits.functions.logTailBytesMax) : undefined;
  if (instance.frozen) await instance.thaw();
  log.collect(tail);
  const startedMs = clock.now();
  const begunMs = clock.monotonicMs();
  log.platform({ kind: "start", requestId }, startedMs);
  if (body) body.executedVersion = version.version;
  const { ending, health } = failure
    ? { ending: endingOfBoot(failure, { requestId, timeoutMs: version.settings.timeoutMs }), health: "dead" as const }
    : await handle(instance, options, startedMs + version.settings.timeoutMs, body);
  // A timeout is told and billed as the limit that was set, not as what it took to notice.
  const durationMs = ending.status === "timeout" ? version.settings.timeoutMs : clock.monotonicMs() - begunMs;
  const initMs = instance.takeInitMs();
  const memoryPeakMb = await instance.readMemory();
  const figures: Figures = { durationMs, billedMs: Math.ceil(durationMs + (initMs ?? 0)), memoryPeakMb, initMs };
  const endedMs = clock.now();
  log.platform({ kind: "end", requestId, ending, durationMs }, endedMs);
  log.platform({ kind: "report", requestId, ending, figures }, endedMs);
  log.collect(undefined);
  const { payload, functionError } = ending;
  return {
    result: { requestId, executedVersion: version.version, payload, functionError, logTail: tail?.bytes(), ...figures },
    ending, startedMs, health,
  };
}

async function handle(instance: Instance, options: InvokeOptions, deadlineMs: number, body: ResponseBody | undefined): Promise<{ readonly ending: Ending; readonly health: Health }> {
  const { requestId, payload, invokedArn, clientContext, traceId } = options;
  const { timeoutMs } = instance.version.settings;
  const subject = { requestId, timeoutMs };
  if (!instance.alive) {
    // After a crash, or when the boot ran out of time: the program starts (again) within this event's own time.
    const boot = await instance.start("invoke", timeoutMs);
    if (boot.kind !== "ready") return { ending: endingOfBoot(boot, subject), health: boot.kind === "exit" || boot.kind === "timeout" ? "reset" : "dead" };
  }
  const outcome = await instance.invoke({ requestId, invokedArn, deadlineMs, payload, clientContext, traceId, ...(body ? { sink: body } : {}) });
  const ending = body?.tooLarge && outcome.kind === "streamed" ? tooLarge(body.bytesMax) : endingOf(outcome, subject);
  return { ending: body ? { ...ending, streamedBytes: body.sizeBytes } : ending, health: instance.alive ? "well" : "reset" };
}
