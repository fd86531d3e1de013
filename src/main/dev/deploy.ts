// Puts a folder's function into the registry, and puts it there anew after each save.
import { isDeepStrictEqual } from "node:util";
import type { FunctionSettings, Scope } from "../../functions/function.ts";
import type { Heart } from "../../functions/heart.ts";
import { folderCode } from "../../functions/packages/folder.ts";
import { UserError } from "../cli/user-error.ts";
import type { FoundFunction } from "./find-functions.ts";

/** Deploys for the first time in this run. A UserError when the name belongs to a function that came from an archive: that one is somebody's work. */
export async function deployFirst({ name, folder }: FoundFunction, settings: FunctionSettings, scope: Scope, { registry }: Pick<Heart, "registry">): Promise<void> {
  const there = await registry.find({ ...scope, name });
  if (there && there.latest.code.folder === undefined)
    throw new UserError(`There is a function ${name} already that was deployed from an archive. Give this one another --name, use another --data-dir, or delete that one first.`);
  const code = folderCode(folder);
  if (there) await registry.update({ ...scope, name }, { code, settings });
  else await registry.create(scope, name, { code, settings, tags: {} });
}

/** Deploys what was saved. Settings that somebody changed through the API stay, unless the folder now says otherwise than before. */
export async function redeploy({ name, folder }: FoundFunction, before: FunctionSettings, after: FunctionSettings, scope: Scope, { registry }: Pick<Heart, "registry">): Promise<void> {
  const code = folderCode(folder);
  const changed = Object.fromEntries(Object.entries(after).filter(([member, value]) => !isDeepStrictEqual(value, before[member as keyof FunctionSettings])));
  const done = await registry.update({ ...scope, name }, { code, settings: changed });
  // Somebody deleted it; who saves wants it back.
  if (!done) await registry.create(scope, name, { code, settings: after, tags: {} });
}
