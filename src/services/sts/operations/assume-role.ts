// AssumeRole: credentials of a role's session. The role must exist; who may assume it comes with access control.
import { Fault, fault } from "../../../kernel/fault.ts";
import { parseArn } from "../../../kernel/arn.ts";
import { assumedRole } from "../../../functions/credentials/assumed-role.ts";
import { credentialsView, identify, type Identity } from "../identity.ts";
import type { Op, StsContext } from "../op.ts";
import { refuse } from "../refuse.ts";

const HOUR_SECONDS = 3600;

/** What the IAM service tells about a role, as far as it matters here. */
interface KnownRole {
  readonly RoleId?: string;
  readonly MaxSessionDuration?: number;
}

export const assumeRole: Op<"AssumeRole"> = async ({ RoleArn = "", RoleSessionName = "", DurationSeconds, SourceIdentity, ExternalId: _noTrustYet, ...others }, context) => {
  refuse(others, ["Policy", "PolicyArns", "Tags", "TransitiveTagKeys", "SerialNumber", "TokenCode", "ProvidedContexts", "MinimumSessionTokenSize"]);
  const arn = parseArn(RoleArn);
  if (arn?.service !== "iam" || arn.region !== "" || !/^\d{12}$/.test(arn.account) || !/^role\/(?:[\u0021-\u007e]+\/)?[\w+=,.@-]+$/.test(arn.resource)) {
    throw invalid(`${RoleArn} is invalid`);
  }
  const caller = await identify(context);
  const role = arn.account === context.account ? await ownRole(context, caller, RoleArn) : undefined;
  const seconds = DurationSeconds ?? HOUR_SECONDS;
  if (seconds > (role?.MaxSessionDuration ?? 12 * HOUR_SECONDS)) throw invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  if (caller.isRoleSession && seconds > HOUR_SECONDS) throw invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  const subject = { arn: RoleArn, id: role?.RoleId, sessionName: RoleSessionName };
  const session = await context.sessions.issue({ account: arn.account, role: subject, sourceIdentity: SourceIdentity }, seconds);
  const user = assumedRole(subject);
  return {
    Credentials: credentialsView(session),
    AssumedRoleUser: { AssumedRoleId: user.id, Arn: user.arn },
    ...(SourceIdentity === undefined ? {} : { SourceIdentity }),
  };
};

/** A role of the caller's own account; one that does not exist can not be told from one that may not be assumed. */
async function ownRole(context: StsContext, caller: Identity, roleArn: string): Promise<KnownRole> {
  try {
    const { Role } = (await context.call("iam", "GetRole", { RoleName: roleArn.slice(roleArn.lastIndexOf("/") + 1) })) as { readonly Role: KnownRole & { readonly Arn?: string } };
    if (Role.Arn === roleArn) return Role;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "NoSuchEntity") throw error;
  }
  throw fault("AccessDenied", { message: `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, status: 403 });
}

const invalid = (message: string): Fault => fault("ValidationError", { message, status: 400 });
