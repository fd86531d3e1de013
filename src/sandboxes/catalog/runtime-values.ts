// What a sandbox must see and start for each family: interpreters turned into Runtime values.
import type { Runtime } from "../../ports/runtimes.ts";
import type { Mount } from "../../ports/sandbox.ts";
import { NATIVE_LIBRARY } from "./added.ts";
import type { Java } from "./find-java.ts";
import type { Python } from "./find-python.ts";
import type { Ruby } from "./find-ruby.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Wrapper } from "./wrappers.ts";

export const nodeRuntime = (name: string, node: Interpreter, promise: number, wrapper: Wrapper): Runtime => ({
  ...found(name, node, promise), family: "node",
  mounts: [{ source: node.file, target: "/var/lang/bin/node" }, { source: wrapper.dir, target: "/var/runtime" }, ...wrapper.mounts],
  argv: ["/var/lang/bin/node", "/var/runtime/bootstrap.mjs"],
  env: {},
});

export const pythonRuntime = (name: string, python: Python, promise: number, wrapper: Wrapper): Runtime => ({
  ...found(name, python, promise), family: "python",
  mounts: [...outsideSystem([python.prefix]), { source: wrapper.dir, target: "/var/runtime" }, ...wrapper.mounts.filter(({ source }) => !inSystem(source) && !source.startsWith(`${python.prefix}/`))],
  // Python 3's wrapper does itself what it needs of `site`, which costs less.
  argv: [python.file, ...(python.promise >= 300 ? ["-S"] : []), "/var/runtime/bootstrap.py"],
  env: {},
});

/** Gems are looked for as in the original, by the version the name promises; those built for the Ruby that really runs count too. */
export function rubyRuntime(name: string, ruby: Ruby, promise: number, wrapper: Wrapper): Runtime {
  const versions = [...new Set([`${Math.floor(promise / 100)}.${promise % 100}.0`, ruby.abi])];
  const gems = [...versions.map((version) => `/var/task/vendor/bundle/ruby/${version}`), ...versions.map((version) => `/opt/ruby/gems/${version}`)];
  return {
    ...found(name, ruby, promise), family: "ruby",
    mounts: [...outsideSystem([ruby.prefix, ...ruby.gemDirs.filter((dir) => !dir.startsWith(`${ruby.prefix}/`))]), { source: wrapper.dir, target: "/var/runtime" }],
    argv: [ruby.file, "/var/runtime/bootstrap.rb"],
    // The empty last path stands for the interpreter's own.
    env: { GEM_PATH: `${gems.join(":")}:`, RUBYLIB: "/var/task:/var/runtime/sdk:/opt/ruby/lib" },
  };
}

/** The client of the original loads the handler and speaks the runtime API. */
export const javaRuntime = (name: string, java: Java, promise: number, clientDir: string): Runtime => ({
  ...found(name, java, promise), family: "java",
  mounts: [...outsideSystem([java.home, ...java.configDirs]), { source: clientDir, target: "/var/runtime/lib" }],
  // Starting fast matters more than peak speed: one collector thread, the quick compiler, no files for monitoring tools.
  argv: [
    java.file, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData",
    // The client writes its log to a descriptor that it opens by force.
    ...(java.promise >= 9 ? ["--add-opens=java.base/java.io=ALL-UNNAMED"] : []),
    ...(java.promise >= 24 ? ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"] : []),
    `-D${NATIVE_PROPERTY}=/var/runtime/lib/${NATIVE_LIBRARY}`,
    "-cp", "/var/runtime/lib/*", "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
  ],
  env: {},
});

/** Names the client's native part; else each start unpacks it to a fixed place in /tmp. */
const NATIVE_PROPERTY = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

/** The function brings its own program. */
export const ownProgram = (name: string, family: "go" | "provided"): Runtime => ({
  name, family, version: "", exact: true, origin: "function", interpreter: "", mounts: [], argv: [], env: {},
});

const found = (name: string, { version, promise: runs, file, origin }: Interpreter, promise: number) => ({ name, version, exact: runs === promise, origin, interpreter: file });

const outsideSystem = (paths: readonly string[]): readonly Mount[] => [...new Set(paths)].filter((path) => !inSystem(path)).map((path) => ({ source: path, target: path }));

/** Every sandbox sees /usr already. */
const inSystem = (path: string): boolean => path === "/usr" || path.startsWith("/usr/");
