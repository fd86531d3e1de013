// Resource policies act between accounts: who belongs to another account may do what the policy allows, and a denial binds everybody.
import { fault } from "../../kernel/fault.ts";
import { policyVerdict } from "../../kernel/policy.ts";
import type { StreamRef } from "../../triggers/streams/stream.ts";
import { invalidArgument, notYet } from "./faults.ts";
import type { KinesisContext } from "./op.ts";

/** AWS: a resource policy's size. */
const POLICY_BYTES_MAX = 20 * 1024;

type Statement = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Statement => typeof value === "object" && value !== null && !Array.isArray(value);
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Texts that are kept are parsed once; there are few of them. */
const parsed = new Map<string, readonly Statement[]>();
const PARSED_MAX = 500;

function statementsOf(policy: string): readonly Statement[] {
  let statements = parsed.get(policy);
  if (!statements) {
    if (parsed.size >= PARSED_MAX) parsed.clear();
    parsed.set(policy, (statements = listed((JSON.parse(policy) as Statement)["Statement"]) as readonly Statement[]));
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

/** Throws for a policy that is none, and for what in it would not be judged. */
export function checkPolicy(text: string, resource: string): void {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) throw invalidArgument(`The policy exceeds the maximum size of ${POLICY_BYTES_MAX} bytes.`);
  const statements = listed(documentOf(text)["Statement"]);
  for (const statement of statements) {
    if (!isObject(statement)) throw invalidArgument("The policy is not valid: every statement must be an object.");
    if (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny") throw invalidArgument("The policy is not valid: Effect must be Allow or Deny.");
    for (const member of ["NotPrincipal", "NotAction", "NotResource", "Condition"]) if (statement[member] !== undefined) throw notYet(`${member} in a resource policy`);
    checkPrincipal(statement["Principal"]);
    if (!listed(statement["Action"]).every((action) => typeof action === "string" && /^kinesis:/i.test(action))) throw invalidArgument("The policy is not valid: every Action must be one of kinesis.");
    if (!listed(statement["Resource"]).every((name) => name === resource)) throw invalidArgument(`The policy is not valid: Resource must be ${resource}.`);
  }
}

function documentOf(text: string): Statement {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document) && document["Statement"] !== undefined) return document;
  } catch {
    // Falls through to the one answer there is.
  }
  throw invalidArgument("The policy is not valid: it must be a JSON object with a Statement.");
}

function checkPrincipal(principal: unknown): void {
  if (principal === "*") return;
  if (!isObject(principal)) throw invalidArgument("The policy is not valid: every statement needs a Principal.");
  for (const [kind, names] of Object.entries(principal)) {
    if (kind !== "AWS") throw notYet(`The principal ${kind} in a resource policy`);
    for (const name of listed(names)) if (typeof name !== "string" || !/^(\*|\d{12}|arn:[a-z-]+:iam::\d{12}:root)$/.test(name)) throw notYet(`The principal ${String(name)}, which is not a whole account, in a resource policy`);
  }
}
