// What makes the start slow is loaded code, so the list of what a start loads is held here, where a stray import fails at once and names itself.
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
/** The start's own dynamic imports; all others wait for a request. */
const roots = ["src/main/cli/main.ts", "src/main/cli/start.ts", "src/main/compose.ts", "src/main/open-house.ts"];

test("a start loads no service, no client, no zip reader, and of the packages only the command line's", () => {
  const { files, packages } = loadedBy(roots);
  expect(files).toContain("src/engines/embedded/schema.ts");
  expect(files.filter((path) => /^src\/services\/[^/]+\/(service\.ts|operations\/)|\/unpack\.ts$/.test(path))).toEqual([]);
  expect(packages.filter((name) => !name.startsWith("node:"))).toEqual(["commander"]);
});

test("a start loads neither HTTP/2 nor, by importing node:http, Node's WebSocket client", () => {
  // The listener takes them by process.getBuiltinModule: an import reads all exports, and node:http's WebSocket export loads 3 MB in 20 ms.
  expect(loadedBy(roots).packages.filter((name) => /^node:(https?|http2|tls)$/.test(name))).toEqual([]);
});

/** Follows what is loaded with a file: neither types nor `import()`. */
function loadedBy(start: readonly string[]): { readonly files: readonly string[]; readonly packages: readonly string[] } {
  const files = new Set(start);
  const packages = new Set<string>();
  for (const path of files) {
    for (const [, names = "", specifier = ""] of readFileSync(join(root, path), "utf8").matchAll(/^(?:import|export)\b(?! type\b)([^;'"]*?)\bfrom\s*"([^"]+)"/gm)) {
      if (/^\s*\{(\s*type \w+( as \w+)?,?)+\s*\}\s*$/.test(names)) continue;
      if (specifier.startsWith(".")) files.add(relative(root, resolve(root, dirname(path), specifier)));
      else packages.add(specifier);
    }
  }
  return { files: [...files], packages: [...packages] };
}
