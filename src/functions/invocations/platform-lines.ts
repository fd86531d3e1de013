// The platform's own log lines, START to REPORT, as text or as JSON, exactly as log parsers of the original expect them.
import { createHash } from "node:crypto";
import type { Runtime } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import type { Ending } from "./ending.ts";

/** What happened, free of how it is written. Durations in ms with fraction. */
export type PlatformEvent =
  | { readonly kind: "initStart"; readonly runtime: Runtime; readonly phase: Phase }
  /** Ours: the runtime is not quite what the function asked for. */
  | { readonly kind: "runtimeNote"; readonly note: string }
  | { readonly kind: "initReport"; readonly phase: Phase; readonly durationMs: number; readonly status: Ending["status"]; readonly errorType: string | undefined }
  | { readonly kind: "start"; readonly requestId: string }
  | { readonly kind: "end"; readonly requestId: string; readonly ending: Ending; readonly durationMs: number }
  | { readonly kind: "report"; readonly requestId: string; readonly ending: Ending; readonly figures: Figures };

/** `invoke`: the second try of an initialisation that failed, within the time of the first event. */
export type Phase = "init" | "invoke";

export interface Figures {
  readonly durationMs: number;
  readonly billedMs: number;
  readonly memoryPeakMb: number;
  readonly initMs: number | undefined;
}

/** The log message, final newline included; undefined when the log's settings leave this event out. */
export function platformLine(event: PlatformEvent, version: Version, atMs: number): string | undefined {
  return version.settings.logs.format === "JSON" ? jsonLine(event, version, atMs) : textLine(event, version);
}

function textLine(event: PlatformEvent, version: Version): string | undefined {
  switch (event.kind) {
    case "initStart":
      return `INIT_START Runtime Version: ${runtimeVersion(event.runtime)}\tRuntime Version ARN: ${runtimeArn(event.runtime, version)}\n`;
    case "runtimeNote":
      return `WARNING\t${event.note}\n`;
    case "initReport":
      // Only failures are told in text.
      if (event.status === "success") return undefined;
      return `INIT_REPORT Init Duration: ${event.durationMs.toFixed(2)} ms\tPhase: ${event.phase}\t${statusText(event)}\n`;
    case "start":
      return `START RequestId: ${event.requestId} Version: ${version.version}\n`;
    case "end":
      return `END RequestId: ${event.requestId}\n`;
    case "report": {
      const { durationMs, billedMs, memoryPeakMb, initMs } = event.figures;
      const init = initMs === undefined ? "" : `Init Duration: ${initMs.toFixed(2)} ms\t`;
      return (
        `REPORT RequestId: ${event.requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs} ms\t` +
        `Memory Size: ${version.settings.memoryMb} MB\tMax Memory Used: ${memoryPeakMb} MB\t${init}${statusText(event.ending)}\n`
      );
    }
  }
}

/** An error that the living program reported is not told here: the report is about the platform's view. */
function statusText({ status, errorType }: Pick<Ending, "status" | "errorType">): string {
  if (status === "timeout") return "Status: timeout";
  if (status === "failure") return `Status: error\tError Type: ${errorType ?? "Runtime.Unknown"}`;
  return "";
}

function jsonLine(event: PlatformEvent, version: Version, atMs: number): string | undefined {
  if (levelRanks[levelOf(event)] < levelRanks[systemLevel(version)]) return undefined;
  if (event.kind === "runtimeNote") return `${JSON.stringify({ timestamp: new Date(atMs).toISOString(), level: "WARN", message: event.note })}\n`;
  const { type, record } = jsonEvent(event, version);
  return `${JSON.stringify({ time: new Date(atMs).toISOString(), type: `platform.${type}`, record })}\n`;
}

function jsonEvent(event: Exclude<PlatformEvent, { readonly kind: "runtimeNote" }>, version: Version): { readonly type: string; readonly record: unknown } {
  const initializationType = "on-demand";
  switch (event.kind) {
    case "initStart":
      return {
        type: "initStart",
        record: {
          initializationType, phase: event.phase, runtimeVersion: runtimeVersion(event.runtime), runtimeVersionArn: runtimeArn(event.runtime, version),
          functionName: version.name, functionVersion: version.version,
        },
      };
    case "initReport":
      return { type: "initReport", record: { initializationType, phase: event.phase, ...jsonStatus(event), metrics: { durationMs: rounded(event.durationMs) } } };
    case "start":
      return { type: "start", record: { requestId: event.requestId, version: version.version } };
    case "end": {
      const metrics = { durationMs: rounded(event.durationMs), producedBytes: event.ending.payload.byteLength };
      return { type: "runtimeDone", record: { requestId: event.requestId, ...jsonStatus(event.ending), metrics } };
    }
    case "report": {
      const { durationMs, billedMs, memoryPeakMb, initMs } = event.figures;
      const metrics = {
        durationMs: rounded(durationMs), billedDurationMs: billedMs, memorySizeMB: version.settings.memoryMb, maxMemoryUsedMB: memoryPeakMb,
        initDurationMs: initMs === undefined ? undefined : rounded(initMs),
      };
      return { type: "report", record: { requestId: event.requestId, metrics, ...jsonStatus(event.ending) } };
    }
  }
}

const jsonStatus = ({ status, errorType }: Pick<Ending, "status" | "errorType">) => ({ status, errorType: status === "timeout" ? undefined : errorType });

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

type Level = "DEBUG" | "INFO" | "WARN";
const levelRanks: Readonly<Record<Level, number>> = { DEBUG: 0, INFO: 1, WARN: 2 };

function levelOf(event: PlatformEvent): Level {
  if (event.kind === "initReport") return event.status === "success" ? "DEBUG" : "WARN";
  if (event.kind === "runtimeNote") return "WARN";
  if (event.kind === "end") return event.ending.status === "success" ? "DEBUG" : "WARN";
  return "INFO";
}

function systemLevel({ settings }: Version): Level {
  const level = settings.logs.systemLevel;
  return level === "DEBUG" || level === "WARN" ? level : "INFO";
}

/** `nodejs:24.21.0`: what really runs, in the original's form. */
function runtimeVersion({ family, name, version }: Runtime): string {
  if (version === "") return name.replace(/^go1/, "go:1").replace("provided.", "provided:");
  return `${family === "node" ? "nodejs" : family}:${version}`;
}

/** The original names each build of a runtime by a digest; ours is one of what tells builds apart. */
function runtimeArn(runtime: Runtime, { region }: Version): string {
  const digest = createHash("sha256").update(`${runtime.name} ${runtime.version} ${runtime.interpreter}`).digest("hex");
  return `arn:aws:lambda:${region}::runtime:${digest}`;
}
