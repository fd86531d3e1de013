// Resource policies as they come in: what is none is refused, and by name what in it would not be judged.
import { invalidArgument, notYet } from "./faults.ts";

/** AWS: a resource policy's size. */
const POLICY_BYTES_MAX = 20 * 1024;

type Statement = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Statement => typeof value === "object" && value !== null && !Array.isArray(value);
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

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
