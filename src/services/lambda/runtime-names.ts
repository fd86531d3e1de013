// Which runtime names are known, and whether this machine can run them.
import { runtimeNames } from "../../kernel/runtime-names.ts";
import type { Runtimes } from "../../ports/runtimes.ts";
import { invalid } from "./faults.ts";

/** In the order of the original's error text; recorded on AWS in November 2025. */
const offered = [
  "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3",
  "ruby3.4", "ruby3.2", "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
];
/**
 * Fault for an unknown name, in the original's words, and for a known one that nothing here can run. Names that the original has retired
 * are taken: the tools and functions of their time still name them.
 */
export async function requireRuntime(name: string, runtimes: Runtimes): Promise<void> {
  if (!runtimeNames.includes(name))
    throw invalid(`Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${offered.join(", ")}] or be a valid ARN`);
  if ((await runtimes.resolve(name)) === undefined) throw invalid(`The runtime ${name} can not run on this machine. ${await runtimes.whyMissing(name)}`);
}
