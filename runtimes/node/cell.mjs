// A process that boots before it is known for which function: it makes itself warm, waits, and then becomes what a fresh boot would be.
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { receiveInvoke, receiveSettings, rehearse, sendReady } from "./channel.mjs";
import { setRequestId } from "./console.mjs";
import { loadHandler } from "./loader.mjs";
import { runClassic } from "./run-classic.mjs";
import { runModern } from "./run-modern.mjs";

/** Each makes the first real event a little faster, and the process a little larger. */
const REHEARSALS = 4;

/** Resolves when this process belongs to a function whose code is in place. `prepare`: what is to be done as soon as the environment is the function's. */
export async function untilSpecialised(prepare) {
  await load(process.env._FUGAZ_CELL.split(",").filter(Boolean));
  for (let count = 0; count < REHEARSALS; count++) await rehearse((platform) => firstEvent(platform, prepare));
  setRequestId(undefined);
  await specialised(prepare);
}

async function specialised(prepare) {
  let place;
  await receiveSettings(({ env, cwd }) => {
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    for (const name of Object.keys(env)) process.env[name] = env[name];
    // Reads NODE_PATH and HOME again.
    Module._initPaths();
    prepare();
    place = cwd;
  });
  process.chdir(place);
}

/** Goes the way from settings to a first answer, so that all that is compiled on it is compiled before anybody waits. */
async function firstEvent(platform, prepare) {
  const specialising = specialised(prepare);
  platform.settings({ env: { ...process.env }, cwd: process.cwd() });
  platform.filled();
  await specialising;
  const handler = await loadHandler(dirname(fileURLToPath(import.meta.url)), "warm.handler", true);
  sendReady(0);
  console.log("%s", handler.name);
  for (const run of [runClassic, runModern]) {
    await new Promise((next) => {
      receiveInvoke((invocation) => run(handler, invocation, next));
      platform.event({ invokedArn: "", deadlineMs: 0, responseBytesMax: 4096 });
    });
  }
}

/** Loads a CommonJS module and forgets it, as the first one takes longer; and `packages` from beside us, where a function that has none of its own would find the very same. */
async function load(packages) {
  const require = createRequire(import.meta.url);
  const file = require.resolve("./warm.cjs");
  require(file);
  delete require.cache[file];
  for (const key of Object.keys(Module._pathCache)) if (Module._pathCache[key] === file) delete Module._pathCache[key];
  for (const name of packages) {
    try {
      require(name);
      // What its exports are called is found out once more for ES modules.
      await import(name);
    } catch {
      // Not there, or not for this version of Node: the function will tell.
    }
  }
}
