#!/usr/bin/env node
// Finds a Node that can run Fugaz (type stripping, node:sqlite) and hands over: the bundled one when the system's is too old.
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// Node refuses to strip types below node_modules, so an installed package brings compiled files; a checkout runs its sources.
const source = join(here, "../src/main/cli/main.ts");
const main = existsSync(source) ? source : join(here, "../dist/main/cli/main.js");
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
  // Keeps stripped and compiled sources in the temporary directory: the next start is twice as fast and needs no compiler in memory.
  module.enableCompileCache?.();
  await import(main);
} else {
  const { spawn } = await import("node:child_process");
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(`Fugaz needs Node 22.18 or newer; this is ${process.versions.node}, and no bundled Node was installed for ${process.platform}-${process.arch}.\n`);
    process.exit(1);
  }
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
