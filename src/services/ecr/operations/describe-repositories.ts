// DescribeRepositories: all of a registry in pages, or those named.
import { writeToken } from "../../../kernel/page-token.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository, listRepositories } from "../repositories.ts";
import { nameIn, repositoryView } from "../views.ts";

/** AWS: the default page. */
const PAGE = 100;

export const describeRepositories: Op<"DescribeRepositories"> = async ({ registryId, repositoryNames, nextToken, maxResults = PAGE }, context) => {
  const scope = scopeOf(registryId, context);
  if (repositoryNames?.length) {
    const found = await Promise.all(repositoryNames.map((name) => findRepository(context, scope, name)));
    return { repositories: found.map(({ value }) => repositoryView(value, context)) };
  }
  const size = Math.min(maxResults, 999);
  const found = await listRepositories(context, scope, nextToken === undefined ? undefined : nameIn(nextToken), size + 1);
  const page = found.slice(0, size);
  const last = page.at(-1);
  return { repositories: page.map((record) => repositoryView(record, context)), ...(found.length > size && last ? { nextToken: writeToken(last.name) } : {}) };
};
