// The runtime's states as the original's emulator has them: the table decides what a custom runtime may call when.

export type State = "Started" | "InitError" | "Ready" | "Running" | "InvocationResponse" | "InvocationErrorResponse" | "RuntimeResponseSentState";
export type Call = "next" | "response" | "error" | "initError";

const allowed: Readonly<Record<State, Partial<Readonly<Record<Call, State>>>>> = {
  Started: { next: "Ready", initError: "InitError" },
  InitError: {},
  Ready: { next: "Ready" },
  // Asking again while an event is being worked on only delivers it again.
  Running: { next: "Running", response: "InvocationResponse", error: "InvocationErrorResponse" },
  InvocationResponse: {},
  InvocationErrorResponse: {},
  RuntimeResponseSentState: { next: "Ready" },
};

const goal: Readonly<Record<Call, State>> = { next: "Ready", response: "InvocationResponse", error: "InvocationErrorResponse", initError: "InitError" };

/** The state after a call, or the sentence that refuses it. */
export function transition(from: State, call: Call): { readonly ok: true; readonly to: State } | { readonly ok: false; readonly message: string } {
  const to = allowed[from][call];
  if (to) return { ok: true, to };
  return { ok: false, message: `State transition from ${from} to ${goal[call]} failed for runtime. Error: State transition is not allowed` };
}
