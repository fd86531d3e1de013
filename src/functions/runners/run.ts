// One start of a program, from its boot to its end, and the desk where what it does meets who waits for it.
import type { Clock } from "../../kernel/clock.ts";
import type { Exit, Sandbox } from "../../ports/sandbox.ts";
import type { Crew, ExtensionFailure } from "../extensions/crew.ts";
import type { Outcome, Settling } from "../runner.ts";
import type { Subscriptions } from "../telemetry/subscriptions.ts";
import type { Conversation, Listener, Opening, Reply } from "./conversation.ts";
import type { XrayDaemon } from "../tracing/daemon.ts";
import type { Launched } from "./launch.ts";
import type { ProgramOutput } from "./program-output.ts";
import type { SandboxApi } from "./sandbox-api.ts";

/** Ours: how long a program that closed its channel may take to end by itself; killing it sooner would hide its exit code, and on a crowded machine ending takes a while. */
const UNREACHABLE_MS_MAX = 1000;

export interface Run {
  readonly launched: Launched;
  readonly output: ProgramOutput;
  readonly api: SandboxApi;
  readonly conversation: Conversation;
  readonly crew: Crew;
  readonly subscriptions: Subscriptions;
  readonly daemon: XrayDaemon | undefined;
  readonly desk: Desk;
  /** Set when the program has ended and all it said is delivered. */
  exit: Exit | undefined;
  readonly ended: Promise<Exit>;
  readonly announceDeath: () => void;
  readonly died: Promise<void>;
  /** Of the last invocation. */
  hearing: Promise<void> | undefined;
  /** Of the last invocation, where one lasts longer than its answer. */
  settling: Settling | undefined;
  /** The orderly end, once it has begun. */
  closing: Promise<void> | undefined;
}

/** The boot waits here first, then one invocation at a time. */
export interface Desk {
  waiter: ((event: Happening) => void) | undefined;
  /** The program may be ready before anybody waits; only its first word about its start counts. */
  opening: Opening | undefined;
  failure: ExtensionFailure | undefined;
  /** Resolves when the program asks for the next event; there while somebody wants to know. */
  asked: PromiseWithResolvers<number> | undefined;
  sandbox: Sandbox | undefined;
  /** Called when the program is ready, before anybody else is told. */
  onReady: () => void;
}

export type Happening =
  | { readonly kind: "opened"; readonly opening: Opening }
  | { readonly kind: "replied"; readonly reply: Reply }
  | { readonly kind: "ended"; readonly exit: Exit }
  | { readonly kind: "extension"; readonly failure: ExtensionFailure }
  | { readonly kind: "late" };

export const newDesk = (): Desk => ({ waiter: undefined, opening: undefined, failure: undefined, asked: undefined, sandbox: undefined, onReady: () => {} });

/** Brings what a conversation hears to the desk. */
export function listenerAt(desk: Desk, clock: Clock): Listener {
  // A failing kill shows in `exited`, which everything here waits for.
  const end = (): void => void desk.sandbox?.kill().catch(() => {});
  return {
    opened: (opening) => {
      if (desk.opening) return;
      desk.opening = opening;
      desk.onReady();
      desk.waiter?.({ kind: "opened", opening });
    },
    replied: (reply) => desk.waiter?.({ kind: "replied", reply }),
    waiting: () => desk.asked?.resolve(clock.monotonicMs()),
    broken: end,
    unreachable: () => void clock.after(UNREACHABLE_MS_MAX, end),
  };
}

/** The next thing that happens to the run; at the latest, `late` after `ms`. */
export function nextHappening({ desk, exit }: Pick<Run, "desk" | "exit">, clock: Clock, ms: number, missed?: Opening): Promise<Happening> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.max(0, ms), () => settle({ kind: "late" }));
    const settle = (happening: Happening): void => {
      desk.waiter = undefined;
      cancel();
      resolve(happening);
    };
    desk.waiter = settle;
    if (desk.failure) settle({ kind: "extension", failure: desk.failure });
    else if (missed) settle({ kind: "opened", opening: missed });
    else if (exit) settle({ kind: "ended", exit });
  });
}

/** Waits for `work`, or for what comes in between; undefined when the work is done. */
export async function workOrTrouble(run: Run, clock: Clock, ms: number, work: Promise<unknown>): Promise<Happening | undefined> {
  const { desk } = run;
  const done = Symbol();
  const trouble = nextHappening(run, clock, ms);
  const { waiter } = desk;
  const first = await Promise.race([trouble, work.then(() => done)]);
  if (typeof first !== "symbol") return first;
  // Takes the wait back, timer included.
  if (desk.waiter === waiter) waiter?.({ kind: "late" });
  return undefined;
}

export function outcomeOf(happening: Happening): Outcome {
  switch (happening.kind) {
    case "replied":
      return happening.reply;
    case "ended":
      return { kind: "exit", ...happening.exit };
    case "extension":
      return { kind: "extension", ...happening.failure };
    case "late":
      return { kind: "timeout" };
    case "opened":
      throw new Error("bug: a program was ready twice");
  }
}

/** How the runtime's part of a start ended. */
export function initEnd(first: Happening): { readonly status: "success" | "failure" | "timeout"; readonly errorType: string | undefined } {
  if (first.kind === "late") return { status: "timeout", errorType: undefined };
  if (first.kind === "opened" && first.opening.kind === "ready") return { status: "success", errorType: undefined };
  const errorType = first.kind === "opened" && first.opening.kind === "error" ? first.opening.errorType : first.kind === "extension" ? first.failure.errorType : "Runtime.ExitError";
  return { status: "failure", errorType };
}
