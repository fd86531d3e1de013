// The runtimes of this machine: looked for when first asked, again when something was added, and laid out for the sandboxes.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { runtimeNames } from "../../kernel/runtime-names.ts";
import type { Runtime, Runtimes } from "../../ports/runtimes.ts";
import { addedJavaClient, addedNodes, generationOf } from "./added.ts";
import { installedJavas } from "./find-java.ts";
import { bundledNode, installedNodes, OLDEST_MAJOR } from "./find-node.ts";
import { installedPythons, type Python } from "./find-python.ts";
import { installedRubies } from "./find-ruby.ts";
import { firstNotOlder, nearest, type Interpreter } from "./interpreter.ts";
import { whyMissing } from "./missing.ts";
import { promisedBy, type Promised } from "./names.ts";
import { javaRuntime, nodeRuntime, ownProgram, pythonRuntime, rubyRuntime } from "./runtime-values.ts";
import { layOutNode, layOutPlain, layOutPython, type Wrapper } from "./wrappers.ts";

const run = promisify(execFile);

export interface RuntimesOptions {
  /** Where Fugaz itself lies: its `runtimes/` and `node_modules/`. */
  readonly projectDir: string;
  /** Owned by the catalog: the laid-out wrappers. */
  readonly dir: string;
  /** What `fugaz runtime add` has installed; nothing is written there. */
  readonly addedDir: string;
  readonly path: string;
  readonly home: string;
  readonly javaHome?: string | undefined;
  /** Only the exact version of a name will do. */
  readonly strict?: boolean;
}

export function openRuntimes(options: RuntimesOptions): Runtimes {
  const { addedDir, strict = false } = options;
  const wrappers = layOuts(options);
  let generation: number | undefined;
  let machine = lookAround(options);
  let resolved = new Map<string, Promise<Runtime | undefined>>();
  /** Forgets what was found when something was added or removed since. */
  const current = (): Machine => {
    const now = generationOf(addedDir);
    if (now !== generation) {
      if (generation !== undefined) machine = lookAround(options);
      resolved = new Map();
      generation = now;
    }
    return machine;
  };
  const lookUp = (name: string, here: Machine): Promise<Runtime | undefined> => {
    const known = resolved.get(name) ?? find(name, here, wrappers, strict);
    resolved.set(name, known);
    return known;
  };
  return {
    resolve: async (name) => await lookUp(name, current()),
    whyMissing: async (name) => {
      const here = current();
      const promised = promisedBy(name);
      const counts = strict || promised?.family === "java";
      return whyMissing(name, { present: counts ? await present(promised, here) : [], strict, javaClient: (await here.javaClient()) !== undefined });
    },
    list: async () => {
      const here = current();
      return (await Promise.all(runtimeNames.map((name) => lookUp(name, here)))).filter((runtime) => runtime !== undefined);
    },
  };
}

async function find(name: string, machine: Machine, wrappers: Wrappers, strict: boolean): Promise<Runtime | undefined> {
  const runtime = await best(name, machine, wrappers);
  return strict && runtime?.exact === false ? undefined : runtime;
}

async function best(name: string, machine: Machine, wrappers: Wrappers): Promise<Runtime | undefined> {
  const promised = promisedBy(name);
  switch (promised?.family) {
    case "node": {
      const node = await bestNode(promised.version, machine);
      return node && nodeRuntime(name, node, promised.version, await wrappers.node());
    }
    case "python": {
      if (promised.version < PYTHON_3) {
        const [python] = await machine.python2s();
        return python && pythonRuntime(name, python, promised.version, await wrappers.python2());
      }
      const pythons = await machine.pythons();
      const python = nearest(pythons, promised.version);
      return python && pythonRuntime(name, python, promised.version, await wrappers.python(pythons, python));
    }
    case "ruby": {
      const ruby = nearest(await machine.rubies(), promised.version);
      return ruby && rubyRuntime(name, ruby, promised.version, await wrappers.ruby());
    }
    case "java": {
      const [java, clientDir] = [firstNotOlder(await machine.javas(), promised.version), await machine.javaClient()];
      return java && clientDir !== undefined ? javaRuntime(name, java, promised.version, clientDir) : undefined;
    }
    case "go":
    case "provided":
      return ownProgram(name, promised.family);
    case undefined:
      return undefined;
  }
}

/** The older language of the name is another one: neither runs the other's code. */
const PYTHON_3 = 300;

/** The exact one of those at hand, without starting what else lies around; else the nearest of all. */
async function bestNode(promise: number, machine: Machine): Promise<Interpreter | undefined> {
  const atHand = [...(await machine.addedNodes()), await machine.bundled()].filter(({ promise: major }) => major >= OLDEST_MAJOR);
  return atHand.find((node) => node.promise === promise) ?? nearest([...atHand, ...(await machine.nodes())], promise);
}

async function present(promised: Promised | undefined, machine: Machine): Promise<readonly string[]> {
  switch (promised?.family) {
    case "node":
      return versions("Node.js", [...(await machine.addedNodes()), await machine.bundled(), ...(await machine.nodes())]);
    case "python":
      return versions("Python", promised.version < PYTHON_3 ? await machine.python2s() : await machine.pythons());
    case "ruby":
      return versions("Ruby", await machine.rubies());
    case "java":
      return versions("Java", await machine.javas());
    default:
      return [];
  }
}

const versions = (language: string, found: readonly Interpreter[]): readonly string[] => [...new Set(found.map(({ version }) => `${language} ${version}`))];

/** Searches, each made when first needed. */
const lookAround = ({ projectDir, addedDir, path, home, javaHome }: RuntimesOptions) => ({
  bundled: once(() => bundledNode(projectDir)),
  addedNodes: once(() => addedNodes(addedDir)),
  nodes: once(async () => (await installedNodes(path, home)).filter(({ promise }) => promise >= OLDEST_MAJOR)),
  pythons: once(() => installedPythons(path, home)),
  python2s: once(() => installedPythons(path, home, 2)),
  rubies: once(() => installedRubies(path, home)),
  javas: once(() => installedJavas(path, home, javaHome)),
  javaClient: once(() => addedJavaClient(addedDir)),
});

type Machine = ReturnType<typeof lookAround>;

/** Laid out once for the life of the server: sandboxes that run have them mounted. */
function layOuts({ dir, projectDir, path }: RuntimesOptions) {
  let node: Promise<Wrapper> | undefined;
  let python: Promise<Wrapper> | undefined;
  const compiled = new Map<string, Promise<unknown>>();
  return {
    node: () => (node ??= layOutNode(join(dir, "node"), projectDir, path)),
    /** Compiled here for the Python that will run it: inside a sandbox it is read-only and would be compiled at every start. A failure costs only that time. */
    python: async (pythons: readonly Python[], { file }: Python) => {
      const wrapper = await (python ??= layOutPython(join(dir, "python"), projectDir, pythons.find(({ sdk }) => sdk.length > 0)?.sdk ?? []));
      const compiling = compiled.get(file) ?? run(file, ["-m", "compileall", "-q", join(wrapper.dir, "bootstrap.py"), join(wrapper.dir, "fugazruntime")]).catch(() => undefined);
      compiled.set(file, compiling);
      await compiling;
      return wrapper;
    },
    python2: once(() => layOutPlain(join(dir, "python2"), join(projectDir, "runtimes/python2"))),
    ruby: once(() => layOutPlain(join(dir, "ruby"), join(projectDir, "runtimes/ruby"))),
  };
}

type Wrappers = ReturnType<typeof layOuts>;

/** Runs the search when first asked and remembers it. */
function once<T>(search: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= search());
}
