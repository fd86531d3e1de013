// Resource policies act between accounts: who belongs to another account may do what the policy allows, and a denial binds everybody.
import { fault } from "../../kernel/fault.ts";
import { policyVerdict } from "../../kernel/policy.ts";
import type { StreamRef } from "../../triggers/streams/stream.ts";
import type { KinesisContext } from "./op.ts";

type Statement = Readonly<Record<string, unknown>>;

/** Texts that are kept are parsed once; there are few of them. */
const parsed = new Map<string, readonly Statement[]>();
const PARSED_MAX = 500;

function statementsOf(policy: string): readonly Statement[] {
  let statements = parsed.get(policy);
  if (!statements) {
    if (parsed.size >= PARSED_MAX) parsed.clear();
    // Checked when it came in.
    parsed.set(policy, (statements = [(JSON.parse(policy) as Statement)["Statement"]].flat() as readonly Statement[]));
  }
  return statements;
}

/** Throws AccessDeniedException when the caller may not do what it is about to do to the resource. */
export function checkAccess({ account, operation }: KinesisContext, owner: StreamRef, resource: string, policy: string | undefined): void {
  if (policy === undefined && account === owner.account) return;
  const action = `kinesis:${operation}`;
  const verdict = policy === undefined ? "nothing" : policyVerdict(statementsOf(policy), { action, resource, account, context: {} });
  if (verdict === "allow" || (verdict === "nothing" && account === owner.account)) return;
  const because = verdict === "deny" ? "with an explicit deny in a resource-based policy" : `because no resource-based policy allows the ${action} action`;
  throw fault("AccessDeniedException", { message: `User: arn:aws:iam::${account}:root is not authorized to perform: ${action} on resource: ${resource} ${because}` });
}
