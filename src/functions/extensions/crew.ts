// The extensions of one run of a program: who they are, what each waits for, and when all of them are where a phase wants them.
import { uuid } from "../../kernel/ids.ts";
import type { Exit } from "../../ports/sandbox.ts";
import { signalText } from "../invocations/ending.ts";
import type { Invocation } from "../runner.ts";
import { extensionStep, type ExtensionCall, type ExtensionState } from "./states.ts";

export type EventType = "INVOKE" | "SHUTDOWN";
export type ShutdownReason = "spindown" | "timeout" | "failure";

export interface Extension {
  readonly id: string;
  readonly name: string;
  /** An executable of its own from /opt/extensions; the others live in the runtime's process. */
  readonly external: boolean;
  readonly state: ExtensionState;
  readonly events: readonly EventType[];
  /** What it reported by init/error or exit/error, or why it could not be started. */
  readonly errorType: string | undefined;
}

/** The first thing that went wrong; the environment has to be started again. `message`: how the process ended, as the original words it. */
export interface ExtensionFailure {
  readonly errorType: "Extension.InitError" | "Extension.ExitError" | "Extension.Crash" | "Extension.LaunchError";
  readonly message: string;
}

export type EventSink = (event: Readonly<Record<string, unknown>>) => void;

/** AWS: extensions of one function, external and internal. */
export const EXTENSIONS_MAX = 10;

interface Member {
  readonly id: string;
  readonly name: string;
  readonly external: boolean;
  state: ExtensionState;
  events: readonly EventType[];
  errorType: string | undefined;
  /** Waits in /event/next. */
  sink: EventSink | undefined;
  /** Came while it did not wait there. */
  missed: Readonly<Record<string, unknown>> | undefined;
  gone: boolean;
}

