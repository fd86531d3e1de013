// Who calls: the root of the account, or the session its temporary key was issued for.
import { createHash } from "node:crypto";
import type { Session } from "../../functions/credentials/sessions.ts";
import { parseArn, partitionOf } from "../../kernel/arn.ts";
import { fault } from "../../kernel/fault.ts";
import type { StsContext } from "./op.ts";

export interface Identity {
  readonly account: string;
  readonly userId: string;
  readonly arn: string;
  /** The caller is itself a role's session: what it may assume lasts an hour at most. */
  readonly isRoleSession: boolean;
}

/** Fault ExpiredToken when the caller's session is over. */
export async function identify(context: StsContext): Promise<Identity> {
  const session = context.accessKeyId === undefined ? undefined : await context.sessions.find(context.accessKeyId);
  if (session && session.expiresMs <= context.clock.now()) {
    throw fault("ExpiredToken", { message: "The security token included in the request is expired", status: 403 });
  }
  if (session?.role) {
    const { arn, id } = assumedRole(session.role);
    return { account: session.account, userId: id, arn, isRoleSession: true };
  }
  const account = session?.account ?? context.account;
  return { account, userId: account, arn: `arn:${partitionOf(context.region)}:iam::${account}:root`, isRoleSession: false };
}

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

export const credentialsView = (session: Session) => ({
  AccessKeyId: session.accessKeyId,
  SecretAccessKey: session.secretAccessKey,
  SessionToken: session.sessionToken,
  Expiration: new Date(session.expiresMs),
});
