// Chooses how to talk to a runtime by its family.
import type { RuntimeFamily } from "../../ports/runtimes.ts";
import type { Runner } from "../runner.ts";
import { bootChannel } from "./channel.ts";

/** Loaded with the first custom runtime. */
const bootRuntimeApi: Runner = async (...boot) => (await import("./runtime-api.ts")).bootRuntimeApi(...boot);
/** Loaded with the first Java function. */
const bootJava: Runner = async (...boot) => (await import("./java.ts")).bootJava(...boot);

const runners: Readonly<Record<RuntimeFamily, Runner>> = {
  node: bootChannel, python: bootChannel, ruby: bootChannel,
  java: bootJava, go: bootRuntimeApi, provided: bootRuntimeApi,
};

/** The runner for a runtime family. */
export const runnerFor = (family: RuntimeFamily): Runner => runners[family];
