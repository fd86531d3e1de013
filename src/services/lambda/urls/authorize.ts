// Who may call a function URL: whoever its policy lets in, or who signs; the signature itself is not verified yet.
import { assumedRole } from "../../../functions/credentials/assumed-role.ts";
import type { Sessions } from "../../../functions/credentials/sessions.ts";
import type { UrlTarget } from "../../../functions/function.ts";
import { functionArn, partitionOf } from "../../../kernel/arn.ts";
import { Fault } from "../../../kernel/fault.ts";
import { policyAllows } from "../../../kernel/policy.ts";
import { own } from "../../../kernel/own.ts";
import type { HttpRequest } from "../../../wire/door.ts";
import { parseQuery } from "../../../wire/query-string.ts";
import { type AccountOf, readSignature, type Signature } from "../../../wire/sigv4.ts";

export interface UrlGuard {
  /** `allowsAnybody` of a target, which is asked with every request. */
  readonly allowsAnybody: (target: UrlTarget) => boolean;
  readonly sessions: Pick<Sessions, "find">;
  readonly accountOf: AccountOf;
}

export type Permission =
  | { readonly kind: "allowed"; readonly accountId: string; readonly authorizer?: unknown }
  /** `message` for the caller. */
  | { readonly kind: "denied"; readonly message: string };

const ANONYMOUS: Permission = { kind: "allowed", accountId: "anonymous" };

const FORBIDDEN: Permission = { kind: "denied", message: "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html" };

export function authorize(request: HttpRequest, target: UrlTarget, guard: UrlGuard): Permission | Promise<Permission> {
  if (target.url.authType === "NONE") return guard.allowsAnybody(target) ? ANONYMOUS : FORBIDDEN;
  return authorizeSigned(request, target, guard);
}

async function authorizeSigned(request: HttpRequest, target: UrlTarget, guard: UrlGuard): Promise<Permission> {
  try {
    const signature = readSignature(request.headers, parseQuery(request.rawQuery).pairs);
    if (!signature) return FORBIDDEN;
    if (signature.signingName !== "lambda") return { kind: "denied", message: "Credential should be scoped to correct service: 'lambda'." };
    return await admit(signature, target, guard);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: "denied", message: error.message };
  }
}

/** Tools grant lambda:InvokeFunctionUrl; the original's newer demand of lambda:InvokeFunction besides is not made, as older ones know nothing of it. */
export function allowsAnybody({ record, qualifier, url }: UrlTarget): boolean {
  const policy = own(record.policies, qualifier);
  if (!policy) return false;
  const context = { "lambda:FunctionUrlAuthType": url.authType, "lambda:InvokedViaFunctionUrl": "true" };
  const resource = functionArn(record, qualifier === "$LATEST" ? undefined : qualifier);
  return policyAllows(policy.statements, { action: "lambda:InvokeFunctionUrl", resource, context });
}

/** The account's own callers are let in, others by the policy only. */
async function admit({ accessKeyId }: Signature, target: UrlTarget, { sessions, accountOf, allowsAnybody: open }: UrlGuard): Promise<Permission> {
  const { record } = target;
  const session = await sessions.find(accessKeyId);
  const account = session?.account ?? accountOf(accessKeyId) ?? record.account;
  if (account !== record.account && !open(target)) return FORBIDDEN;
  const caller = session?.role ? assumedRole(session.role) : { arn: `arn:${partitionOf(record.region)}:iam::${account}:root`, id: account };
  const iam = { accessKey: accessKeyId, accountId: account, callerId: caller.id, cognitoIdentity: null, principalOrgId: null, userArn: caller.arn, userId: caller.id };
  return { kind: "allowed", accountId: account, authorizer: { iam } };
}
