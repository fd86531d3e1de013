// One table of everything the server can be told, read once and frozen, so that no room ever looks at the environment.
import { resolve } from "node:path";
import { readQuotas, type Quotas } from "../kernel/quotas.ts";

/** Turns what was given (undefined: nothing) into the value; throws a sentence's end, such as "it must be 12 digits". */
type Reader<T> = (given: unknown) => T;

const text = (byDefault: string): Reader<string> => (given = byDefault) => demand(typeof given === "string" && given !== "" && given, "it must be a text that is not empty");
/** As the environment has it: even an empty one is an answer. */
const anyText = (byDefault: string): Reader<string> => (given = byDefault) => String(given);
const optionalText: Reader<string | undefined> = (given) => (given === undefined ? undefined : text("")(given));
const matching = (pattern: RegExp, rule: string, byDefault: string): Reader<string> => (given = byDefault) => demand(typeof given === "string" && pattern.test(given) && given, rule);
const oneOf = <const T extends string>(names: readonly T[], byDefault: T): Reader<T> => (given = byDefault) => demand(names.find((name) => name === given), `it must be one of ${names.join(", ")}`);
const integer = (min: number, max: number, byDefault: number): Reader<number> => (given = byDefault) => {
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return demand(typeof number === "number" && Number.isInteger(number) && number >= min && number <= max ? { number } : undefined, `it must be a whole number from ${min} to ${max}`).number;
};

const positiveOr = <const T extends string>(word: T, byDefault: number): Reader<T | number> => (given = byDefault) => {
  if (given === word) return word;
  const number = Number(given);
  return demand(number > 0 && Number.isFinite(number) && number, `it must be a number above 0, or ${word}`);
};
const flag: Reader<boolean> = (given = false) => demand(typeof given === "boolean" ? { given } : undefined, "it must be true or false").given;

const quotas: Reader<Quotas> = (given = "") => readQuotas(String(given));

const readers = {
  host: text("127.0.0.1"),
  /** 0 picks a free port. */
  port: integer(0, 65_535, 4566),
  dataDir: text(".fugaz"),
  isolation: oneOf(["auto", "bubblewrap", "process"], "auto"),
  /** For requests whose credentials name no region. */
  region: matching(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "it must be the name of an AWS region, such as us-east-1", "us-east-1"),
  /** For requests whose credentials name no account. */
  account: matching(/^\d{12}$/, "it must be 12 digits", "000000000000"),
  /** How fast a streamed response may come once its first 6 MB have gone, in MB per second. */
  streamRate: positiveOr("unlimited", 2),
  /** What functions may have: see `readQuotas`. */
  limits: quotas,
  /** Whether shards of streams take and give only what the original's do per second. */
  kinesisLimits: oneOf(["off", "enforce"], "off"),
  tlsCert: optionalText,
  tlsKey: optionalText,
  logLevel: oneOf(["trace", "debug", "info", "warn", "error", "silent"], "info"),
  /** The PATH in which interpreters and bwrap are looked up. */
  path: anyText("/usr/local/bin:/usr/bin:/bin"),
  home: anyText("/"),
  /** A Java installation that is looked at first. */
  javaHome: optionalText,
  /** Functions run only on the exact version their runtime name promises. */
  strictRuntimes: flag,
};

export type Config = { readonly [Name in keyof typeof readers]: ReturnType<(typeof readers)[Name]> };

/** Checks and completes settings; throws an Error whose message names the setting and what it must be. */
export function readConfig(settings: Readonly<Record<string, unknown>>): Config {
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(readers, name));
  if (unknown !== undefined) throw new Error(`There is no setting ${unknown}.`);
  const config = Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, readOne(name, read, settings[name])])) as unknown as Config;
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) throw new Error("TLS needs both a certificate and its key: give --tls-cert and --tls-key together.");
  return Object.freeze({ ...config, dataDir: resolve(config.dataDir) });
}

function readOne(name: string, read: Reader<unknown>, given: unknown): unknown {
  try {
    return read(given);
  } catch (error) {
    throw new Error(`The setting ${name} is not right: ${(error as Error).message} (it was ${JSON.stringify(given)}).`, { cause: error });
  }
}

function demand<T>(value: T | undefined | false, rule: string): T {
  if (value === undefined || value === false) throw new Error(rule);
  return value;
}
