// What `fugaz runtime add` has installed: one directory per thing, and a way to notice that something changed without a restart.
import { statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Interpreter } from "./interpreter.ts";
import { isDirectory } from "./packages.ts";

/** Where the classes lie that make a Java program a function, shared by all Java names. */
export const javaClientDir = (addedDir: string): string => join(addedDir, "java-client");
/** Beside the classes: their native part for this machine. */
export const NATIVE_LIBRARY = "libaws-lambda-jni.so";
export const addedNodeDir = (addedDir: string, name: string): string => join(addedDir, name);

/** Changes whenever something is added or removed. One look at a directory, cheap enough for every boot, and cheaper than the way through a thread. */
export const generationOf = (addedDir: string): number => statSync(addedDir, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The Node.js packages there, `nodejs22.x/bin/node`. */
export async function addedNodes(addedDir: string): Promise<readonly Interpreter[]> {
  const names = (await readdir(addedDir).catch(() => [])).filter((name) => /^nodejs[\d.x]+$/.test(name));
  const found = await Promise.all(names.map(async (name): Promise<Interpreter | undefined> => {
    const dir = addedNodeDir(addedDir, name);
    const manifest = await readFile(join(dir, "package.json"), "utf8").catch(() => undefined);
    if (manifest === undefined) return undefined;
    // Some packages write `v16.20.2`.
    const version = (JSON.parse(manifest) as { readonly version: string }).version.replace(/^v/, "");
    return { version, promise: Number(version.split(".")[0]), file: join(dir, "bin/node"), origin: "added" };
  }));
  return found.filter((node) => node !== undefined);
}

/** The directory of the Java client, undefined when nobody has added it. */
export const addedJavaClient = async (addedDir: string): Promise<string | undefined> => ((await isDirectory(javaClientDir(addedDir))) ? javaClientDir(addedDir) : undefined);
