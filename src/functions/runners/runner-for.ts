// Chooses how to talk to a runtime by its family.
import type { RuntimeFamily } from "../../ports/runtimes.ts";
import type { Runner } from "../runner.ts";
import { bootChannel } from "./channel.ts";

/** Loaded with the first custom runtime. */
const bootRuntimeApi: Runner = async (...boot) => (await import("./runtime-api.ts")).bootRuntimeApi(...boot);

const runners: Readonly<Record<RuntimeFamily, Runner>> = { node: bootChannel, python: bootChannel, provided: bootRuntimeApi };

/** The runner for a runtime family. */
export const runnerFor = (family: RuntimeFamily): Runner => runners[family];
