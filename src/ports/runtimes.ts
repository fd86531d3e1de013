// Which languages this machine can run, and how: the heart asks for `python3.12` and gets an interpreter, or an honest no.
import type { Mount } from "./sandbox.ts";

export type RuntimeFamily = "node" | "python" | "provided";

export interface Runtime {
  /** The name functions are created with: `nodejs22.x`, `python3.12`, `provided.al2023`. */
  readonly name: string;
  readonly family: RuntimeFamily;
  /** The version that really runs, for example `24.21.0`; for provided: the empty string. */
  readonly version: string;
  /** True when `version` is what `name` promises, false when it is the nearest one present. */
  readonly exact: boolean;
  /** Absolute host path of the interpreter, the real file behind links; empty for provided. */
  readonly interpreter: string;
  /** Binds that make the interpreter, our wrapper (at /var/runtime) and the bundled SDKs visible. */
  readonly mounts: readonly Mount[];
  /** Program and arguments that boot the wrapper, as seen inside; provided runtimes boot /var/task/bootstrap or /opt/bootstrap instead. */
  readonly argv: readonly string[];
  /** Extra environment the runtime needs (paths). */
  readonly env: Readonly<Record<string, string>>;
}

export interface Runtimes {
  /** The runtime for a name: undefined when the name is known but nothing here can run it. Cached; does not start processes on the hot path. */
  resolve(name: string): Promise<Runtime | undefined>;
  /** Everything found, for `doctor` and health. */
  list(): Promise<readonly Runtime[]>;
}
