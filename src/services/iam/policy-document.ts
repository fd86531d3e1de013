// Refuses policy documents that could never mean anything, with the sentences of the original.
import { fault, type Fault } from "../../kernel/fault.ts";
import { isObject } from "../../kernel/is-object.ts";

export type DocumentKind = "trust" | "permissions";

/** AWS: quotas of IAM, counted without white space. */
const SIZE_MAX = { trust: 2048, managed: 6144, inline: 10_240 } as const;

type Members = Readonly<Record<string, unknown>>;

/** Fault MalformedPolicyDocument unless the text is a policy of this kind. A missing `Version` is fine, as in the original. */
export function checkDocument(text: string, kind: DocumentKind): void {
  const document = parse(text);
  const { Version: version, Statement: statement } = document;
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") throw malformed("Syntax errors in policy.");
  const statements = Array.isArray(statement) ? statement : [statement];
  if (statements.length === 0) throw malformed("Syntax errors in policy.");
  for (const one of statements) {
    if (!isObject(one)) throw malformed("Syntax errors in policy.");
    checkStatement(one, kind);
  }
}

/** Fault LimitExceeded past the original's quota. */
export function checkSize(text: string, kind: keyof typeof SIZE_MAX, roleName = ""): void {
  const size = documentSize(text);
  if (size <= SIZE_MAX[kind]) return;
  if (kind === "inline") throw fault("LimitExceeded", { message: `Maximum policy size of ${SIZE_MAX.inline} bytes exceeded for role ${roleName}`, status: 409 });
  throw fault("LimitExceeded", { message: `Cannot exceed quota for ${kind === "trust" ? "ACLSizePerRole" : "PolicySize"}: ${SIZE_MAX[kind]}`, status: 409 });
}

const documentSize = (text: string): number => text.replace(/\s/g, "").length;

function checkStatement(statement: Members, kind: DocumentKind): void {
  if (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny") throw malformed("Syntax errors in policy.");
  const actions = textsOf(statement["Action"] ?? statement["NotAction"]);
  if (actions === undefined) throw malformed("Policy statement must contain actions.");
  for (const action of actions) {
    if (action !== "*" && !/^[a-zA-Z0-9-]+:./.test(action)) throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (statement["Condition"] !== undefined && !isObject(statement["Condition"])) throw malformed("Syntax errors in policy.");
  if (kind === "trust") checkTrust(statement);
  else checkPermissions(statement);
}

function checkTrust(statement: Members): void {
  for (const field of ["Resource", "NotResource"]) if (field in statement) throw malformed(`Has prohibited field ${field}`);
  const principal = statement["Principal"] ?? statement["NotPrincipal"];
  if (principal === undefined) throw malformed("Missing required field Principal");
  if (principal !== "*" && !(isObject(principal) && Object.values(principal).every((value) => textsOf(value)))) throw malformed("Syntax errors in policy.");
}

function checkPermissions(statement: Members): void {
  if ("Principal" in statement || "NotPrincipal" in statement) throw malformed("Policy document should not specify a principal.");
  const resources = textsOf(statement["Resource"] ?? statement["NotResource"]);
  if (resources === undefined) throw malformed("Policy statement must contain resources.");
  for (const resource of resources) {
    if (resource !== "*" && !resource.startsWith("arn:") && !/^[*?]/.test(resource)) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
  }
}

function parse(text: string): Members {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  if (!isObject(document)) throw malformed("Syntax errors in policy.");
  return document;
}

/** One text or several; undefined for anything else, the empty list included. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string") ? value : undefined;
}

const malformed = (message: string): Fault => fault("MalformedPolicyDocument", { message, status: 400 });