export class Crew {
  readonly #members: Member[] = [];
  readonly #onFailure: (failure: ExtensionFailure) => void;
  #open = true;
  #closing = false;
  #failed = false;
  #watchers: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  constructor(external: readonly string[], onFailure: (failure: ExtensionFailure) => void) {
    this.#onFailure = onFailure;
    for (const name of external) this.#add(name, true);
  }

  get members(): readonly Extension[] {
    return this.#members;
  }

  /** Has anybody to be waited for? */
  get present(): boolean {
    return this.#members.length > 0;
  }

  get externals(): readonly Extension[] {
    return this.#members.filter(({ external }) => external);
  }

  find(id: string): Extension | undefined {
    return this.#members.find((member) => member.id === id && member.state !== "Started");
  }

  /** The extension, or why it can not be taken: `closed`, `taken`, `full`, or the sentence that refuses the state. */
  register(name: string, events: readonly EventType[]): { readonly extension: Extension } | { readonly refusal: "closed" | "taken" | "full" } | { readonly state: string } {
    let member = this.#members.find((other) => other.name === name);
    if (!member?.external) {
      if (!this.#open) return { refusal: "closed" };
      if (member) return { refusal: "taken" };
      if (this.#members.length >= EXTENSIONS_MAX) return { refusal: "full" };
      member = this.#add(name, false);
    }
    const step = this.#step(member, "register", name);
    if (step !== undefined) return { state: step };
    member.events = [...new Set(events)];
    this.#look();
    return { extension: member };
  }

  /** The sentence that refuses the call, or undefined: then the event comes to `sink`, once. The returned function takes the wait back. */
  next(id: string, sink: EventSink): { readonly refusal: string } | { readonly leave: () => void } {
    const member = this.#members.find((other) => other.id === id);
    if (!member) return { refusal: `Unknown extension ${id}` };
    // Who lost the connection may come back; who still waits may not wait twice.
    if (!(member.state === "Ready" && member.sink === undefined)) {
      const refusal = this.#step(member, "next", id);
      if (refusal !== undefined) return { refusal };
    }
    member.sink = sink;
    const { missed } = member;
    member.missed = undefined;
    if (missed) this.#deliver(member, missed);
    this.#look();
    return {
      leave: () => {
        if (member.sink === sink) member.sink = undefined;
      },
    };
  }

  /** The sentence that refuses the report, or undefined. */
  report(id: string, call: "initError" | "exitError", errorType: string): string | undefined {
    const member = this.#members.find((other) => other.id === id);
    if (!member) return "Unknown Lambda-Extension-Identifier";
    const refusal = this.#step(member, call, id);
    if (refusal !== undefined) return refusal;
    member.errorType ??= errorType;
    // An external one is about to end, which `exited` tells; an internal one has no end of its own.
    if (!member.external) this.#fail(call === "initError" ? "Extension.InitError" : "Extension.ExitError", "exit code 0");
    return undefined;
  }

  /** Internal extensions are too late from here on. */
  close(): void {
    this.#open = false;
  }

  registered(): Promise<void> {
    return this.#until(() => this.#members.every(({ external, state }) => !external || state !== "Started"));
  }

  ready(): Promise<void> {
    return this.#until(() => this.#members.every(({ state }) => state === "Ready"));
  }

  /** All who subscribed to invocations wait for the next one. */
  settled(): Promise<void> {
    return this.#until(() => this.#members.every(({ events, state }) => !events.includes("INVOKE") || state === "Ready"));
  }

  invoke({ deadlineMs, requestId, invokedArn, traceId }: Invocation): void {
    if (!this.present) return;
    const tracing = { type: "X-Amzn-Trace-Id", value: traceId ?? "" };
    const event = { eventType: "INVOKE", deadlineMs, requestId, invokedFunctionArn: invokedArn, tracing };
    for (const member of this.#members) if (member.events.includes("INVOKE")) this.#deliver(member, event);
  }

  /** Tells those who want to know, and resolves when they have ended. From here on no end is a failure. */
  shutdown(shutdownReason: ShutdownReason, deadlineMs: number): Promise<void> {
    this.leaving();
    const told = this.#members.filter(({ external, gone, events }) => external && !gone && events.includes("SHUTDOWN"));
    for (const member of told) this.#deliver(member, { eventType: "SHUTDOWN", shutdownReason, deadlineMs });
    return this.#until(() => told.every(({ gone }) => gone));
  }

  leaving(): void {
    this.#closing = true;
  }

  exited(name: string, exit: Pick<Exit, "code" | "signal">): void {
    const member = this.#members.find((other) => other.external && other.name === name);
    if (!member || member.gone) return;
    member.gone = true;
    this.#look();
    const types = { InitError: "Extension.InitError", ExitError: "Extension.ExitError" } as const;
    this.#fail(member.state === "InitError" || member.state === "ExitError" ? types[member.state] : "Extension.Crash", endText(exit));
  }

  /** It could not be started; `errorType` as the EXTENSION line shows it. */
  launchFailed(name: string, message: string, errorType: string): void {
    const member = this.#members.find((other) => other.name === name);
    if (member) Object.assign(member, { state: "LaunchError", errorType, gone: true });
    this.#fail("Extension.LaunchError", message);
  }

  #add(name: string, external: boolean): Member {
    const member: Member = { id: uuid(), name, external, state: "Started", events: [], errorType: undefined, sink: undefined, missed: undefined, gone: false };
    this.#members.push(member);
    return member;
  }

  #step(member: Member, call: ExtensionCall, who: string): string | undefined {
    const step = extensionStep(member.state, call, who);
    if ("refusal" in step) return step.refusal;
    member.state = step.to;
    return undefined;
  }

  #deliver(member: Member, event: Readonly<Record<string, unknown>>): void {
    const { sink } = member;
    member.sink = undefined;
    if (member.state === "Ready") member.state = "Running";
    if (sink) sink(event);
    else member.missed = event;
  }

  #fail(errorType: ExtensionFailure["errorType"], message: string): void {
    if (this.#failed || this.#closing) return;
    this.#failed = true;
    this.#onFailure({ errorType, message });
  }

  #until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ holds, resolve }));
  }

  #look(): void {
    this.#watchers = this.#watchers.filter(({ holds, resolve }) => {
      if (!holds()) return true;
      resolve();
      return false;
    });
  }
}

function endText({ code, signal }: Pick<Exit, "code" | "signal">): string {
  if (signal !== undefined) return signalText(signal);
  return code === undefined || code === 0 ? "exit code 0" : `exit status ${code}`;
}
