// The runner for programs that speak Lambda's public HTTP contract: custom runtimes (`provided.*`), Go binaries, Java with the official client.
import { join, normalize } from "node:path/posix";
import type { BootSpec, Runner } from "../runner.ts";
import type { Protocol } from "./conversation.ts";
import { findBootstrap } from "./bootstrap-file.ts";
import { wrapped } from "./exec-wrapper.ts";
import { instanceRunner } from "./instance.ts";
import { openRuntimeApi } from "./runtime-api-conversation.ts";
import { mountsOf } from "./sandbox-spec.ts";

const runtimeApiProtocol: Protocol = {
  channel: false,
  entrypoint: async (spec) => {
    if (spec.runtime.family === "java") return { argv: wrapped(spec, javaProgram(spec)) };
    const file = await findBootstrap(mountsOf(spec), ownPrograms(spec));
    if (file.kind === "found") return { argv: [file.path] };
    return { missing: file.kind === "unusable" ? file.reason : missingReason(spec) };
  },
  open: openRuntimeApi,
};

/** Boots `/var/task/bootstrap` or `/opt/bootstrap`; for go1.x the program the handler names; for Java the virtual machine. */
export const bootRuntimeApi: Runner = instanceRunner(runtimeApiProtocol);

/** Of a Go function the handler is the program: within the code, wherever dots would lead. */
const ownPrograms = ({ runtime, version }: BootSpec): readonly string[] =>
  runtime.family === "go" ? [join("/var/task", normalize(`/${version.settings.handler}`))] : ["/var/task/bootstrap", "/opt/bootstrap"];

const missingReason = ({ runtime, version }: BootSpec): string | undefined =>
  runtime.family === "go" ? `fork/exec /var/task/${version.settings.handler}: no such file or directory` : undefined;

/** Shares of the memory size, as the original divides it between the heap, classes and compiled code. */
const HEAP_SHARE = 0.85;
const CLASSES_SHARE = 0.1;
/** Below this the virtual machine does not start. */
const CODE_CACHE_KB = 16 * 1024;

/** The virtual machine does not see the sandbox's memory limit: it is told. */
function javaProgram({ runtime, version }: BootSpec): readonly string[] {
  const [java = "", ...rest] = runtime.argv;
  const { memoryMb, handler } = version.settings;
  const share = (part: number): string => `${Math.floor(memoryMb * 1024 * part)}k`;
  return [java, `-XX:MaxHeapSize=${share(HEAP_SHARE)}`, `-XX:MaxMetaspaceSize=${share(Math.max(CLASSES_SHARE, 32 / memoryMb))}`, `-XX:ReservedCodeCacheSize=${CODE_CACHE_KB}k`, ...rest, handler];
}
