// ListRoles: the account's roles by name, below a path.
import type { Op } from "../op.ts";
import { pageOfStored } from "../paging.ts";
import { rolesOf, type Role } from "../records.ts";
import { roleSummary } from "../views.ts";

export const listRoles: Op<"ListRoles"> = async ({ PathPrefix = "/", ...page }, { store, account }) => {
  const { items, rest } = await pageOfStored<Role>(store, rolesOf(account), ({ path }) => path.startsWith(PathPrefix), page);
  return { Roles: items.map(roleSummary), ...rest };
};
