// ListPolicies: the account's own managed policies; those of AWS are not on record here and are not listed.
import type { Op } from "../op.ts";
import { pageOfStored } from "../paging.ts";
import { policiesOf, type Policy } from "../records.ts";
import { policySummary } from "../views.ts";

export const listPolicies: Op<"ListPolicies"> = async ({ Scope = "All", OnlyAttached = false, PathPrefix = "/", PolicyUsageFilter, ...page }, { store, account }) => {
  // No policy here serves as a boundary of which a count is kept.
  if (Scope === "AWS" || PolicyUsageFilter === "PermissionsBoundary") return { Policies: [], IsTruncated: false };
  const wanted = ({ path, attachments }: Policy): boolean => path.startsWith(PathPrefix) && (!OnlyAttached || attachments > 0);
  const { items, rest } = await pageOfStored<Policy>(store, policiesOf(account), wanted, page);
  return { Policies: items.map(policySummary), ...rest };
};
