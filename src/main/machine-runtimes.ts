// The catalog of languages as the server and the command line open it: same machine, same additions.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runtimes } from "../ports/runtimes.ts";
import { openRuntimes } from "../sandboxes/catalog/open.ts";
import type { Config } from "./config.ts";
import { projectDir } from "./version.ts";

/** Of the server whose data lie in `dataDir`, which may be running meanwhile; what has to be written goes below `config.dataDir`. */
export const runtimesFor = (config: Config, dataDir: string): Runtimes =>
  openRuntimes({
    projectDir: fileURLToPath(projectDir).replace(/\/$/, ""), dir: join(config.dataDir, "runtimes"), addedDir: addedRuntimesDir(dataDir),
    path: config.path, home: config.home, javaHome: config.javaHome, strict: config.strictRuntimes,
  });

/** Where `fugaz runtime add` puts things. */
export const addedRuntimesDir = (dataDir: string): string => join(dataDir, "added-runtimes");
