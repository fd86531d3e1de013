// Zips the demo's two functions as their authors would: the handler plus what it depends on.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { zipSync, type Zippable } from "fflate";
import { projectDir } from "../version.ts";

const run = promisify(execFile);

export interface DemoPackage {
  readonly title: string;
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  readonly zip: Uint8Array;
  readonly thumbnailBucket: (bucket: string) => string;
}

export async function packNode(): Promise<DemoPackage> {
  const pngjs = dirname(createRequire(import.meta.url).resolve("pngjs/package.json"));
  return {
    title: "Node: examples/thumbnails-node",
    name: "thumbnails-node",
    runtime: "nodejs24.x",
    handler: "index.handler",
    zip: zipSync({ ...(await filesOf(example("thumbnails-node"), "")), ...(await filesOf(pngjs, "node_modules/pngjs/")) }),
    thumbnailBucket: (bucket) => `${bucket}-thumbnails`,
  };
}

/** The package, or the sentence that says why there is none. */
export async function packPython(buildDir: string): Promise<DemoPackage | string> {
  const python = await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).catch(() => undefined);
  if (!python) return "python3 is not installed here.";
  const missing = (await canImport("boto3")) ? ["pillow"] : ["pillow", "boto3"];
  const installed = await run("python3", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", buildDir, ...missing]).catch((error: Error) => error);
  let dependencies: Zippable;
  if (!(installed instanceof Error)) dependencies = await filesOf(buildDir, "");
  else {
    const found = await installedPackages(missing);
    if (!found) return `its function needs ${missing.join(" and ")}, and neither pip nor the system has them (try \`apt-get install python3-pip\` or \`apt-get install python3-pil python3-boto3\`).`;
    dependencies = found;
  }
  return {
    title: "Python: examples/thumbnails-python",
    name: "thumbnails-python",
    runtime: `python${python.stdout.trim()}`,
    handler: "lambda_function.lambda_handler",
    zip: zipSync({ ...dependencies, ...(await filesOf(example("thumbnails-python"), "")) }, { level: 1 }),
    thumbnailBucket: (bucket) => `${bucket}resized`,
  };
}

const canImport = (module: string): Promise<boolean> => run("python3", ["-c", `import ${module}`]).then(() => true, () => false);

/** Pillow as the system's package manager installed it; undefined when something is missing. */
async function installedPackages(missing: readonly string[]): Promise<Zippable | undefined> {
  if (missing.includes("boto3")) return undefined;
  const where = await run("python3", ["-c", "import os, PIL; print(os.path.dirname(PIL.__file__))"]).catch(() => undefined);
  return where && filesOf(where.stdout.trim(), "PIL/");
}

const example = (name: string): string => fileURLToPath(new URL(`examples/${name}`, projectDir));

async function filesOf(dir: string, prefix: string): Promise<Zippable> {
  const files: Zippable = {};
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes("__pycache__")) continue;
    const path = join(entry.parentPath, entry.name);
    files[prefix + relative(dir, path)] = new Uint8Array(await readFile(path));
  }
  return files;
}
