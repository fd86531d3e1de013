// What the platform tells about an instance and its invocations, and the records by which it tells it: the Telemetry API's, which JSON logs use too.
import type { Runtime } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import type { RunnerEvent } from "../runner.ts";
import { runtimeArn, runtimeVersion } from "../runtime-version.ts";
import type { StartSteps } from "../start-steps.ts";
import type { Ending } from "./ending.ts";
import type { TraceSpot } from "./trace.ts";

/** What happened, free of how it is written. Durations in ms with fraction. */
export type PlatformEvent =
  | ({ readonly kind: "initStart"; readonly runtime: Runtime; readonly logStream: string } & Start)
  /** Ours: the runtime is not quite what the function asked for. For the log only, since telemetry has a schema. */
  | { readonly kind: "runtimeNote"; readonly note: string }
  | (Extract<RunnerEvent, { readonly kind: "initRuntimeDone" }> & Start)
  | ({ readonly kind: "initReport"; readonly durationMs: number; readonly status: Ending["status"]; readonly errorType: string | undefined } & Start)
  | Exclude<RunnerEvent, { readonly kind: "initRuntimeDone" | "segment" }>
  | { readonly kind: "start"; readonly requestId: string; readonly traceId?: string | undefined }
  /** The runtime is through with the event; extensions may not be. */
  | { readonly kind: "end"; readonly requestId: string; readonly ending: Ending; readonly durationMs: number; readonly traceId?: string | undefined; readonly spans?: readonly Span[] | undefined }
  | { readonly kind: "report"; readonly requestId: string; readonly ending: Ending; readonly figures: Figures; readonly traceId?: string | undefined; readonly spot?: TraceSpot | undefined; readonly spans?: readonly Span[] };

interface Start {
  readonly phase: Phase;
  /** Why the instance was started; absent: an event waits for it. */
  readonly initialization?: "on-demand" | "provisioned-concurrency";
}

/** `invoke`: the second try of an initialisation that failed, within the time of the first event. */
export type Phase = "init" | "invoke";

export interface Figures {
  readonly durationMs: number;
  readonly billedMs: number;
  readonly memoryPeakMb: number;
  readonly initMs: number | undefined;
  /** Of an instance's first invocation. */
  readonly steps?: StartSteps | undefined;
}

export interface Span {
  readonly name: "responseLatency" | "responseDuration" | "runtimeOverhead" | "extensionOverhead";
  /** Epoch ms. */
  readonly startMs: number;
  readonly durationMs: number;
}

const BYTES_PER_MB = 1024 * 1024;

/** `type` with its `platform.`, and the record. */
export function platformRecord(event: Exclude<PlatformEvent, { readonly kind: "runtimeNote" }>, version: Version): { readonly type: string; readonly record: unknown } {
  const initializationType = ("initialization" in event && event.initialization) || "on-demand";
  switch (event.kind) {
    case "initStart":
      return {
        type: "platform.initStart",
        record: {
          initializationType, phase: event.phase,
          ...(version.code.image ? {} : { runtimeVersion: runtimeVersion(event.runtime), runtimeVersionArn: runtimeArn(event.runtime, version) }),
          functionName: version.name, functionVersion: version.version, instanceId: event.logStream, instanceMaxMemory: version.settings.memoryMb * BYTES_PER_MB,
        },
      };
    case "initRuntimeDone":
      return { type: "platform.initRuntimeDone", record: { initializationType, phase: event.phase, ...status(event) } };
    case "initReport":
      return { type: "platform.initReport", record: { initializationType, phase: event.phase, ...status(event), metrics: { durationMs: rounded(event.durationMs) } } };
    case "extension":
      return { type: "platform.extension", record: { name: event.name, state: event.state, events: event.events, errorType: event.errorType } };
    case "subscription":
      return { type: "platform.telemetrySubscription", record: { name: event.name, state: "Subscribed", types: event.types } };
    case "start":
      return { type: "platform.start", record: { requestId: event.requestId, version: version.version, ...tracing(event) } };
    case "end": {
      const metrics = { durationMs: rounded(event.durationMs), producedBytes: event.ending.payload.byteLength + (event.ending.streamedBytes ?? 0) };
      return { type: "platform.runtimeDone", record: { requestId: event.requestId, ...status(event.ending), metrics, ...spans(event), ...tracing(event) } };
    }
    case "report": {
      const { durationMs, billedMs, memoryPeakMb, initMs } = event.figures;
      const metrics = {
        durationMs: rounded(durationMs), billedDurationMs: billedMs, memorySizeMB: version.settings.memoryMb, maxMemoryUsedMB: memoryPeakMb,
        initDurationMs: initMs === undefined ? undefined : rounded(initMs),
      };
      return { type: "platform.report", record: { requestId: event.requestId, metrics, ...steps(event.figures), ...status(event.ending), ...spans(event), ...tracing(event) } };
    }
  }
}

/** Ours: the original does not tell. */
const steps = ({ steps: given }: Figures) =>
  given === undefined ? {} : { start: { kind: given.kind, sandboxMs: rounded(given.sandboxMs), runtimeMs: rounded(given.runtimeMs), codeMs: given.codeMs === undefined ? undefined : rounded(given.codeMs) } };

const status = ({ status: outcome, errorType }: Pick<Ending, "status" | "errorType">) => ({ status: outcome, errorType: outcome === "timeout" ? undefined : errorType });

const tracing = ({ traceId, spot }: { readonly traceId?: string | undefined; readonly spot?: TraceSpot | undefined }) => (traceId === undefined ? {} : { tracing: { spanId: spot?.id, type: "X-Amzn-Trace-Id", value: traceId } });

const spans = ({ spans: given }: { readonly spans?: readonly Span[] | undefined }) =>
  given === undefined ? {} : { spans: given.map(({ name, startMs, durationMs }) => ({ name, start: new Date(startMs).toISOString(), durationMs: rounded(durationMs) })) };

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
