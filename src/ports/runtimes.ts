// Which languages this machine can run, and how: the heart asks for `python3.12` and gets an interpreter, or an honest no.
import type { Mount } from "./sandbox.ts";

export type RuntimeFamily = "node" | "python" | "ruby" | "java" | "go" | "provided";

export interface Runtime {
  /** The name functions are created with: `nodejs22.x`, `python3.12`, `provided.al2023`. */
  readonly name: string;
  readonly family: RuntimeFamily;
  /** The version that really runs, for example `24.21.0`; where the function brings its own program: the empty string. */
  readonly version: string;
  /** True when `version` is what `name` promises, false when it is the nearest one present. */
  readonly exact: boolean;
  /** `bundled` with Fugaz, `added` by `fugaz runtime add`, of the `machine`, or brought by the `function`. */
  readonly origin: "bundled" | "added" | "machine" | "function";
  /** Absolute host path of the interpreter, the real file behind links; empty where the function brings its own program. */
  readonly interpreter: string;
  /** Binds that make the interpreter, our wrapper (at /var/runtime) and the bundled SDKs visible. */
  readonly mounts: readonly Mount[];
  /** Program and arguments that boot the wrapper, as seen inside; empty where the function brings its own program. Java expects the handler as one more argument. */
  readonly argv: readonly string[];
  /** Extra environment the runtime needs (paths). */
  readonly env: Readonly<Record<string, string>>;
}

export interface Runtimes {
  /**
   * The runtime for a name: undefined when nothing here can run it. Cached, and asked anew after `fugaz runtime add` or `remove`;
   * does not start processes on the hot path.
   */
  resolve(name: string): Promise<Runtime | undefined>;
  /** Why `resolve` finds nothing, and what helps: sentences for the person who wants to run it. */
  whyMissing(name: string): Promise<string>;
  /** Everything found, for `doctor` and health. */
  list(): Promise<readonly Runtime[]>;
}
