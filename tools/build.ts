// `npm run build`: dist/ as it is published, from nothing, so that no file outlives its source: compiled files and the data they read.
import { execFileSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const project = new URL("../", import.meta.url);
await rm(new URL("dist/", project), { recursive: true, force: true });
execFileSync(fileURLToPath(new URL("node_modules/.bin/tsc", project)), ["-p", "tsconfig.build.json"], { cwd: project, stdio: "inherit" });
// The generated wire models are read as files.
await cp(new URL("src/wire/models/", project), new URL("dist/wire/models/", project), { recursive: true, filter: (path) => !path.endsWith(".ts") });
