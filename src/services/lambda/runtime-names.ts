// Which runtime names are known, and whether this machine can run them.
import type { Runtimes } from "../../ports/runtimes.ts";
import { invalid } from "./faults.ts";

/** In the order of the original's error text; recorded on AWS in November 2025. */
const offered = [
  "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3",
  "ruby3.4", "ruby3.2", "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
];
/** Retired on the original, still deployed by older tools. */
const retired: ReadonlySet<string> = new Set([
  "nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "python2.7", "python3.6", "python3.7", "java8", "go1.x", "provided",
  "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet7", "ruby2.5", "ruby2.7", "nodejs26.x", "python3.15", "ruby4.0",
]);

/** Fault for an unknown name, in the original's words, and for a known one that nothing here can run. */
export async function requireRuntime(name: string, runtimes: Runtimes): Promise<void> {
  if (!offered.includes(name) && !retired.has(name))
    throw invalid(`Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${offered.join(", ")}] or be a valid ARN`);
  if (await runtimes.resolve(name)) return;
  const here = (await runtimes.list()).map((runtime) => runtime.name);
  throw invalid(`The runtime ${name} can not run on this machine. It has: ${here.join(", ")}.`);
}
