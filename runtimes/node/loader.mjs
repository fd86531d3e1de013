// Finds the user's handler: which file, loaded how, and which function in it. The order of attempts is the original's.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runtimeError } from "./errors.mjs";
import { hookModulePathsLate } from "./module-paths.mjs";

const require = createRequire(import.meta.url);

/** Loads `dir/module.path.to.function` below `root`. Throws Runtime.* errors, or what the user's code throws while loading. */
export async function loadHandler(root, name, modern) {
  if (name.includes("..")) {
    throw runtimeError("MalformedHandlerName", `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const last = basename(name);
  const directory = name.slice(0, name.indexOf(last));
  const parts = /^([^.]*)\.(.*)$/.exec(last);
  if (!parts) throw runtimeError("MalformedHandlerName", "Bad handler");
  const [, moduleName, path] = parts;
  const handler = path.split(".").reduce((found, key) => found && found[key], await loadModule(root, directory, moduleName, modern));
  if (!handler) throw runtimeError("HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw runtimeError("HandlerNotFound", `${name} is not a function`);
  return handler;
}

async function loadModule(root, directory, moduleName, modern) {
  try {
    return await firstFound(root, directory, moduleName);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const reported = runtimeError("UserCodeSyntaxError", String(error));
      if (modern) reported.stack = error.stack;
      throw reported;
    }
    if (error && error.code === "MODULE_NOT_FOUND") throw runtimeError("ImportModuleError", String(error));
    throw error;
  }
}

async function firstFound(root, directory, moduleName) {
  const file = resolve(root, directory, moduleName);
  const esm = isModulePackage(dirname(file));
  const plain = existsSync(file) ? require(file) : undefined;
  if (plain) return plain;
  const attempts = [
    [".js", esm],
    [".mjs", true],
    [".cjs", false],
    ...(stripsTypes() ? [[".ts", esm], [".mts", true], [".cts", false]] : []),
  ];
  for (const [extension, asModule] of attempts) {
    if (!existsSync(file + extension)) continue;
    const loaded = asModule ? await importFile(file + extension) : require(file + extension);
    if (loaded) return loaded;
  }
  return require(require.resolve(moduleName, { paths: [root, join(root, directory)] }));
}

function importFile(file) {
  hookModulePathsLate();
  return import(pathToFileURL(file).href);
}

/** Node strips types by itself from 24 on. */
const stripsTypes = () => Number.parseInt(process.versions.node, 10) >= 24;

/** Whether the nearest package.json says `"type": "module"`; the search ends at a node_modules directory. */
function isModulePackage(directory) {
  for (let at = directory; !at.endsWith("/node_modules"); at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file)) {
      try {
        const content = JSON.parse(readFileSync(file, "utf8"));
        if (content) return content.type === "module";
      } catch (error) {
        console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
        return false;
      }
    }
    if (at === dirname(at)) return false;
  }
  return false;
}
