// How a session of a role is called, wherever its caller is named.
import { createHash } from "node:crypto";
import { parseArn } from "../../kernel/arn.ts";
import type { Session } from "./sessions.ts";

/** How a session of a role is called: `arn:aws:sts::…:assumed-role/<role>/<session>` and `AROA…:<session>`. */
export function assumedRole({ arn: roleArn, id, sessionName }: NonNullable<Session["role"]>): { readonly arn: string; readonly id: string } {
  const role = parseArn(roleArn);
  // A role's path is no part of its sessions' names.
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  return {
    arn: `arn:${role?.partition ?? "aws"}:sts::${role?.account ?? ""}:assumed-role/${roleName}/${sessionName}`,
    id: `${id ?? unrecordedRoleId(roleArn)}:${sessionName}`,
  };
}

/** Functions may run with a role nobody has created; its sessions still need a steady id. */
const unrecordedRoleId = (roleArn: string): string => `AROA${createHash("sha256").update(roleArn).digest("hex").slice(0, 17).toUpperCase()}`;
