// Reads the runtime names of the original: which family and which version each one promises.
import type { RuntimeFamily } from "../../ports/runtimes.ts";

export interface Promised {
  readonly family: RuntimeFamily;
  /** Node: the major. Python: the minor of Python 3. Provided: 0. */
  readonly version: number;
}

/** Names offered in lists; older ones are understood too. */
export const currentNames = [
  "nodejs16.x", "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x",
  "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14",
  "provided.al2", "provided.al2023",
] as const;

/** Undefined for a family that has no wrapper here (java, ruby, dotnet, Python 2). `nodejs` and `nodejs4.3` are names of 2014 to 2018. */
export function promisedBy(name: string): Promised | undefined {
  if (name === "nodejs") return { family: "node", version: 0 };
  const node = /^nodejs(\d+)\.(x|\d+)$/.exec(name);
  if (node) return { family: "node", version: Number(node[1]) };
  const python = /^python3\.(\d+)$/.exec(name);
  if (python) return { family: "python", version: Number(python[1]) };
  if (/^provided(\.al2|\.al2023)?$/.test(name) || name === "go1.x") return { family: "provided", version: 0 };
  return undefined;
}
