// Who calls: the root of the account, or the session its temporary key was issued for.
import { assumedRole } from "../../functions/credentials/assumed-role.ts";
import type { Session } from "../../functions/credentials/sessions.ts";
import { partitionOf } from "../../kernel/arn.ts";
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

export const credentialsView = (session: Session) => ({
  AccessKeyId: session.accessKeyId,
  SecretAccessKey: session.secretAccessKey,
  SessionToken: session.sessionToken,
  Expiration: new Date(session.expiresMs),
});
