// What an outcome means to the caller: payloads and error types exactly as the original words them.
import type { Boot, Outcome } from "../runner.ts";

/** How an invocation ended, for the caller, the log and the meter. */
export interface Ending {
  readonly payload: Uint8Array;
  /** Absent on success; every failure of a function is "Unhandled". */
  readonly functionError: "Unhandled" | undefined;
  /** `failure`: the program died; `error`: it lives and reported an error. */
  readonly status: "success" | "error" | "failure" | "timeout";
  readonly errorType: string | undefined;
  /** What went to the caller before the end, piece by piece. */
  readonly streamedBytes?: number;
  /** What the runtime says of its error for traces: a JSON object. */
  readonly cause?: string | undefined;
}

export type FailedBoot = Exclude<Boot, { readonly kind: "ready" }>;

interface Subject {
  readonly requestId: string;
  readonly timeoutMs: number;
}

/** Of an event that reached the handler. */
export function endingOf(outcome: Outcome, subject: Subject): Ending {
  switch (outcome.kind) {
    case "answer":
      return { payload: outcome.payload, functionError: undefined, status: "success", errorType: undefined };
    case "streamed":
      return { payload: new Uint8Array(), functionError: undefined, status: "success", errorType: undefined };
    case "too-large":
      return tooLarge(outcome.bytesMax);
    case "error":
      return { payload: outcome.payload, functionError: "Unhandled", status: outcome.fatal ? "failure" : "error", errorType: outcome.errorType, cause: outcome.cause };
    case "timeout":
      return timedOut(subject);
    case "exit":
      return exited(outcome, subject);
    case "extension":
      return failed(outcome.errorType, outcome.message, subject);
  }
}

const INVALID_ENTRYPOINT = "Runtime.InvalidEntrypoint";

/** Of an event whose instance did not boot. */
export function endingOfBoot(boot: FailedBoot, subject: Subject): Ending {
  switch (boot.kind) {
    case "error":
      return { payload: boot.payload, functionError: "Unhandled", status: "failure", errorType: boot.errorType };
    case "exit":
      return exited(boot, subject);
    case "extension":
      return failed(boot.errorType, boot.message, subject);
    case "timeout":
      return timedOut(subject);
    case "no-entrypoint":
      return failed(boot.errorType ?? INVALID_ENTRYPOINT, boot.reason ?? "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]", subject);
  }
}

/** The error type of a failed boot for INIT_REPORT; undefined for a timeout, which has a status of its own. */
export function bootErrorType(boot: FailedBoot): string | undefined {
  if (boot.kind === "error" || boot.kind === "extension") return boot.errorType;
  if (boot.kind === "exit") return exitType(boot);
  return boot.kind === "no-entrypoint" ? (boot.errorType ?? INVALID_ENTRYPOINT) : undefined;
}

type Exit = Pick<Extract<Outcome, { readonly kind: "exit" }>, "code" | "signal" | "outOfMemory">;

const exitType = (exit: Exit): string => (exit.outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError");

function exited(exit: Exit, subject: Subject): Ending {
  return failed(exitType(exit), exitText(exit), subject);
}

function exitText({ code, signal, outOfMemory }: Exit): string {
  if (outOfMemory) return "Runtime exited with error: signal: killed";
  if (signal !== undefined) return `Runtime exited with error: ${signalText(signal)}`;
  if (code === undefined || code === 0) return "Runtime exited without providing a reason";
  return `Runtime exited with error: exit status ${code}`;
}

/** `signal: killed` */
export const signalText = (signal: string): string => `signal: ${signalWords[signal] ?? signal.toLowerCase()}`;

function failed(errorType: string, text: string, { requestId }: Subject): Ending {
  const payload = json({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` });
  return { payload, functionError: "Unhandled", status: "failure", errorType };
}

function timedOut({ requestId, timeoutMs }: Subject): Ending {
  const errorType = "Sandbox.Timedout";
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return { payload: json({ errorType, errorMessage }), functionError: "Unhandled", status: "timeout", errorType };
}

/** Of an event whose answer passed the limit. */
export function tooLarge(bytesMax: number): Ending {
  const errorType = "Function.ResponseSizeTooLarge";
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`;
  return { payload: json({ errorMessage, errorType }), functionError: "Unhandled", status: "error", errorType };
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** Signals as Go, the language of the original's supervisor, words them. */
const signalWords: Readonly<Record<string, string>> = {
  SIGHUP: "hangup", SIGINT: "interrupt", SIGQUIT: "quit", SIGILL: "illegal instruction", SIGTRAP: "trace/breakpoint trap", SIGABRT: "aborted",
  SIGBUS: "bus error", SIGFPE: "floating point exception", SIGKILL: "killed", SIGSEGV: "segmentation fault", SIGPIPE: "broken pipe",
  SIGALRM: "alarm clock", SIGTERM: "terminated", SIGXCPU: "CPU time limit exceeded", SIGXFSZ: "file size limit exceeded", SIGSYS: "bad system call",
};
