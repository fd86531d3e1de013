// The runner for Java: the virtual machine with the official client, which speaks the runtime API and writes its log in frames.
import type { BootSpec, Runner } from "../runner.ts";
import type { Protocol } from "./conversation.ts";
import { wrapped } from "./exec-wrapper.ts";
import { instanceRunner } from "./instance.ts";
import { openRuntimeApi } from "./runtime-api-conversation.ts";

const javaProtocol: Protocol = {
  channel: "log",
  entrypoint: async (spec) => ({ argv: wrapped(spec, virtualMachine(spec)) }),
  open: openRuntimeApi,
};

/** Boots the class or method that the handler names. */
export const bootJava: Runner = instanceRunner(javaProtocol);

/** Ours: shares of the memory size for objects and for classes; the rest is for threads, compiled code and the machine itself. */
const HEAP_SHARE = 0.8;
const CLASSES_SHARE = 0.1;
/** Below these nothing of interest starts. */
const CLASSES_KB_MIN = 32 * 1024;
const COMPILED_KB = 16 * 1024;

/** The virtual machine does not see the sandbox's memory limit: it is told. */
function virtualMachine({ runtime, version }: BootSpec): readonly string[] {
  const [java = "", ...rest] = runtime.argv;
  const { memoryMb, handler } = version.settings;
  const memoryKb = memoryMb * 1024;
  const classesKb = Math.max(Math.floor(memoryKb * CLASSES_SHARE), CLASSES_KB_MIN);
  return [java, `-XX:MaxHeapSize=${Math.floor(memoryKb * HEAP_SHARE)}k`, `-XX:MaxMetaspaceSize=${classesKb}k`, `-XX:ReservedCodeCacheSize=${COMPILED_KB}k`, ...rest, handler];
}
