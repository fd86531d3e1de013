// Where `fugaz dev` keeps its state: beside the sources, never among them, since a function sees all of its folder.
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { UserError } from "../cli/user-error.ts";

/** A directory of this folder's own, the same at each start. `stateHome`: XDG's, if set. */
export function ownDataDir(folder: string, stateHome: string | undefined, home: string): string {
  const place = createHash("sha256").update(folder).digest("hex").slice(0, 8);
  return join(stateHome ?? join(home, ".local/state"), "fugaz", `${basename(folder)}-${place}`);
}

/** A UserError when a function would find the server's data among its own files. */
export function refuseDataDirIn(folders: readonly string[], dataDir: string): void {
  const dir = resolve(dataDir);
  const inside = folders.find((folder) => dir === folder || dir.startsWith(`${folder}/`));
  if (inside !== undefined) throw new UserError(`The data directory ${dir} lies in the function's folder ${inside}, which the function can read. Choose another with --data-dir.`);
}
