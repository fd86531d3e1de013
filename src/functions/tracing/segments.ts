// The segments of a traced invocation, in X-Ray's form: the service's, and the function's, below which stands what the code records itself.
import { functionArn } from "../../kernel/arn.ts";
import { hexId } from "../../kernel/ids.ts";
import { isObject } from "../../kernel/is-object.ts";
import type { Version } from "../function.ts";
import type { Ending } from "../invocations/ending.ts";
import type { TraceSpot } from "../invocations/trace.ts";

/** Ours: the log group of an account and region in which every segment is one event of JSON; streams are functions. The original has a service for it. */
export const TRACES_GROUP = "/fugaz/traces";

export interface Traced {
  readonly requestId: string;
  readonly startedMs: number;
  readonly durationMs: number;
  /** Of an instance's first invocation. */
  readonly initMs: number | undefined;
  readonly ending: Ending;
}

export function invocationSegments(version: Version, { root, id, parent }: TraceSpot, { requestId, startedMs, durationMs, initMs, ending }: Traced): readonly object[] {
  const { name, account } = version;
  const arn = functionArn(version);
  const times = { start_time: startedMs / 1000, end_time: (startedMs + durationMs) / 1000 };
  const fault = ending.functionError === undefined ? {} : { fault: true, cause: causeOf(ending) };
  const service = { id: hexId(8), trace_id: root, ...(parent === undefined ? {} : { parent_id: parent }), name, origin: "AWS::Lambda", ...times, http: { response: { status: 200 } }, aws: { request_id: requestId, function_arn: arn }, resource_arn: arn };
  const initialization = initMs === undefined ? [] : [{ id: hexId(8), name: "Initialization", start_time: (startedMs - initMs) / 1000, end_time: startedMs / 1000 }];
  const own = {
    id, trace_id: root, parent_id: service.id, name, origin: "AWS::Lambda::Function", ...times, ...fault, aws: { account_id: account, function_arn: arn },
    subsegments: [...initialization, { id: hexId(8), name: "Invocation", ...times, ...fault }],
  };
  return [service, own];
}

/** What the runtime says it was, else what the caller is told. */
function causeOf({ cause, payload, errorType }: Ending): object {
  if (cause !== undefined) return JSON.parse(cause) as object;
  const told = parsed(Buffer.from(payload).toString());
  return { exceptions: [{ id: hexId(8), type: told?.["errorType"] ?? errorType, message: told?.["errorMessage"] }] };
}

/** The JSON object that a text is; undefined when it is none. */
export function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
