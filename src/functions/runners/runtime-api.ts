// The runner for programs that speak Lambda's public HTTP contract: custom runtimes (`provided.*`), Go binaries and images.
import { join, normalize } from "node:path/posix";
import type { BootSpec, Runner } from "../runner.ts";
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
    const file = await findBootstrap(mountsOf(spec), ownPrograms(spec));
    if (file.kind === "found") return { argv: [file.path] };
    return { missing: file.kind === "unusable" ? file.reason : missingReason(spec) };
  },
  open: openRuntimeApi,
};

/** Boots `/var/task/bootstrap` or `/opt/bootstrap`; for go1.x the program the handler names, of an image its entry point. */
export const bootRuntimeApi: Runner = instanceRunner(runtimeApiProtocol);

/** Of a Go function the handler is the program: within the code, wherever dots would lead. */
const ownPrograms = ({ runtime, version }: BootSpec): readonly string[] =>
  runtime.family === "go" ? [join("/var/task", normalize(`/${version.settings.handler}`))] : ["/var/task/bootstrap", "/opt/bootstrap"];

const missingReason = ({ runtime, version }: BootSpec): string | undefined =>
  runtime.family === "go" ? `fork/exec /var/task/${version.settings.handler}: no such file or directory` : undefined;
