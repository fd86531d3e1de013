// A process that boots before it is known for which function: it makes itself warm, waits, and then becomes what a fresh boot would be.
import Module, { createRequire } from "node:module";
import * as util from "node:util";
import { receiveFilled, receiveSettings } from "./channel.mjs";
import { patchConsole } from "./console.mjs";

/** Resolves when this process belongs to a function, with what resolves when the function's code is there as well. */
export async function untilSpecialised() {
  await warm(process.env._FUGAZ_CELL.split(",").filter(Boolean));
  const { env, cwd } = await receiveSettings();
  const filled = receiveFilled();
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) process.env[name] = value;
  // Reads NODE_PATH and HOME again.
  Module._initPaths();
  return async () => {
    await filled;
    process.chdir(cwd);
  };
}

/** Does once what every first load of a function does, so that it is compiled when one comes; and loads `packages` from beside us, where a function that has none of its own would find the very same. */
async function warm(packages) {
  await import("./warm.mjs");
  patchConsole(process.env, util);
  const require = createRequire(import.meta.url);
  const file = require.resolve("./warm.cjs");
  require(file);
  delete require.cache[file];
  for (const key of Object.keys(Module._pathCache)) if (Module._pathCache[key] === file) delete Module._pathCache[key];
  for (const name of packages) {
    try {
      require(name);
    } catch {
      // Not there, or not for this version of Node: the function will tell.
    }
  }
}
