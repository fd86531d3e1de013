// Finds a function's external extensions: what lies in /opt/extensions, not deeper.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Mount } from "../../ports/sandbox.ts";
import { launchFlaw } from "../runners/bootstrap-file.ts";

export interface ExternalExtension {
  /** The file's name, by which it has to register. */
  readonly name: string;
  readonly path: string;
  /** Why it can not be executed: `fork/exec /opt/extensions/x: permission denied`. */
  readonly flaw: string | undefined;
}

/** In order of their names; none when nothing is mounted at /opt. */
export async function findExtensions(mounts: readonly Mount[]): Promise<readonly ExternalExtension[]> {
  const opt = mounts.find(({ target }) => target === "/opt");
  if (!opt) return [];
  const entries = await readdir(join(opt.source, "extensions"), { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => ({ name, path: `/opt/extensions/${name}`, flaw: await launchFlaw(mounts, `/opt/extensions/${name}`) })));
}
