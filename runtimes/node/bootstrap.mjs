// Entry of the Node.js runtime inside a sandbox: prepares the process, loads the handler, then answers events until the platform is gone.
import { createRequire } from "node:module";
import * as util from "node:util";
import { receiveInvoke, sendInitError, sendReady } from "./channel.mjs";
import { logError, patchConsole, useRequire } from "./console.mjs";
import { errorPayload, unhandledRejection } from "./errors.mjs";
import { loadHandler } from "./loader.mjs";
import { hookModulePaths } from "./module-paths.mjs";
import { postError, runClassic } from "./run-classic.mjs";
import { checkModern, runModern } from "./run-modern.mjs";
import { installAwslambda, isStreaming, runStreaming } from "./streaming.mjs";

const UNCAUGHT_EXCEPTION_EXIT = 129;
const UNHANDLED_REJECTION_EXIT = 128;
/** The runtime's name decides the handler contract, not the version of Node that happens to run. */
const FIRST_MODERN_MAJOR = 24;

let current;

function die(title, error, exitCode) {
  logError(title, error);
  const payload = errorPayload(error);
  if (current) postError(error, current.requestId, current.meta, true);
  else sendInitError(String(payload.errorType), JSON.stringify(payload));
  process.exit(exitCode);
}

function serve(run, handler) {
  receiveInvoke((invocation) => {
    current = invocation;
    run(handler, invocation, () => serve(run, handler));
  });
}

async function main() {
  const { env } = process;
  useRequire(createRequire(import.meta.url));
  process.on("uncaughtException", (error) => die("Uncaught Exception", error, UNCAUGHT_EXCEPTION_EXIT));
  process.on("unhandledRejection", (reason, promise) => die("Unhandled Promise Rejection", unhandledRejection(reason, promise), UNHANDLED_REJECTION_EXIT));
  const early = env._FUGAZ_CELL !== undefined;
  hookModulePaths();
  if (early || env.AWS_ENDPOINT_URL) (await import("./sdk-v2.mjs")).pointSdkAtEndpoint();
  // Nothing above may depend on the function's environment.
  let modern;
  const prepare = () => {
    patchConsole(env, util);
    const named = /^AWS_Lambda_nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV || "");
    modern = named !== null && Number(named[1]) >= FIRST_MODERN_MAJOR;
    installAwslambda();
  };
  if (early) await (await import("./cell.mjs")).untilSpecialised(prepare);
  else prepare();
  let handler;
  // Not `performance`, whose first use loads what takes longer than many a function.
  const begun = process.hrtime();
  try {
    handler = await loadHandler(env.LAMBDA_TASK_ROOT || process.cwd(), env._HANDLER || "", modern);
    if (modern && !isStreaming(handler)) checkModern(handler);
  } catch (error) {
    die("Uncaught Exception", error, UNCAUGHT_EXCEPTION_EXIT);
  }
  const [seconds, nanoseconds] = process.hrtime(begun);
  sendReady(seconds * 1e3 + nanoseconds / 1e6);
  serve(isStreaming(handler) ? runStreaming(modern) : modern ? runModern : runClassic, handler);
}

// Awaited, so that a module whose top level never settles ends the process with Node's own exit code 13.
await main();
