// DeleteRepository: with all its images when that is asked for.
import { type Op, scopeOf } from "../op.ts";
import { deleteRepository as remove } from "../repositories.ts";
import { repositoryView } from "../views.ts";

export const deleteRepository: Op<"DeleteRepository"> = async ({ registryId, repositoryName = "", force = false }, context) => ({
  repository: repositoryView(await remove(context, scopeOf(registryId, context), repositoryName, force), context),
});
