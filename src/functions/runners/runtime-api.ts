// The runner for custom runtimes (`provided.*`) and images: any executable that speaks Lambda's public HTTP contract.
import type { Runner } from "../runner.ts";
import type { Protocol } from "./conversation.ts";
import { findBootstrap } from "./bootstrap-file.ts";
import { imageStart, judgeImageCommand } from "../images/image-command.ts";
import { instanceRunner } from "./instance.ts";
import { openRuntimeApi } from "./runtime-api-conversation.ts";
import { mountsOf } from "./sandbox-spec.ts";

const runtimeApiProtocol: Protocol = {
  channel: "log",
  entrypoint: async (spec) => {
    const { code, settings } = spec.version;
    if (code.image) return judgeImageCommand(spec.codeDir, imageStart(code.image, settings.imageConfig), spec.env["PATH"] ?? "");
    const file = await findBootstrap(mountsOf(spec));
    if (file.kind === "found") return { argv: [file.path] };
    return { missing: file.kind === "unusable" ? file.reason : undefined };
  },
  open: openRuntimeApi,
};

/** Boots `/var/task/bootstrap`, or `/opt/bootstrap`; of an image, its entry point. */
export const bootRuntimeApi: Runner = instanceRunner(runtimeApiProtocol);
