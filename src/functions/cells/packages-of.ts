// Which packages a cell should have loaded before a function comes: those that its code says it loads first.
import { open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { BootSpec } from "../runner.ts";

/** Ours: imports stand at the beginning; bundles, which bring their own, are long. */
const READ_BYTES = 64 * 1024;
/** Ours. */
const PACKAGES_MAX = 4;
const KNOWN_MAX = 5000;

export type PackagesOf = (spec: Pick<BootSpec, "version" | "runtime" | "codeDir">) => Promise<readonly string[]>;

/**
 * The AWS SDKs that came with Fugaz take longer to load than all the rest of a start. A function that has its own gets its own all the same: by its
 * path for Node, by starting anew for Python (see the wrappers).
 */
export function packageFinder(): PackagesOf {
  // By version, whose code does not change; no start should wait for reading it again.
  const known = new Map<string, Promise<readonly string[]>>();
  return (spec) => {
    const found = known.get(spec.version.id) ?? find(spec);
    known.set(spec.version.id, found);
    for (const id of known.keys()) if (known.size > KNOWN_MAX) known.delete(id);
    return found;
  };
}

const find: PackagesOf = async ({ version, runtime, codeDir }) => {
  const { handler } = version.settings;
  if (runtime.family === "python") {
    const text = await beginning(join(codeDir, `${handler.split(".").slice(0, -1).join("/")}.py`));
    return /^\s*(import|from)\s+(boto3|botocore)\b/m.test(text) ? ["boto3"] : [];
  }
  if (runtime.family !== "node" || (await isThere(join(codeDir, "node_modules/@aws-sdk")))) return [];
  const file = join(codeDir, dirname(handler), basename(handler).split(".", 1)[0] ?? "");
  const texts = await Promise.all([".js", ".mjs", ".cjs"].map((extension) => beginning(file + extension)));
  const names = texts.flatMap((text) => [...text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*["'](@aws-sdk\/(?:client|lib)-[a-z0-9-]+)["']/g)].map(([, name = ""]) => name));
  return [...new Set(names)].sort().slice(0, PACKAGES_MAX);
};

/** Empty when there is no such file. */
async function beginning(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return "";
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    // A directory of that name.
    return "";
  } finally {
    await handle.close();
  }
}

const isThere = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);
