// ES modules ignore NODE_PATH; functions expect layers and the bundled SDKs to be found there all the same.
import * as moduleApi from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

let installed = false;

/** Makes `import "package"` fall back to the directories that NODE_PATH has by then, where Node has hooks in the same thread: nearly free. */
export function hookModulePaths() {
  if (!moduleApi.registerHooks) return;
  installed = true;
  moduleApi.registerHooks({ resolve: fallback(listed, tryNow) });
}

/** The same for versions whose hooks need a thread of their own: only when an ES module is really loaded. Before 20.6 (18.19) there are none. */
export function hookModulePathsLate() {
  const directories = listed();
  if (installed || directories.length === 0 || !moduleApi.register) return;
  installed = true;
  moduleApi.register(new URL("./module-paths-hook.mjs", import.meta.url), { data: { directories } });
}

const listed = () => (process.env.NODE_PATH || "").split(":").filter(Boolean);

function tryNow(attempt, recover) {
  try {
    return attempt();
  } catch (error) {
    return recover(error);
  }
}

/** A resolve hook: tries as Node would, then as if imported from beside each directory, then by the rules of require. */
export const fallback = (directoriesNow, trying) => (specifier, context, next) =>
  trying(
    () => next(specifier, context),
    (error) => {
      const directories = directoriesNow();
      if (error.code !== "ERR_MODULE_NOT_FOUND" || !isBare(specifier) || directories.length === 0) throw error;
      return fromDirectories(directories, specifier, context, next, trying, error);
    },
  );

function fromDirectories(directories, specifier, context, next, trying, error) {
  const [directory, ...others] = directories;
  if (directory === undefined) return byRequire(specifier, error);
  const rest = () => fromDirectories(others, specifier, context, next, trying, error);
  if (!directory.endsWith("/node_modules")) return rest();
  const parentURL = pathToFileURL(join(dirname(directory), "index.mjs")).href;
  return trying(() => next(specifier, { ...context, parentURL }), rest);
}

function byRequire(specifier, error) {
  try {
    const file = moduleApi.createRequire(import.meta.url).resolve(specifier);
    return { url: pathToFileURL(file).href, shortCircuit: true };
  } catch {
    throw error;
  }
}

const isBare = (specifier) => !/^(\.{0,2}\/|\.{1,2}$|[a-z][a-z0-9+.-]*:|#)/i.test(specifier);
