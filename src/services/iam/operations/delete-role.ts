// DeleteRole: only a role without policies.
import { fault } from "../../../kernel/fault.ts";
import { del, transact, unchanged } from "../../../ports/store.ts";
import type { Op } from "../op.ts";
import { roleKey, roleMissing, type Role } from "../records.ts";

export const deleteRole: Op<"DeleteRole"> = async ({ RoleName = "" }, { store, account }) => {
  const key = roleKey(account, RoleName);
  await transact(store, async () => {
    const entry = await store.get<Role>(key);
    if (!entry) throw roleMissing(RoleName);
    if (entry.value.attached.length > 0) throw fault("DeleteConflict", { message: "Cannot delete entity, must detach all policies first." });
    if (Object.keys(entry.value.inline).length > 0) throw fault("DeleteConflict", { message: "Cannot delete entity, must delete policies first." });
    return { checks: [unchanged(key, entry)], writes: [del(key)], result: undefined };
  });
  return {};
};
