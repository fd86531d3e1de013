// What an instance needs from a way of talking to the program inside; channel and runtime API are two of them.
import type { Sandbox } from "../../ports/sandbox.ts";
import type { BootSpec, Invocation } from "../runner.ts";
import type { SandboxApi } from "./sandbox-api.ts";

/** The program's report about its start. */
export type Opening = { readonly kind: "ready"; readonly codeMs?: number | undefined } | { readonly kind: "error"; readonly payload: Uint8Array; readonly errorType: string };

export type Reply =
  | { readonly kind: "answer"; readonly payload: Uint8Array; readonly handlerMs?: number | undefined }
  | { readonly kind: "streamed" }
  | { readonly kind: "too-large"; readonly sizeBytes: number; readonly bytesMax: number }
  /** `fatal`: the program is about to end. `cause`: for traces, a JSON object. */
  | { readonly kind: "error"; readonly payload: Uint8Array; readonly errorType: string; readonly fatal: boolean; readonly cause?: string | undefined };

/** What the instance wants to hear. Each may be called at any time and any number of times. */
export interface Listener {
  opened(opening: Opening): void;
  /** Only for the current request. */
  replied(reply: Reply): void;
  /** The program asks for the next event. */
  waiting(): void;
  /** The program broke the protocol: it has to be ended. */
  broken(): void;
  /** The program can not be reached any more: it is ending, or has to be ended soon. */
  unreachable(): void;
}

/** One run of one program. */
export interface Conversation extends AsyncDisposable {
  /** Environment the program needs to find us. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts talking once the sandbox runs. `onOutput` takes bytes of the program's stdout (1) or stderr (2) that came this way. */
  attach(sandbox: Sandbox, log: ProgramLog): void;
  /** Sends an event; the answer comes by `replied`. One that was sent ahead has only its turn now. */
  ask(invocation: Invocation): void;
  /** Absent where the program takes no event while another one runs. */
  readonly ahead?: Ahead;
  /** After the program has ended: resolves when everything it had said is delivered. */
  drained(): Promise<void>;
}

/** Events that lie with the program before their turn, so that it need not be woken for each. It runs them one after the other all the same. */
export interface Ahead {
  /** False when it can not be sent so. Those sent must have their turn in this order, and before any other. `first`: to a program that has nothing to do; else only behind another. They leave with the turn of the event loop. */
  send(invocation: Invocation, first: boolean): boolean;
  /** Those sent leave now. */
  flush(): void;
  /** Calls back if the program has not begun it and will not; never when its turn comes first. */
  recall(requestId: string, onReturned: () => void): void;
}

export interface ProgramLog {
  /** One event, which may have several lines. */
  event(text: string): void;
  output(fd: 1 | 2, bytes: Buffer): void;
}

/** What the program may say. */
export type Bounds = Pick<BootSpec, "responseBytesMax">;

/** How a family of runtimes is started and talked to. */
export interface Protocol {
  /** What the sandbox's file descriptor 3 is for: our wrappers' frames, or log messages of runtime clients. */
  readonly channel: "frames" | "log";
  /** The program to run, or why there is none. */
  entrypoint(spec: BootSpec): Promise<{ readonly argv: readonly string[] } | { readonly missing: string | undefined; readonly errorType?: string | undefined }>;
  open(listener: Listener, api: SandboxApi, bounds: Bounds): Conversation;
}
