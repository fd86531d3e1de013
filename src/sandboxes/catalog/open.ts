// The runtimes of this machine: looked for once, when first asked, and laid out for the sandboxes.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Runtime, Runtimes } from "../../ports/runtimes.ts";
import type { Mount } from "../../ports/sandbox.ts";
import { bundledNode, installedNodes } from "./find-node.ts";
import { installedPythons, type Python } from "./find-python.ts";
import { nearest, type Interpreter } from "./interpreter.ts";
import { currentNames, promisedBy } from "./names.ts";
import { layOutNode, layOutPython, type Wrapper } from "./wrappers.ts";

const run = promisify(execFile);

export interface RuntimesOptions {
  /** Where Fugaz itself lies: its `runtimes/` and `node_modules/`. */
  readonly projectDir: string;
  /** Owned by the catalog: the laid-out wrappers. */
  readonly dir: string;
  readonly path: string;
  readonly home: string;
}

export function openRuntimes({ projectDir, dir, path, home }: RuntimesOptions): Runtimes {
  const bundled = once(() => bundledNode(projectDir));
  const nodes = once(() => installedNodes(path, home));
  const pythons = once(() => installedPythons(path, home));
  const nodeWrapper = once(async () => layOutNode(join(dir, "node"), projectDir, (await bundled()).file));
  const pythonWrapper = once(async () => layOutPython(join(dir, "python"), projectDir, (await pythons()).find(({ sdk }) => sdk.length > 0)?.sdk ?? []));
  const resolved = new Map<string, Promise<Runtime | undefined>>();

  const find = async (name: string): Promise<Runtime | undefined> => {
    const promised = promisedBy(name);
    switch (promised?.family) {
      case "node": {
        const own = await bundled();
        const node = own.promise === promised.version ? own : ((await nodes()).find((each) => each.promise === promised.version) ?? own);
        return nodeRuntime(name, node, promised.version, await nodeWrapper());
      }
      case "python": {
        const python = nearest(await pythons(), promised.version);
        return python && pythonRuntime(name, python, promised.version, await pythonWrapper());
      }
      case "provided":
        return { name, family: "provided", version: "", exact: true, interpreter: "", mounts: [], argv: [], env: {} };
      case undefined:
        return undefined;
    }
  };
  const resolve = (name: string): Promise<Runtime | undefined> => {
    const known = resolved.get(name) ?? find(name);
    resolved.set(name, known);
    return known;
  };
  return { resolve, list: async () => (await Promise.all(currentNames.map(resolve))).filter((runtime) => runtime !== undefined) };
}

const nodeRuntime = (name: string, node: Interpreter, promise: number, wrapper: Wrapper): Runtime => ({
  name, family: "node", version: node.version, exact: node.promise === promise, interpreter: node.file,
  mounts: [{ source: node.file, target: "/var/lang/bin/node" }, { source: wrapper.dir, target: "/var/runtime" }, ...wrapper.mounts],
  argv: ["/var/lang/bin/node", "/var/runtime/bootstrap.mjs"],
  env: {},
});

async function pythonRuntime(name: string, python: Python, promise: number, wrapper: Wrapper): Promise<Runtime> {
  // Compiled once here: inside a sandbox the wrapper is read-only and would be compiled at every start. A failure costs only that time.
  await run(python.file, ["-m", "compileall", "-q", join(wrapper.dir, "bootstrap.py"), join(wrapper.dir, "fugazruntime")]).catch(() => undefined);
  const prefixMounts: readonly Mount[] = inSystem(python.prefix) ? [] : [{ source: python.prefix, target: python.prefix }];
  return {
    name, family: "python", version: python.version, exact: python.promise === promise, interpreter: python.file,
    mounts: [...prefixMounts, { source: wrapper.dir, target: "/var/runtime" }, ...wrapper.mounts.filter(({ source }) => !inSystem(source) && !source.startsWith(`${python.prefix}/`))],
    argv: [python.file, "-S", "/var/runtime/bootstrap.py"],
    env: {},
  };
}

/** Every sandbox sees /usr already. */
const inSystem = (path: string): boolean => path === "/usr" || path.startsWith("/usr/");

/** Runs the search when first asked and remembers it. */
function once<T>(search: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= search());
}
