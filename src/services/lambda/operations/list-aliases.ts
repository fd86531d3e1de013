// ListAliases: by name, all or those that point to one version.
import { aliasView } from "../aliases.ts";
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { pageOf } from "../pages.ts";

export const listAliases: Op<"ListAliases"> = async (input, context) => {
  const ref = unqualifiedRefOf(input.FunctionName, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw notFound(ref);
  const { FunctionVersion: version } = input;
  const aliases = Object.values(record.aliases)
    .filter((alias) => version === undefined || alias.version === version || version in alias.weights)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { page, ...more } = pageOf(aliases, ({ name }) => name, input);
  return { Aliases: page.map((alias) => aliasView(ref, alias)), ...more };
};
