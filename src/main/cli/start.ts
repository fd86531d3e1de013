// `fugaz start`: the server in the foreground, until SIGTERM or Ctrl-C.
import { readFile } from "node:fs/promises";
import { Command, Option } from "commander";
import type { Fugaz } from "../compose.ts";
import { readConfig, type Config } from "../config.ts";
import { openLogger } from "../logger.ts";
import type { Extras } from "../open-house.ts";
import { version } from "../version.ts";
import { UserError } from "./user-error.ts";

/** How long running invocations may take after SIGTERM before they are ended. */
const DRAIN_MS = 15_000;

export const startCommand = (): Command =>
  new Command("start")
    .description("Start the cloud in the foreground; it says when it is ready and stops cleanly on SIGTERM or Ctrl-C")
    .addOption(new Option("-p, --port <number>", "port to listen on, 0 for any free one").env("FUGAZ_PORT").default("4566"))
    .addOption(new Option("--host <address>", "address to listen on").env("FUGAZ_HOST").default("127.0.0.1"))
    .addOption(new Option("-d, --data-dir <path>", "where everything is kept").env("FUGAZ_DATA_DIR").default(".fugaz"))
    .addOption(new Option("--isolation <kind>", "how functions are isolated").env("FUGAZ_ISOLATION").choices(["auto", "bubblewrap", "process"]).default("auto"))
    .addOption(new Option("--strict-runtimes", "refuse functions whose exact language version is not here, instead of taking the nearest").env("FUGAZ_STRICT_RUNTIMES"))
    .addOption(new Option("--region <name>", "region of requests that name none").env("FUGAZ_REGION").default("us-east-1"))
    .addOption(new Option("--account <id>", "account of requests that name none: 12 digits").env("FUGAZ_ACCOUNT").default("000000000000"))
    .addOption(new Option("--stream-rate <MB/s>", "pace of streamed responses after their first 6 MB, or `unlimited`").env("FUGAZ_STREAM_RATE").default("2"))
    .addOption(new Option("--limits <list>", "quotas of functions: aws-2026, aws-2016, unlimited, or single ones such as timeoutSecondsMax=3600, separated by commas").env("FUGAZ_LIMITS").default("aws-2026"))
    .addOption(new Option("--kinesis-limits <how>", "`enforce` the limits of a shard: 1 MB and 1,000 records in, 2 MB and 5 reads out per second").env("FUGAZ_KINESIS_LIMITS").choices(["off", "enforce"]).default("off"))
    .addOption(new Option("--tls-cert <file>", "PEM certificate: the same port then speaks TLS too"))
    .addOption(new Option("--tls-key <file>", "PEM key of the certificate"))
    .addOption(new Option("--log-level <level>", "how much is logged to standard error").env("FUGAZ_LOG_LEVEL").choices(["trace", "debug", "info", "warn", "error", "silent"]).default("info"))
    .addHelpText("after", "\nThe line `Fugaz is ready at http://127.0.0.1:PORT` on standard output says that it serves; all else goes to standard error.")
    .action(async (options: Readonly<Record<string, string>>) => serve(await configFrom(options)));

/** What a command adds to the server it runs. */
export interface Serving {
  readonly extras: Extras;
  /** Awaited before the server says that it is ready; a failure ends it. */
  readonly onStarted: (fugaz: Fugaz) => Promise<void>;
  /** Called when the end has been asked for, before anything ends. */
  readonly onStopping: () => void;
  /** How long running invocations may take after that. */
  readonly drainMs: number;
}

/** Runs a server in the foreground until it is told to stop; then ends the process. */
export async function serve(config: Config, serving?: Serving): Promise<void> {
  // Listened for from the start: who stops the server the moment it is ready still gets a clean end.
  const stopped = stopSignal();
  const { startFugaz } = await import("../compose.ts");
  const fugaz = await startFugaz(config, openLogger(config), serving?.extras).catch((error: unknown) => {
    throw listenProblem(error, config) ?? error;
  });
  try {
    await serving?.onStarted(fugaz);
  } catch (error) {
    await fugaz.stop(0);
    throw error;
  }
  announce(fugaz, config);
  await stopped;
  serving?.onStopping();
  await fugaz.stop(serving?.drainMs ?? DRAIN_MS);
  process.exit(0);
}

/** The settings as a command line gives them; a UserError for what is wrong with them. */
export async function configFrom(options: Readonly<Record<string, string>>): Promise<Config> {
  const pem = async (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? undefined : readFile(file, "utf8").catch((error: Error) => {
      throw new UserError(`The TLS file can not be read: ${error.message}`);
    });
  try {
    return readConfig({
      ...options,
      tlsCert: await pem(options["tlsCert"]),
      tlsKey: await pem(options["tlsKey"]),
      path: process.env["PATH"],
      home: process.env["HOME"],
      javaHome: process.env["JAVA_HOME"],
    });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

function announce(fugaz: Fugaz, config: Config): void {
  const { isolation } = fugaz;
  process.stderr.write(
    [
      `Fugaz ${version}. Functions are isolated by ${isolation.kind} (level ${isolation.level}). Data: ${config.dataDir}`,
      `Developer mode: whatever credentials a request has, it acts as the root of account ${config.account} and is not verified. Keep it on ${isLoopback(config.host) ? "this machine" : "a network you trust"}.`,
      ...isolation.warnings.map((warning) => `Warning: ${warning}`),
      "",
    ].join("\n"),
  );
  process.stdout.write(`Fugaz is ready at ${fugaz.endpoint}\n`);
}

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.");

/** What a person can mend about the port, the address or what TLS needs. */
function listenProblem(error: unknown, { host, port }: Config): UserError | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith("ERR_OSSL")) return new UserError(`The certificate or the key for TLS can not be used: ${message}. Both must be PEM files, and belong together.`);
  if (code === "EADDRINUSE") return new UserError(`Port ${port} on ${host} is taken. Choose another with --port, or --port 0 for any free one.`);
  if (code === "EACCES") return new UserError(`Port ${port} needs privileges this user does not have. Choose one above 1023 with --port.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return new UserError(`This machine has no address ${host}. Choose another with --host.`);
  return undefined;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve();
      });
  });
