// AttachRolePolicy: a managed policy, ours or one of AWS by its name; attaching it again changes nothing.
import { fault } from "../../../kernel/fault.ts";
import { set, transact, unchanged } from "../../../ports/store.ts";
import { notAttachable, parsePolicyArn } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { policyKey, roleKey, roleMissing, type Policy, type Role } from "../records.ts";

/** AWS: managed policies per role, by default. */
const ATTACHED_MAX = 10;

export const attachRolePolicy: Op<"AttachRolePolicy"> = async ({ RoleName = "", PolicyArn = "" }, { store, account }) => {
  const ref = parsePolicyArn(account, PolicyArn);
  await transact(store, async () => {
    const role = await store.get<Role>(roleKey(account, RoleName));
    if (!role) throw roleMissing(RoleName);
    const policy = ref.kind === "own" ? await store.get<Policy>(policyKey(account, ref.name)) : undefined;
    if (ref.kind === "own" && policy?.value.arn !== PolicyArn) throw notAttachable(PolicyArn);
    const { attached } = role.value;
    if (attached.includes(PolicyArn)) return { checks: [], writes: [], result: undefined };
    if (attached.length >= ATTACHED_MAX) throw fault("LimitExceeded", { message: `Cannot exceed quota for PoliciesPerRole: ${ATTACHED_MAX}`, status: 409 });
    return {
      checks: [unchanged(role.key, role), ...(policy ? [unchanged(policy.key, policy)] : [])],
      writes: [
        set(role.key, { ...role.value, attached: [...attached, PolicyArn] }),
        ...(policy ? [set(policy.key, { ...policy.value, attachments: policy.value.attachments + 1 })] : []),
      ],
      result: undefined,
    };
  });
  return {};
};
