// `fill-cache.ts DIR FLAG …`: compiles all sources into Node's compile cache by loading them, for `bin/fugaz.js`, which then finds them ready.
import { readdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

const [, , dir, ...flags] = process.argv;
// The same flags in the same order: compiled code is good for the flags it was compiled under.
for (const flag of flags) setFlagsFromString(flag);
enableCompileCache(dir);

const sources = new URL("../src/", import.meta.url);
const program = "main/cli/main.ts";
const paths = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts") && !/(\.test|-for-test)\.ts$/.test(path) && path !== program);
for (const path of paths) {
  // What can not be loaded (the demo without its development packages) is not needed either.
  await import(new URL(path, sources).href).catch(() => undefined);
}
// The only file that acts when loaded; asked for its version it ends the process.
process.argv.splice(2, Number.POSITIVE_INFINITY, "--version");
await import(new URL(program, sources).href);
