// DeletePolicy: only a policy that is attached to nothing and has no version but its default.
import { fault } from "../../../kernel/fault.ts";
import { del, transact, unchanged } from "../../../ports/store.ts";
import { entryAt } from "../managed-policies.ts";
import type { Op } from "../op.ts";

export const deletePolicy: Op<"DeletePolicy"> = async ({ PolicyArn = "" }, { store, account }) => {
  await transact(store, async () => {
    const entry = await entryAt(store, account, PolicyArn);
    if (entry.value.attachments > 0) throw fault("DeleteConflict", { message: "Cannot delete a policy attached to entities." });
    if (entry.value.versions.length > 1) {
      throw fault("DeleteConflict", { message: "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy." });
    }
    return { checks: [unchanged(entry.key, entry)], writes: [del(entry.key)], result: undefined };
  });
  return {};
};
