// Where the end of an asynchronous event is told: a record to its destination, the event itself to the dead-letter queue.
import type { Check, Write } from "../../ports/store.ts";
import type { InvokeResult, Scope } from "../function.ts";

/** Sends to queues, topics and whatever else can take a message; functions are served by the heart itself. */
export interface Destinations {
  /** Whether something is there that functions of this account and region can send to. `unsupported`: of a kind that this server can not send to. */
  state(arn: string, at: Scope): Promise<"ready" | "missing" | "unsupported">;
  /**
   * What sends the delivery, for the commit that settles the event; a kind that can not be part of a commit has sent it when this resolves.
   * Rejects when it can not be sent now, or not at all.
   */
  send(arn: string, delivery: Delivery): Promise<{ readonly checks: readonly Check[]; readonly writes: readonly Write[] }>;
}

export type Delivery =
  | { readonly kind: "record"; readonly record: InvocationRecord | BatchFailure }
  /** For a bucket. */
  | { readonly kind: "object"; readonly account: string; readonly region: string; readonly key: string; readonly body: string }
  /** The event as it came, with what went wrong as attributes. */
  | { readonly kind: "dead-letter"; readonly body: Uint8Array; readonly attributes: Readonly<Record<string, { readonly type: "String" | "Number"; readonly value: string }>> };

/** A batch of a stream that was given up, as the original writes it; what the batch was stands in a member that is named after the kind of stream. */
export interface BatchFailure {
  readonly requestContext: { readonly requestId: string; readonly functionArn: string; readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded"; readonly approximateInvokeCount: number };
  /** Absent when the function never ran. */
  readonly responseContext?: { readonly statusCode: 200; readonly executedVersion: string; readonly functionError: string | null };
  readonly version: "1.0";
  readonly timestamp: string;
  readonly [info: `${string}BatchInfo`]: Readonly<Record<string, string | number>>;
}

/** As the original writes it; payloads are JSON values. */
export interface InvocationRecord {
  readonly version: "1.0";
  /** ISO with milliseconds. */
  readonly timestamp: string;
  readonly requestContext: { readonly requestId: string; readonly functionArn: string; readonly condition: Condition; readonly approximateInvokeCount: number };
  readonly requestPayload: unknown;
  /** Absent when the function never ran. */
  readonly responseContext?: { readonly statusCode: 200; readonly executedVersion: string; readonly functionError?: string };
  readonly responsePayload?: unknown;
}

/** `RecursiveInvocation`: stopped in a loop. `FunctionOff`: nothing reserved for the function. */
export type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded" | "RecursiveInvocation" | "FunctionOff";

export interface EndedEvent {
  readonly requestId: string;
  /** With its qualifier. */
  readonly functionArn: string;
  readonly condition: Condition;
  readonly invocations: number;
  readonly payload: Uint8Array;
  /** Of the last invocation. */
  readonly result: Pick<InvokeResult, "executedVersion" | "functionError" | "payload"> | undefined;
  readonly nowMs: number;
}

export function invocationRecord({ requestId, functionArn, condition, invocations, payload, result, nowMs }: EndedEvent): InvocationRecord {
  return {
    version: "1.0",
    timestamp: new Date(nowMs).toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: invocations },
    requestPayload: valueOf(payload),
    ...(result
      ? {
          responseContext: { statusCode: 200, executedVersion: result.executedVersion, ...(result.functionError ? { functionError: result.functionError } : {}) },
          responsePayload: valueOf(result.payload),
        }
      : {}),
  };
}

/** AWS: so much of the error's message travels with a dead letter. */
const errorTextCharsMax = 1024;

export function deadLetter({ requestId, payload, result, condition }: EndedEvent): Delivery {
  return {
    kind: "dead-letter",
    body: payload,
    attributes: {
      RequestID: { type: "String", value: requestId },
      ErrorCode: { type: "Number", value: "200" },
      ErrorMessage: { type: "String", value: errorText(result?.payload, condition).slice(0, errorTextCharsMax) },
    },
  };
}

function errorText(payload: Uint8Array | undefined, condition: Condition): string {
  const answer = payload && valueOf(payload);
  const message = typeof answer === "object" && answer !== null && "errorMessage" in answer ? answer.errorMessage : undefined;
  // An attribute of a message can not be empty.
  return typeof message === "string" && message !== "" ? message : condition;
}

/** A function's answer need not be JSON: then it is told as the text it is. */
function valueOf(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
