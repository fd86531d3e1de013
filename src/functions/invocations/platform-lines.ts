// The platform's own log lines, START to REPORT, as text or as JSON, exactly as log parsers of the original expect them.
import type { Version } from "../function.ts";
import type { Ending } from "./ending.ts";
import { runtimeArn, runtimeVersion } from "../runtime-version.ts";
import { platformRecord, type Figures, type PlatformEvent } from "./platform-events.ts";

/** The log message, final newline included; undefined when the log's settings leave this event out. */
export function platformLine(event: PlatformEvent, version: Version, atMs: number): string | undefined {
  return version.settings.logs.format === "JSON" ? jsonLine(event, version, atMs) : textLine(event, version);
}

function textLine(event: PlatformEvent, version: Version): string | undefined {
  switch (event.kind) {
    case "initStart":
      // Once per instance: a second try is told by its INIT_REPORT.
      if (event.phase === "invoke") return undefined;
      // Images have no runtime of the platform's to name.
      if (version.code.image) return undefined;
      return `INIT_START Runtime Version: ${runtimeVersion(event.runtime)}\tRuntime Version ARN: ${runtimeArn(event.runtime, version)}\n`;
    case "initRuntimeDone":
      return undefined;
    case "runtimeNote":
      return `WARNING\t${event.note}\n`;
    case "initReport":
      // Of a start that an event waits for, only failure is told in text: the event's REPORT has the rest.
      if (event.status === "success" && event.initialization !== "provisioned-concurrency") return undefined;
      return `INIT_REPORT Init Duration: ${event.durationMs.toFixed(2)} ms\tPhase: ${event.phase}\t${statusText(event)}\n`;
    case "extension":
      return `EXTENSION\tName: ${event.name}\tState: ${event.state}\tEvents: [${event.events.join(", ")}]${event.errorType === undefined ? "" : `\tError Type: ${event.errorType}`}\n`;
    case "subscription":
      return `${event.api === "logs" ? "LOGS" : "TELEMETRY"}\tName: ${event.name}\tState: Subscribed\tTypes: [${event.types.map(capital).join(", ")}]\n`;
    case "start":
      return `START RequestId: ${event.requestId} Version: ${version.version}\n`;
    case "end":
      return `END RequestId: ${event.requestId}\n`;
    case "report": {
      const { durationMs, billedMs, memoryPeakMb, initMs } = event.figures;
      const init = initMs === undefined ? "" : `Init Duration: ${initMs.toFixed(2)} ms\t`;
      return (
        `REPORT RequestId: ${event.requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs} ms\t` +
        `Memory Size: ${version.settings.memoryMb} MB\tMax Memory Used: ${memoryPeakMb} MB\t${init}${stepsText(event.figures)}${statusText(event.ending)}\n${traceText(event)}`
      );
    }
  }
}

const traceText = ({ spot }: Extract<PlatformEvent, { readonly kind: "report" }>): string => (spot ? `XRAY TraceId: ${spot.root}\tSegmentId: ${spot.id}\tSampled: true\t\n` : "");

/** Ours, in the original's form, where readers of the line skip what they do not know. */
function stepsText({ steps }: Figures): string {
  if (steps === undefined) return "";
  const { kind, sandboxMs, runtimeMs, codeMs } = steps;
  return `Start: ${kind}, sandbox ${sandboxMs.toFixed(2)} ms, runtime ${runtimeMs.toFixed(2)} ms${codeMs === undefined ? "" : `, code ${codeMs.toFixed(2)} ms`}\t`;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** An error that the living program reported is not told here: the report is about the platform's view. */
function statusText({ status, errorType }: Pick<Ending, "status" | "errorType">): string {
  if (status === "timeout") return "Status: timeout";
  if (status === "failure") return `Status: error\tError Type: ${errorType ?? "Runtime.Unknown"}`;
  return "";
}

function jsonLine(event: PlatformEvent, version: Version, atMs: number): string | undefined {
  if (levelRanks[levelOf(event)] < levelRanks[systemLevel(version)]) return undefined;
  if (event.kind === "runtimeNote") return `${JSON.stringify({ timestamp: new Date(atMs).toISOString(), level: "WARN", message: event.note })}\n`;
  return `${JSON.stringify({ time: new Date(atMs).toISOString(), ...platformRecord(event, version) })}\n`;
}

type Level = "DEBUG" | "INFO" | "WARN";
const levelRanks: Readonly<Record<Level, number>> = { DEBUG: 0, INFO: 1, WARN: 2 };

function levelOf(event: PlatformEvent): Level {
  if (event.kind === "runtimeNote") return "WARN";
  if (event.kind === "initReport" || event.kind === "initRuntimeDone") return event.status === "success" ? "DEBUG" : "WARN";
  if (event.kind === "end") return event.ending.status === "success" ? "DEBUG" : "WARN";
  return event.kind === "extension" && event.errorType !== undefined ? "WARN" : "INFO";
}

function systemLevel({ settings }: Version): Level {
  const level = settings.logs.systemLevel;
  return level === "DEBUG" || level === "WARN" ? level : "INFO";
}
