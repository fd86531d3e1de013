// DetachRolePolicy: takes a managed policy off a role.
import { set, transact, unchanged } from "../../../ports/store.ts";
import { parsePolicyArn, policyMissing } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { policyKey, roleKey, roleMissing, type Policy, type Role } from "../records.ts";

export const detachRolePolicy: Op<"DetachRolePolicy"> = async ({ RoleName = "", PolicyArn = "" }, { store, account }) => {
  const ref = parsePolicyArn(account, PolicyArn);
  await transact(store, async () => {
    const role = await store.get<Role>(roleKey(account, RoleName));
    if (!role) throw roleMissing(RoleName);
    if (!role.value.attached.includes(PolicyArn)) throw policyMissing(PolicyArn);
    const policy = ref.kind === "own" ? await store.get<Policy>(policyKey(account, ref.name)) : undefined;
    return {
      checks: [unchanged(role.key, role), ...(policy ? [unchanged(policy.key, policy)] : [])],
      writes: [
        set(role.key, { ...role.value, attached: role.value.attached.filter((arn) => arn !== PolicyArn) }),
        ...(policy ? [set(policy.key, { ...policy.value, attachments: policy.value.attachments - 1 })] : []),
      ],
      result: undefined,
    };
  });
  return {};
};
