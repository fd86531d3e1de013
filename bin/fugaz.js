#!/usr/bin/env node
// Finds a Node that can run Fugaz (type stripping, node:sqlite), makes it small and quick to start, and hands over.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const project = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(project, "src");
// Node refuses to strip types below node_modules, so an installed package brings compiled files; a checkout runs its sources.
const isCheckout = existsSync(join(sources, "main/cli/main.ts"));
const main = join(project, isCheckout ? "src/main/cli/main.ts" : "dist/main/cli/main.js");
// The young generation stays at its first size in every thread: in a server that streams it would grow to 50 MB and more, full of
// buffers that are long done with. Unlike V8's limits this can still be said to a running process. Under load a server lets it grow
// to a few megabytes (src/main/young-generation.ts). So little is collected sooner by one thread than by waking four.
const small = ["--semi-space-growth-factor=1", "--no-parallel-scavenge"];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
  for (const flag of small) process.getBuiltinModule("node:v8").setFlagsFromString(flag);
  const cache = openCache();
  if (isCheckout && cache !== undefined) await fillCache(cache);
  resolveDirectly();
  await import(main);
} else await runOn(bundledNode());

/** Our files name each other by their whole names: nothing has to be looked for, which took a sixth of a start. */
function resolveDirectly() {
  const home = pathToFileURL(dirname(dirname(dirname(main)))).href;
  const [ending, format] = isCheckout ? [".ts", "module-typescript"] : [".js", "module"];
  module.registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith(".") && specifier.endsWith(ending) && context.parentURL?.startsWith(home)
        ? { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true }
        : next(specifier, context),
  });
}

/** Keeps compiled code between starts, keyed by content: what runs is never older than its source. Returns the directory if there can be one. */
function openCache() {
  // Not the system's temporary directory, where others could plant code.
  const places = [join(project, isCheckout ? "node_modules/.cache/fugaz" : "../.cache/fugaz"), join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "fugaz")];
  const { ENABLED, ALREADY_ENABLED } = module.constants.compileCacheStatus;
  for (const place of places) {
    const { status } = module.enableCompileCache(place);
    if (status === ALREADY_ENABLED) return process.env.NODE_COMPILE_CACHE;
    if (status !== ENABLED) continue;
    // Threads look here for it.
    process.env.NODE_COMPILE_CACHE = place;
    return place;
  }
  return undefined;
}

/**
 * Has another process compile the sources when they have changed, so that this one never holds the TypeScript compiler and its 40 MB.
 * A change that goes unnoticed here (a file written in place) costs that memory once, nothing else.
 */
async function fillCache(cache) {
  const note = join(cache, `filled-${process.version}-${process.arch}`);
  try {
    // A directory that came or went has changed the one it is in: to look at those that were there is enough.
    const seen = JSON.parse(readFileSync(note, "utf8"));
    if (Object.keys(seen).length > 0 && Object.entries(seen).every(([dir, mtimeMs]) => statSync(join(sources, dir)).mtimeMs === mtimeMs)) return;
  } catch {
    // Never filled, or a directory is gone.
  }
  const dirs = ["", ...readdirSync(sources, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => relative(sources, join(entry.parentPath, entry.name)))];
  const now = JSON.stringify(Object.fromEntries(dirs.map((dir) => [dir, statSync(join(sources, dir)).mtimeMs])));
  const { spawnSync } = await import("node:child_process");
  spawnSync(process.execPath, [join(project, "tools/fill-cache.ts"), cache, ...small], { stdio: "ignore", env: { ...process.env, NODE_COMPILE_CACHE: "" } });
  try {
    writeFileSync(note, now);
  } catch {
    // A cache that can be read only: the next start tries again.
  }
}

/** For a system whose own Node is too old. */
async function runOn(node) {
  if (node === undefined) {
    process.stderr.write(`Fugaz needs Node 22.18 or newer; this is ${process.versions.node}, and no bundled Node was installed for ${process.platform}-${process.arch}.\n`);
    process.exit(1);
  }
  const { spawn } = await import("node:child_process");
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
}

function bundledNode() {
  const require = createRequire(import.meta.url);
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    try {
      const binary = join(dirname(require.resolve(`${name}/package.json`)), "bin/node");
      if (existsSync(binary)) return binary;
    } catch {
      // Not installed for this platform: try the next name.
    }
  }
  return undefined;
}
