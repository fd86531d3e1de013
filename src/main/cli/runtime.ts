// `fugaz runtime`: which languages this machine runs and where each comes from; adds and removes those that can be added.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { runtimeNames } from "../../kernel/runtime-names.ts";
import type { Runtimes } from "../../ports/runtimes.ts";
import { addRuntime, removeRuntime } from "../../sandboxes/catalog/adding/add-runtime.ts";
import { MAVEN_CENTRAL } from "../../sandboxes/catalog/adding/java-client.ts";
import { readConfig } from "../config.ts";
import { addedRuntimesDir, runtimesFor } from "../machine-runtimes.ts";
import { table } from "./table.ts";

interface Options {
  readonly dataDir: string;
  readonly json?: true;
}

export const runtimeCommand = (): Command =>
  new Command("runtime")
    .description("Show, add and remove language runtimes")
    .addCommand(
      common("list", "Every runtime name, what runs it here, and where that comes from").action(async (options: Options) => {
        const rows = await withCatalog(options, survey);
        process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : asTable(rows));
      }),
    )
    .addCommand(
      common("add", "Add the exact version for a name: nodejs* takes the binary package from npm, java* the official client from a Maven repository; for others it says how")
        .argument("<name>", "runtime name, such as nodejs22.x or java21")
        .addOption(new Option("--maven <url>", `Maven repository to fetch from (default: as mvn is set up where it is installed, else ${MAVEN_CENTRAL})`).env("FUGAZ_MAVEN_URL"))
        .action(async (name: string, options: Options & { readonly maven?: string }) => {
          const addedDir = addedRuntimesDir(resolve(options.dataDir));
          const done = await withCatalog(options, (runtimes) => addRuntime(name, { addedDir, runtimes, mavenUrl: options.maven }));
          await say(name, done, options);
        }),
    )
    .addCommand(
      common("remove", "Remove what was added for a name")
        .argument("<name>", "runtime name")
        .action(async (name: string, options: Options) => say(name, await removeRuntime(name, addedRuntimesDir(resolve(options.dataDir))), options)),
    )
    .addHelpText("after", "\nA running server with the same --data-dir notices additions and removals at the next start of a function; it need not be restarted.");

const common = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .addOption(new Option("-d, --data-dir <path>", "the server's data directory").env("FUGAZ_DATA_DIR").default(".fugaz"))
    .option("--json", "print JSON");

/** What was done, and what serves the name now. */
async function say(name: string, done: string, options: Options): Promise<void> {
  const now = await withCatalog(options, (runtimes) => rowOf(name, runtimes));
  process.stdout.write(options.json ? `${JSON.stringify({ done, ...now }, null, 2)}\n` : `${done}\n${asTable([now])}`);
}

type Row =
  | { readonly name: string; readonly available: true; readonly version: string; readonly exact: boolean; readonly origin: string; readonly path: string }
  | { readonly name: string; readonly available: false; readonly reason: string };

const survey = (runtimes: Runtimes): Promise<readonly Row[]> => Promise.all(runtimeNames.map((name) => rowOf(name, runtimes)));

async function rowOf(name: string, runtimes: Runtimes): Promise<Row> {
  const runtime = await runtimes.resolve(name);
  if (!runtime) return { name, available: false, reason: await runtimes.whyMissing(name) };
  const { version, exact, origin, interpreter } = runtime;
  return { name, available: true, version, exact, origin, path: interpreter };
}

const asTable = (rows: readonly Row[]): string =>
  table(
    ["NAME", "RUNS ON", "FROM", "WHERE, OR WHY NOT"],
    rows.map((row) => (row.available ? [row.name, `${row.version || "its own program"}${row.exact ? "" : " (nearest)"}`, row.origin, row.path || "the function's package"] : [row.name, "-", "-", row.reason])),
  );

/** A catalog of the data directory that leaves the layout of a running server alone. */
async function withCatalog<T>({ dataDir }: Options, use: (runtimes: Runtimes) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-runtime-"));
  try {
    const config = readConfig({ dataDir: dir, path: process.env["PATH"], home: process.env["HOME"], javaHome: process.env["JAVA_HOME"] });
    return await use(runtimesFor(config, resolve(dataDir)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
