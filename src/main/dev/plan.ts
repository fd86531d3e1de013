// What a function is to be deployed as: found out from its folder, overruled by the command line.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import type { Runtimes } from "../../ports/runtimes.ts";
import type { Quotas } from "../../kernel/quotas.ts";
import { runtimeNames } from "../../kernel/runtime-names.ts";
import { newSettings } from "../../services/lambda/settings.ts";
import type { FunctionSettings } from "../../functions/function.ts";
import { UserError } from "../cli/user-error.ts";
import { entryOf, whatIsLookedFor, type Language } from "./entry.ts";
import type { FoundFunction } from "./find-functions.ts";

/** What the command line says; it goes before what the folder says. */
export interface Overrides {
  readonly handler?: string | undefined;
  readonly runtime?: string | undefined;
  readonly memoryMb?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly envFile?: string | undefined;
}

/** Throws a UserError that says what is missing. `account`: of the role the function is said to have. */
export async function planOf({ name, folder }: FoundFunction, given: Overrides, deps: { readonly runtimes: Runtimes; readonly account: string; readonly quotas: Quotas }): Promise<FunctionSettings> {
  const entry = given.handler !== undefined && given.runtime !== undefined ? undefined : await entryOf(folder);
  const handler = given.handler ?? entry?.handler;
  const language = entry?.language;
  const runtime = given.runtime ?? (language && (await newestOf(language, deps.runtimes)));
  if (handler === undefined || runtime === undefined) throw new UserError(`${folder} holds nothing that is known to run. Looked for: ${whatIsLookedFor}. Say it with --handler and --runtime.`);
  if (!(await deps.runtimes.resolve(runtime))) throw new UserError(`This machine can not run ${runtime}. \`fugaz doctor\` lists what it can.`);
  const env = { ...(given.envFile === undefined ? {} : await readEnvFile(given.envFile)), ...given.env };
  return newSettings(
    {
      Runtime: runtime as "nodejs24.x", Handler: handler, Role: `arn:aws:iam::${deps.account}:role/fugaz-dev`, Environment: { Variables: env },
      MemorySize: given.memoryMb, Timeout: given.timeoutSeconds,
    },
    name, deps.quotas,
  );
}

/** The newest name of a language that this machine runs exactly, else the newest that it runs at all. Only this language is looked for. */
async function newestOf(language: Language, runtimes: Runtimes): Promise<string> {
  if (language === "provided") return "provided.al2023";
  let nearest: string | undefined;
  for (const name of runtimeNames.filter((each) => each.startsWith(language)).toSorted((a, b) => numberIn(b) - numberIn(a))) {
    const runtime = await runtimes.resolve(name);
    if (runtime?.exact) return name;
    if (runtime) nearest ??= name;
  }
  if (nearest === undefined) throw new UserError(`This machine has no ${language}. \`fugaz doctor\` lists what it can run.`);
  return nearest;
}

/** `python3.12` is newer than `python3.9`. */
const numberIn = (name: string): number => {
  const [major = 0, minor = 0] = (name.match(/\d+/g) ?? []).map(Number);
  return major * 1000 + minor;
};

async function readEnvFile(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(resolve(file), "utf8").catch((error: Error) => {
    throw new UserError(`The file of environment variables can not be read: ${error.message}`);
  });
  return parseEnv(text) as Record<string, string>;
}
