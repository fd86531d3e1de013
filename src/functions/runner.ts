// How the platform talks to code inside a sandbox. The dispatcher sees only this; channel and runtime-api implement it.
import type { Runtime } from "../ports/runtimes.ts";
import type { Sandbox, Sandboxes, SandboxSpec } from "../ports/sandbox.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Version } from "./function.ts";
import type { StartSteps } from "./start-steps.ts";
import type { TelemetryHub } from "./telemetry/hub.ts";
import type { ApiSource } from "./runners/api-source.ts";

/** Everything needed to boot one instance of a version. */
export interface BootSpec {
  /** Sandbox id, `[a-z0-9-]+`. */
  readonly id: string;
  readonly version: Version;
  readonly runtime: Runtime;
  /** Host directory with the unpacked code, read-only. */
  readonly codeDir: string;
  /** The longest answer that is not streamed. */
  readonly responseBytesMax: number;
  /** Host directory with the layers, read-only, for /opt; absent without layers. */
  readonly opt?: string;
  /** The complete AWS-style environment of section 1.7 except what the runner itself must add (AWS_LAMBDA_RUNTIME_API, `_LAMBDA_TELEMETRY_LOG_FD`, `_HANDLER` is included). */
  readonly env: Readonly<Record<string, string>>;
  /** Called with each log line the code writes, in order: UTF-8 bytes without the final newline; a multi-line message may be one call. Never throws. */
  readonly onLog: (line: LogLine) => void;
  /** Called with what the runner alone can see of the environment's life. Never throws. */
  readonly onEvent: (event: RunnerEvent) => void;
  /** Where extensions listen to the instance. */
  readonly telemetry: TelemetryHub;
}

/** How an instance's program and its runner are heard. */
export type Voice = Pick<BootSpec, "onLog" | "onEvent" | "telemetry">;

export interface LogLine {
  readonly atMs: number;
  readonly text: string;
  /** Absent: the function's. */
  readonly source?: "extension";
}

export type RunnerEvent =
  | { readonly kind: "extension"; readonly name: string; readonly state: string; readonly events: readonly string[]; readonly errorType: string | undefined }
  | { readonly kind: "subscription"; readonly api: "telemetry" | "logs"; readonly name: string; readonly types: readonly string[] }
  /** The code inside has recorded a segment of a trace: one line of JSON. */
  | { readonly kind: "segment"; readonly document: string }
  /** The runtime, not yet the extensions, is through with its start. */
  | { readonly kind: "initRuntimeDone"; readonly status: "success" | "error" | "failure" | "timeout"; readonly errorType: string | undefined };

export interface Invocation {
  readonly requestId: string;
  readonly invokedArn: string;
  readonly deadlineMs: number;
  readonly payload: Uint8Array;
  readonly clientContext: string | undefined;
  readonly traceId: string | undefined;
  /** Where a streamed response goes while it is written; absent: its bytes are gathered and are the answer. */
  readonly sink?: ResponseSink;
}

/** Takes a streamed response. Its methods never throw. */
export interface ResponseSink {
  /** Before the first bytes, at most once. */
  open(contentType: string): void;
  /** Takes the bytes at once, which must not change any more; a promise asks for a pause until it resolves (it never rejects). */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** The function has ended its response; it may still work. */
  end(): void;
}

/** How one invocation ended, before the heart turns it into log lines and payloads. */
export type Outcome =
  /** The handler's answer; `tooLarge` instead of bytes when it passed the response limit. */
  | { readonly kind: "answer"; readonly payload: Uint8Array; /** What the program says its handler took. */ readonly handlerMs?: number | undefined }
  /** The answer has gone to the invocation's sink, whole. Every other outcome may leave a part of one there. */
  | { readonly kind: "streamed" }
  | { readonly kind: "too-large"; readonly sizeBytes: number; readonly bytesMax: number }
  /** The runtime reported an error: `payload` goes to the caller verbatim, `errorType` to the REPORT line when the runtime died of it, `cause` (JSON) to traces. */
  | { readonly kind: "error"; readonly payload: Uint8Array; readonly errorType: string; readonly fatal: boolean; readonly cause?: string | undefined }
  | { readonly kind: "timeout" }
  /** The process ended without answering. */
  | { readonly kind: "exit"; readonly code: number | undefined; readonly signal: string | undefined; readonly outOfMemory: boolean }
  /** An extension ended or reported an error; `message` says how: `exit code 0`. */
  | { readonly kind: "extension"; readonly errorType: string; readonly message: string };

