// What a server may do for a developer that it otherwise refuses: run code where it is edited, and let a debugger in.
import type { Runtime } from "../ports/runtimes.ts";
import type { Version } from "./function.ts";

export interface Development {
  /** Whether code may run from this folder (an absolute path) of the host. */
  readonly runsInPlace: (folder: string) => boolean;
  /** How to boot a version's runtime, perhaps with a debugger in it; awaited before each boot. */
  readonly runtimeFor: (version: Version, runtime: Runtime) => Promise<Runtime>;
  /** Such a version has one instance, which is always there, so that a debugger has something to attach to. */
  readonly isDebugged: (version: Version) => boolean;
}
