// How a build of a runtime is named to callers and in logs: the same build everywhere by the same name.
import { createHash } from "node:crypto";
import { partitionOf } from "../kernel/arn.ts";
import type { Runtime } from "../ports/runtimes.ts";
import type { Scope } from "./function.ts";

/** `nodejs:24.21.0`: what really runs, in the original's form. */
export function runtimeVersion({ family, name, version }: Runtime): string {
  if (version === "") return name.replace(/^go1/, "go:1").replace("provided.", "provided:");
  return `${family === "node" ? "nodejs" : family}:${version}`;
}

/** The original names each build of a runtime by a digest; ours is one of what tells builds apart. */
export function runtimeArn(runtime: Runtime, { region }: Pick<Scope, "region">): string {
  const digest = createHash("sha256").update(`${runtime.name} ${runtime.version} ${runtime.interpreter}`).digest("hex");
  return `arn:${partitionOf(region)}:lambda:${region}::runtime:${digest}`;
}
