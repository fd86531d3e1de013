// An extension's states as the original's emulator has them: the table decides what an extension may call when.

export type ExtensionState = "Started" | "Registered" | "Ready" | "Running" | "InitError" | "ExitError" | "LaunchError";
export type ExtensionCall = "register" | "next" | "initError" | "exitError";

const allowed: Readonly<Record<ExtensionState, Partial<Readonly<Record<ExtensionCall, ExtensionState>>>>> = {
  Started: { register: "Registered" },
  Registered: { next: "Ready", initError: "InitError", exitError: "ExitError" },
  Ready: { exitError: "ExitError" },
  Running: { next: "Ready", exitError: "ExitError" },
  // Saying it again changes nothing.
  InitError: { initError: "InitError" },
  ExitError: { exitError: "ExitError" },
  LaunchError: {},
};

const goal: Readonly<Record<ExtensionCall, ExtensionState>> = { register: "Registered", next: "Ready", initError: "InitError", exitError: "ExitError" };

/** The state after a call, or the sentence that refuses it; `who` is the name when registering and the identifier afterwards. */
export function extensionStep(from: ExtensionState, call: ExtensionCall, who: string): { readonly to: ExtensionState } | { readonly refusal: string } {
  const to = allowed[from][call];
  if (to) return { to };
  return { refusal: `State transition from ${from} to ${goal[call]} failed for extension ${who}. Error: State transition is not allowed` };
}
