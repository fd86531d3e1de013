// Reads the runtime names of the original: which family and which version each one promises.
import type { RuntimeFamily } from "../../ports/runtimes.ts";

export interface Promised {
  readonly family: RuntimeFamily;
  /** Node.js and Java: the major (`nodejs22.x` 22, `java8.al2` 8). Python and Ruby: major times 100 plus minor (`python3.12` 312). Provided and Go: 0. */
  readonly version: number;
}

/** Undefined for a family that has no wrapper here (.NET) and for what never was a runtime. `nodejs` and `nodejs4.3` are names of 2014 to 2018. */
export function promisedBy(name: string): Promised | undefined {
  if (name === "nodejs") return { family: "node", version: 0 };
  if (name === "go1.x") return { family: "go", version: 0 };
  if (/^provided(\.al2|\.al2023)?$/.test(name)) return { family: "provided", version: 0 };
  const node = /^nodejs(\d+)\.(x|\d+)$/.exec(name);
  if (node) return { family: "node", version: Number(node[1]) };
  const java = /^java(\d+)(\.al2|\.al2023)?$/.exec(name);
  if (java) return { family: "java", version: Number(java[1]) };
  const [, family, version] = /^(python|ruby)(\d+\.\d+)$/.exec(name) ?? [];
  return version === undefined ? undefined : { family: family === "ruby" ? "ruby" : "python", version: minorOf(version) };
}

/** `3.12` and `3.12.1` become 312: what orders and compares releases of Python and Ruby. */
export function minorOf(version: string): number {
  const [major, minor] = version.split(".").map(Number);
  return (major ?? 0) * 100 + (minor ?? 0);
}
