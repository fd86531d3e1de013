// Cells: sandboxes whose runtime has booted before anybody asked. One becomes an instance of one version, and dies with it.
import type { SandboxSpec } from "../../ports/sandbox.ts";
import type { HeartFigures } from "../metrics/figures.ts";
import type { BootSpec, CellSource } from "../runner.ts";

export interface Cells extends CellSource, AsyncDisposable {
  /** Such a start will probably come, `soon` or some time; never rejects. */
  expect(wanted: Pick<SandboxSpec, "env" | "tmpMb">, spec: Pick<BootSpec, "runtime" | "opt" | "codeDir" | "version">, soon: boolean): Promise<void>;
  /** Waiting cells. */
  status(): HeartFigures["cells"];
}
