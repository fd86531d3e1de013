// CreateRole: a role with its trust policy.
import { fault } from "../../../kernel/fault.ts";
import { partitionOf } from "../../../kernel/arn.ts";
import { set } from "../../../ports/store.ts";
import { parsePolicyArn } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { checkDocument, checkSize } from "../policy-document.ts";
import { newId, roleKey, type Role } from "../records.ts";
import { mergeTags } from "../tags.ts";
import { roleView } from "../views.ts";

/** AWS: session length when none is given. */
const SESSION_SECONDS_DEFAULT = 3600;

export const createRole: Op<"CreateRole"> = async (input, { store, clock, account, region }) => {
  const { RoleName: name = "", Path: path = "/", AssumeRolePolicyDocument: trust = "", PermissionsBoundary: boundary } = input;
  checkDocument(trust, "trust");
  checkSize(trust, "trust");
  if (boundary !== undefined) parsePolicyArn(account, boundary);
  const role: Role = {
    id: newId("AROA"), name, path, arn: `arn:${partitionOf(region)}:iam::${account}:role${path}${name}`, createdMs: clock.now(), trust,
    description: input.Description, sessionSecondsMax: input.MaxSessionDuration ?? SESSION_SECONDS_DEFAULT, boundary, tags: mergeTags([], input.Tags ?? []), inline: {}, attached: [],
  };
  const key = roleKey(account, name);
  if (!(await store.commit([{ key, version: null }], [set(key, role)])).ok) throw fault("EntityAlreadyExists", { message: `Role with name ${name} already exists.` });
  return { Role: roleView(role) };
};
