// ListRoleTags: the tags of a role.
import type { Op } from "../op.ts";
import { pageOf } from "../paging.ts";
import { roleNamed } from "../records.ts";
import { tagsView } from "../views.ts";

export const listRoleTags: Op<"ListRoleTags"> = async ({ RoleName = "", ...page }, context) => {
  const { tags } = await roleNamed(context, RoleName);
  const { items, rest } = pageOf(tags, ({ Key }) => Key, page);
  return { Tags: tagsView(items), ...rest };
};
