// How the platform talks to code inside a sandbox. The dispatcher sees only this; channel and runtime-api implement it.
import type { Runtime } from "../ports/runtimes.ts";
import type { Sandboxes } from "../ports/sandbox.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Version } from "./function.ts";

/** Everything needed to boot one instance of a version. */
export interface BootSpec {
  /** Sandbox id, `[a-z0-9-]+`. */
  readonly id: string;
  readonly version: Version;
  readonly runtime: Runtime;
  /** Host directory with the unpacked code, read-only. */
  readonly codeDir: string;
  /** Host directory with the layers, read-only, for /opt; absent without layers. */
  readonly opt?: string;
  /** The complete AWS-style environment of section 1.7 except what the runner itself must add (AWS_LAMBDA_RUNTIME_API, `_LAMBDA_TELEMETRY_LOG_FD`, `_HANDLER` is included). */
  readonly env: Readonly<Record<string, string>>;
  /** Called with each log line the code writes, in order: UTF-8 bytes without the final newline; a multi-line message may be one call. Never throws. */
  readonly onLog: (line: LogLine) => void;
}

export interface LogLine {
  readonly atMs: number;
  readonly text: string;
}

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
  | { readonly kind: "answer"; readonly payload: Uint8Array }
  /** The answer has gone to the invocation's sink, whole. Every other outcome may leave a part of one there. */
  | { readonly kind: "streamed" }
  | { readonly kind: "too-large"; readonly sizeBytes: number }
  /** The runtime reported an error: `payload` goes to the caller verbatim, `errorType` to the REPORT line when the runtime died of it. */
  | { readonly kind: "error"; readonly payload: Uint8Array; readonly errorType: string; readonly fatal: boolean }
  | { readonly kind: "timeout" }
  /** The process ended without answering. */
  | { readonly kind: "exit"; readonly code: number | undefined; readonly signal: string | undefined; readonly outOfMemory: boolean };

/** How the boot ended. `error`: the runtime reported an init error (module missing, handler missing, throw at top level). */
export type Boot =
  | { readonly kind: "ready"; readonly instance: RunningInstance; readonly initMs: number }
  | { readonly kind: "error"; readonly payload: Uint8Array; readonly errorType: string; readonly initMs: number }
  | { readonly kind: "exit"; readonly code: number | undefined; readonly signal: string | undefined; readonly outOfMemory: boolean; readonly initMs: number }
  | { readonly kind: "timeout"; readonly initMs: number }
  /** provided.*: neither /var/task/bootstrap nor /opt/bootstrap; `reason` when there is one that can not be executed ("fork/exec /var/task/bootstrap: permission denied"). */
  | { readonly kind: "no-entrypoint"; readonly reason?: string };

export interface RunningInstance extends AsyncDisposable {
  /**
   * Runs one event; one at a time. Resolves when the answer is there (timeout by `deadlineMs` included: then the program has been killed).
   * After an outcome of `timeout`, `exit` or a fatal `error` the program is dead: call `revive` before the next.
   */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Boots the program again in the same sandbox (/tmp kept) after it died. */
  revive(initTimeoutMs: number): Promise<Boot>;
  /** Resolves with nothing when the program ends while no invocation runs. */
  readonly died: Promise<void>;
  memoryPeakBytes(): Promise<number>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

export interface RunnerDeps {
  readonly sandboxes: Sandboxes;
  readonly clock: Clock;
}

/** Starts a sandbox and boots the runtime in it, for at most `initTimeoutMs`. Leaves nothing running unless it answers `ready`. */
export type Runner = (spec: BootSpec, deps: RunnerDeps, initTimeoutMs: number) => Promise<Boot>;