/** The end of an invocation that lasts longer than its answer takes. */
export interface Settling {
  /** Resolves when the runtime asks for the next event (monotonic ms), or with undefined as soon as it never will. */
  readonly runtimeDone: Promise<number | undefined>;
  /** Resolves when all wait for the next event, or are gone: when that was clear (monotonic ms), and what went wrong. */
  readonly over: Promise<{ readonly atMs: number; readonly failure: Outcome | undefined }>;
}

/** How the boot ended. `error`: the runtime reported an init error (module missing, handler missing, throw at top level). */
export type Boot =
  | { readonly kind: "ready"; readonly instance: RunningInstance; readonly initMs: number; readonly steps: StartSteps }
  | { readonly kind: "error"; readonly payload: Uint8Array; readonly errorType: string; readonly initMs: number }
  | { readonly kind: "exit"; readonly code: number | undefined; readonly signal: string | undefined; readonly outOfMemory: boolean; readonly initMs: number }
  | { readonly kind: "timeout"; readonly initMs: number }
  | { readonly kind: "extension"; readonly errorType: string; readonly message: string; readonly initMs: number }
  /** provided.*: neither /var/task/bootstrap nor /opt/bootstrap; `reason` when there is one that can not be executed ("fork/exec /var/task/bootstrap: permission denied"). */
  | { readonly kind: "no-entrypoint"; readonly reason?: string | undefined; readonly errorType?: string | undefined };

export interface RunningInstance extends AsyncDisposable {
  /**
   * Runs one event; one at a time. Resolves when the answer is there (timeout by `deadlineMs` included: then the program has been killed).
   * After an outcome of `timeout`, `exit`, `extension` or a fatal `error` the program is dead: call `revive` before the next.
   */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Of the last invocation: resolves when all that the program wrote before its answer has been delivered; undefined when it has. No other may begin before. */
  readonly hearing: Promise<void> | undefined;
  /** Of the last invocation; undefined without extensions, when there is nothing to wait for. Until it is over no other may begin. */
  readonly settling: Settling | undefined;
  /**
   * Lays an event with the program while another one runs, so that it need not be woken for it; false when that can not be. Those sent must be
   * invoked in this order, before any other, and with the same program: it has begun none of them when it ends before they are invoked.
   * `first`: no other runs, and the next to be invoked is this one.
   */
  sendAhead(invocation: Invocation, first: boolean): boolean;
  /** What was sent ahead leaves now; else it does with the turn of the event loop. */
  flushAhead(): void;
  /** Asks for an event that was sent ahead back; calls back when the program has not begun it, unless it is invoked before that. */
  recall(requestId: string, onReturned: () => void): void;
  /** Boots the program again in the same sandbox (/tmp kept) after it died. */
  revive(initTimeoutMs: number): Promise<Boot>;
  /** Resolves with nothing when the program ends while no invocation runs. */
  readonly died: Promise<void>;
  memoryPeakBytes(): number;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

export interface RunnerDeps {
  readonly sandboxes: Sandboxes;
  readonly clock: Clock;
  /** Sandboxes that wait to become an instance; absent where there are none. */
  readonly cells?: CellSource | undefined;
  /** Endpoints opened ahead; absent where each start opens its own. */
  readonly apis?: Pick<ApiSource, "take"> | undefined;
}

export interface CellSource {
  /**
   * A sandbox that has become `wanted`, with its code in place; undefined when none waits or none would do. Either way the start is counted as demand.
   * Never rejects.
   */
  take(wanted: SandboxSpec, spec: Pick<BootSpec, "runtime" | "opt" | "codeDir" | "version">): Promise<TakenCell | undefined>;
}

export interface TakenCell {
  readonly sandbox: Sandbox;
  /** Lets the runtime inside load the code; once, when somebody listens to it. */
  load(): void;
}

/** Starts a sandbox and boots the runtime in it, for at most `initTimeoutMs`. Leaves nothing running unless it answers `ready`. */
export type Runner = (spec: BootSpec, deps: RunnerDeps, initTimeoutMs: number) => Promise<Boot>;
