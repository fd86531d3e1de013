// Chooses how to talk to a runtime by its family.
import type { RuntimeFamily } from "../../ports/runtimes.ts";
import type { Runner } from "../runner.ts";
import { bootChannel } from "./channel.ts";
import { bootJava } from "./java.ts";
import { bootRuntimeApi } from "./runtime-api.ts";

const runners: Readonly<Record<RuntimeFamily, Runner>> = {
  node: bootChannel, python: bootChannel, ruby: bootChannel,
  java: bootJava, go: bootRuntimeApi, provided: bootRuntimeApi,
};

/** The runner for a runtime family. */
export const runnerFor = (family: RuntimeFamily): Runner => runners[family];
