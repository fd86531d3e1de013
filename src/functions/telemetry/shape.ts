// An event as one subscriber gets it: the newer API's records as they are, the older API's in its own words.
import type { Api } from "./subscription.ts";
import type { TelemetryEvent } from "./hub.ts";

/** The first schema in which a line that a function wrote as JSON arrives as an object. */
const OBJECT_RECORDS = "2022-12-13";
const ONLY_LOGS = new Set(["platform.end", "platform.fault"]);

/** One JSON text, or undefined when the subscriber's API does not know the event. `jsonLines`: the function's log format is JSON. */
export function shaped(event: TelemetryEvent, api: Api, schemaVersion: string, jsonLines: boolean): string | undefined {
  const time = new Date(event.atMs).toISOString();
  if (api === "logs") {
    const known = older(event, schemaVersion);
    return known && JSON.stringify({ time, ...known });
  }
  if (ONLY_LOGS.has(event.type)) return undefined;
  const asObject = jsonLines && event.type === "function" && schemaVersion >= OBJECT_RECORDS;
  return JSON.stringify({ time, type: event.type, record: asObject ? objectOf(event.record) : event.record });
}

/** The Logs API's events, by the newer ones' names and members. */
function older({ type, record }: TelemetryEvent, schemaVersion: string): { readonly type: string; readonly record: unknown } | undefined {
  const members = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, (record as Readonly<Record<string, unknown>>)[name]]));
  switch (type) {
    case "platform.start":
      return { type, record: members("requestId", "version") };
    case "platform.runtimeDone":
      return schemaVersion >= "2021-03-18" ? { type, record: members("requestId", "status") } : undefined;
    case "platform.report":
      return { type, record: members("requestId", "metrics") };
    case "platform.telemetrySubscription":
      return { type: "platform.logsSubscription", record };
    case "platform.end":
    case "platform.fault":
    case "platform.extension":
    case "platform.logsDropped":
    case "function":
    case "extension":
      return { type, record };
    default:
      return undefined;
  }
}

function objectOf(line: unknown): unknown {
  try {
    const value: unknown = JSON.parse(String(line));
    return typeof value === "object" && value !== null ? value : line;
  } catch {
    return line;
  }
}
