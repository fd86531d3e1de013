// The runner for custom runtimes (`provided.*`): any executable named bootstrap that speaks Lambda's public HTTP contract.
import type { Runner } from "../runner.ts";
import type { Protocol } from "./conversation.ts";
import { findBootstrap } from "./bootstrap-file.ts";
import { instanceRunner } from "./instance.ts";
import { openRuntimeApi } from "./runtime-api-conversation.ts";
import { mountsOf } from "./sandbox-spec.ts";

const runtimeApiProtocol: Protocol = {
  channel: "log",
  entrypoint: async (spec) => {
    const file = await findBootstrap(mountsOf(spec));
    if (file.kind === "found") return { argv: [file.path] };
    return { missing: file.kind === "unusable" ? file.reason : undefined };
  },
  open: openRuntimeApi,
};

/** Boots `/var/task/bootstrap`, or `/opt/bootstrap`. */
export const bootRuntimeApi: Runner = instanceRunner(runtimeApiProtocol);
