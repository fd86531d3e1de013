// How an instance came to be: every cold start can be explained.

/** Step by step; times in ms. */
export interface StartSteps {
  /** `pool`: out of a sandbox whose runtime had booted before anybody asked; `fresh`: from nothing. */
  readonly kind: "pool" | "fresh";
  /** Until there was a sandbox with the code in it. */
  readonly sandboxMs: number;
  /** Until the runtime was there, or had become the function's. */
  readonly runtimeMs: number;
  /** Loading the function's own code; undefined when the program does not tell. */
  readonly codeMs: number | undefined;
}
