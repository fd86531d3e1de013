// Which packages a cell should have loaded before a function comes: those that its code says it loads first.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BootSpec } from "../runner.ts";

/** By version: code does not change. */
const known = new WeakMap<object, Promise<readonly string[]>>();

/** Python's SDK takes longer to import than all the rest of a start; a function that has its own gets its own (see the wrapper). */
export function packagesOf({ version, runtime, codeDir }: Pick<BootSpec, "version" | "runtime" | "codeDir">): Promise<readonly string[]> {
  if (runtime.family !== "python") return none;
  const found = known.get(version) ?? readFile(join(codeDir, fileOf(version.settings.handler)), "utf8").then((text) => (/^\s*(import|from)\s+(boto3|botocore)\b/m.test(text) ? ["boto3"] : []), () => []);
  known.set(version, found);
  return found;
}

const none: Promise<readonly string[]> = Promise.resolve([]);

/** `pkg.module.handler`, or with slashes. */
const fileOf = (handler: string): string => `${handler.split(".").slice(0, -1).join("/")}.py`;
