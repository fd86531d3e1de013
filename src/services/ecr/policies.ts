// Policies of repositories: what is kept must be a policy.
import { fault, type Fault } from "../../kernel/fault.ts";
import { invalidParameter } from "./faults.ts";
import type { RepositoryRecord } from "./records.ts";

/** Throws InvalidParameterException for what is no policy document. */
export function checkPolicy(text: string): void {
  const wrong = invalidParameter("Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw wrong;
  }
  const statements = typeof document === "object" && document !== null && "Statement" in document ? document.Statement : undefined;
  const list: readonly unknown[] = Array.isArray(statements) ? statements : statements === undefined ? [] : [statements];
  const sound = list.length > 0 && list.every((one) => typeof one === "object" && one !== null && "Effect" in one && (one.Effect === "Allow" || one.Effect === "Deny") && ("Principal" in one || "NotPrincipal" in one) && ("Action" in one || "NotAction" in one));
  if (!sound) throw wrong;
}

export const policyMissing = ({ name, account }: RepositoryRecord): Fault =>
  fault("RepositoryPolicyNotFoundException", { message: `Repository policy does not exist for the repository with name '${name}' in the registry with id '${account}'` });

export const lifecycleMissing = ({ name, account }: RepositoryRecord): Fault =>
  fault("LifecyclePolicyNotFoundException", { message: `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${account}'` });
