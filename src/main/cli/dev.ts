// `fugaz dev`: a server of one's own that runs the functions of a folder in place and follows every save.
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { ownDataDir, refuseDataDirIn } from "../dev/data-dir.ts";
import { debugHint, debugPorts, debugWith, patientLimits, patientSettings, type DebugPorts, type DebugRequest } from "../dev/debugger.ts";
import { develop } from "../dev/develop.ts";
import { findFunctions, unreadTemplates, type FoundFunction } from "../dev/find-functions.ts";
import type { Overrides } from "../dev/plan.ts";
import { openTerminal, type Terminal } from "../dev/terminal.ts";
import { systemClock } from "../system-clock.ts";
import { configFrom, serve, startCommand, type Serving } from "./start.ts";
import { UserError } from "./user-error.ts";

type Options = Readonly<Record<string, string>> & {
  readonly memory?: number;
  readonly timeout?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly inspect?: number | true;
  readonly inspectBrk?: number | true;
};

/** How long running invocations may take after Ctrl-C: the developer sits there. */
const DRAIN_MS = 1000;

export const devCommand = (): Command => {
  const command = new Command("dev")
    .description("Run the function in a folder, or those in its subfolders, on a server of their own; every save is deployed at once")
    .argument("[dir]", "the folder", ".")
    .option("--name <name>", "function name (default: the folder's)")
    .option("--handler <handler>", "what to call, as in AWS (default: found out from the files)")
    .option("--runtime <name>", "runtime, such as nodejs24.x (default: the newest here for the language)")
    .option("--memory <mb>", "memory in MB", wholeNumber)
    .option("--timeout <seconds>", "timeout in seconds", wholeNumber)
    .option("--env <KEY=VALUE>", "environment variable, may be given again", keyValue, {})
    .option("--env-file <file>", "file with lines KEY=VALUE, read anew at each save")
    .option("--inspect [port]", "let a debugger attach: Node's inspector, debugpy for Python", portNumber)
    .option("--inspect-brk [port]", "the same, and nothing runs before one has", portNumber)
    .addOption(new Option("-d, --data-dir <path>", "where everything is kept (default: a directory of this folder's own in ~/.local/state/fugaz)").env("FUGAZ_DATA_DIR"));
  for (const option of startCommand().options) if (option.long !== "--data-dir") command.addOption(option.long === "--log-level" ? option.default("warn") : option);
  return command
    .addHelpText("after", "\nThe functions run from the folder itself, without an archive, and only while this runs. Templates (template.yaml, serverless.yml) are not read yet.")
    .action(run);
};

async function run(dir: string, options: Options): Promise<void> {
  const { name, handler, runtime } = options;
  const functions = named(await findFunctions(dir, handler !== undefined && runtime !== undefined), name);
  if (functions.length > 1 && (handler !== undefined || runtime !== undefined)) throw new UserError(`--handler and --runtime are for one function, and ${dir} holds ${functions.length}: name the folder of one.`);
  const debug = debugRequest(options);
  const dataDir = options["dataDir"] ?? ownDataDir(await realpath(dir), process.env["XDG_STATE_HOME"], process.env["HOME"] ?? "/");
  refuseDataDirIn(functions.map(({ folder }) => folder), dataDir);
  const config = await configFrom(serverOptions(options, dataDir));
  const terminal = openTerminal((text) => void process.stdout.write(text));
  for (const template of await unreadTemplates(dir)) terminal.say(`${template} is not read yet: only the code is run, with the options given here.`);
  const overrides = { handler, runtime, memoryMb: options.memory, timeoutSeconds: options.timeout, env: options.env, envFile: options["envFile"] };
  await serve(config, serving(functions, { account: config.account, region: config.region }, { debug, overrides, terminal }));
}

function serving(functions: readonly FoundFunction[], scope: { readonly account: string; readonly region: string }, { debug, overrides, terminal }: { readonly debug: DebugRequest | undefined; readonly overrides: Overrides; readonly terminal: Terminal }): Serving {
  const folders = new Set(functions.map(({ folder }) => folder));
  const stopping = new AbortController();
  let ports: DebugPorts = new Map();
  const debugging = (): ReturnType<typeof debugWith> | undefined => debug && debugWith(ports, debug, systemClock, stopping.signal);
  terminal.show(functions.map(({ name }) => name));
  return {
    drainMs: debug ? 0 : DRAIN_MS,
    extras: {
      limits: debug ? patientLimits : {},
      onLog: terminal.onLog,
      development: {
        runsInPlace: (folder) => folders.has(folder),
        isDebugged: (version) => debugging()?.isDebugged(version) ?? false,
        // A process of level 0 could write its compiled modules among the sources.
        runtimeFor: async (version, runtime) => {
          const clean = version.code.folder === undefined ? runtime : { ...runtime, env: { ...runtime.env, PYTHONDONTWRITEBYTECODE: "1" } };
          return (await debugging()?.runtimeFor(version, clean)) ?? clean;
        },
      },
    },
    onStarted: async (fugaz) => {
      const watching = await develop(fugaz, functions, {
        overrides, scope, terminal,
        clock: systemClock,
        adapt: debug ? patientSettings : (settings) => settings,
        prepare: async (found) => {
          if (!debug) return;
          ports = await debugPorts(found, debug);
          for (const { name, runtime } of found) terminal.say(debugHint(name, ports.get(name) ?? 0, runtime.family));
        },
      });
      stopping.signal.addEventListener("abort", () => watching[Symbol.dispose]());
      const at = fugaz.endpoint === "http://127.0.0.1:4566" ? "" : ` --endpoint ${fugaz.endpoint}`;
      for (const { name } of functions) terminal.say(`  fugaz invoke ${name}${at}`);
      terminal.say("Save a file and the next event runs it. Ctrl-C ends.");
    },
    onStopping: () => stopping.abort(),
  };
}

function named(functions: readonly FoundFunction[], name: string | undefined): readonly FoundFunction[] {
  if (name === undefined) return functions;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new UserError("A function's name has letters, digits, hyphens and underscores, 64 at most.");
  if (functions.length > 1) throw new UserError(`--name is for one function, and this folder holds ${functions.length}: name the folder of one.`);
  return functions.map(({ folder }) => ({ name, folder }));
}

function debugRequest({ inspect, inspectBrk }: Options): DebugRequest | undefined {
  const asked = inspectBrk ?? inspect;
  return asked === undefined ? undefined : { port: asked === true ? undefined : asked, wait: inspectBrk !== undefined };
}

/** Only what a server is told; the rest is this command's own. */
function serverOptions(options: Options, dataDir: string): Readonly<Record<string, string>> {
  const known = new Set(startCommand().options.map((option) => option.attributeName()));
  return { ...Object.fromEntries(Object.entries(options).filter((entry): entry is [string, string] => known.has(entry[0]))), dataDir: resolve(dataDir) };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text) || text === "0") throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError("Give a port from 1 to 65535. (A folder goes before --inspect.)");
  return port;
}

function keyValue(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Give KEY=VALUE.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
