// The Java client and compiled handlers for tests, made once per machine.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addJavaClient } from "../src/sandboxes/catalog/adding/java-client.ts";
import { cached, tool } from "./tool-cache.ts";

/** A directory as `fugaz runtime add java21` fills it. */
export const javaClient = (): ReturnType<typeof cached> => cached("java-client-2.9.0", async (dir) => void (await addJavaClient(dir, undefined)));

/** The class files of one source file that may use the client's interfaces; compiled for Java 8. */
export async function compiledJava(className: string, source: string, addedDir: string): Promise<Readonly<Record<string, Uint8Array>> | { readonly missing: string }> {
  const digest = createHash("sha256").update(source).digest("hex").slice(0, 12);
  const made = await cached(`java-${className}-${digest}`, async (dir) => {
    await writeFile(join(dir, `${className}.java`), source);
    await tool(dir, "javac", ["--release", "8", "-Xlint:-options", "-cp", join(addedDir, "java-client/*"), `${className}.java`]);
  });
  if ("missing" in made) return made;
  const classes = (await readdir(made.dir)).filter((name) => name.endsWith(".class"));
  return Object.fromEntries(await Promise.all(classes.map(async (name) => [name, await readFile(join(made.dir, name))] as const)));
}
