// Resource policies as services and strangers meet them: may this principal, acting for this resource, do this?
import { partitionOf } from "./arn.ts";
import { matchesWildcards } from "./wildcards.ts";

/** What is asked for. */
export interface PolicyRequest {
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** ARN of the thing acted upon. */
  readonly resource: string;
  /** `s3.amazonaws.com`; without a service and an account: anybody, known or not. */
  readonly service?: string;
  /** The account, as a whole, that asks. */
  readonly account?: string;
  /** Condition keys and their values, such as `aws:SourceArn`; keys compare without regard to case. */
  readonly context: Readonly<Record<string, string | undefined>>;
}

type Statement = Readonly<Record<string, unknown>>;

export interface PolicyDocument {
  readonly Statement: readonly Statement[];
  readonly [member: string]: unknown;
}

/** With a lone statement as a list of one; undefined for what is no policy. */
export function readPolicy(text: string): PolicyDocument | undefined {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== "object" || document === null || !("Statement" in document)) return undefined;
    const { Statement } = document;
    const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
    return statements.every((statement) => typeof statement === "object" && statement !== null) ? { ...document, Statement: statements as readonly Statement[] } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it says all that a statement of a resource's policy must say. */
export const isComplete = (statement: Statement): boolean =>
  (statement["Effect"] === "Allow" || statement["Effect"] === "Deny") && (statement["Action"] ?? statement["NotAction"]) !== undefined && (statement["Principal"] ?? statement["NotPrincipal"]) !== undefined;

/** What lets accounts in, as AddPermission of the older services writes it: lists of one are that one. `actions`: with their service, `SQS:SendMessage`. */
export const accountStatement = (label: string, accounts: readonly string[], actions: readonly string[], resource: { readonly arn: string; readonly region: string }): Statement => ({
  Sid: label, Effect: "Allow", Principal: { AWS: oneOrAll(accounts.map((account) => `arn:${partitionOf(resource.region)}:iam::${account}:root`)) }, Action: oneOrAll(actions), Resource: resource.arn,
});

const oneOrAll = (items: readonly string[]): string | readonly string[] => (items.length === 1 ? (items[0] ?? "") : items);

/** True when a statement allows the request and none denies it. */
export const policyAllows = (statements: readonly Statement[], request: PolicyRequest): boolean => policyVerdict(statements, request) === "allow";

/**
 * What the policy says of the request; a denial outweighs everything. What is not understood (another operator, a malformed
 * member) never allows, and never weakens a denial.
 */
export function policyVerdict(statements: readonly Statement[], request: PolicyRequest): "allow" | "deny" | "nothing" {
  let allowed = false;
  for (const statement of statements) {
    const effect = statement["Effect"];
    if (effect !== "Allow" && effect !== "Deny") continue;
    if (!covers(statement, request)) continue;
    const met = conditionsMet(statement["Condition"], request);
    if (effect === "Deny" && met !== "no") return "deny";
    if (effect === "Allow" && met === "yes") allowed = true;
  }
  return allowed ? "allow" : "nothing";
}

function covers(statement: Statement, request: PolicyRequest): boolean {
  if (!principalMatches(statement["Principal"], request)) return false;
  if (!texts(statement["Action"]).some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase()))) return false;
  const resources = statement["Resource"];
  return resources === undefined || texts(resources).some((pattern) => like(pattern, request.resource));
}

function principalMatches(principal: unknown, { service, account }: PolicyRequest): boolean {
  if (principal === "*") return true;
  if (typeof principal !== "object" || principal === null) return false;
  if (service === undefined) {
    return texts("AWS" in principal ? principal.AWS : undefined).some((name) => name === "*" || (account !== undefined && (name === account || isAccountArn(name, account))));
  }
  return texts("Service" in principal ? principal.Service : undefined).some((name) => name === service || name === "*");
}

const isAccountArn = (name: string, account: string): boolean => new RegExp(`^arn:[a-z-]+:iam::${account}:root$`).test(name);

/** "unknown" when an operator is not understood: neither a ground to allow nor a ground to skip a denial. */
function conditionsMet(condition: unknown, request: PolicyRequest): "yes" | "no" | "unknown" {
  if (condition === undefined) return "yes";
  if (typeof condition !== "object" || condition === null) return "unknown";
  const context = new Map(Object.entries(request.context).map(([key, value]) => [key.toLowerCase(), value]));
  let unknown = false;
  for (const [operator, tests] of Object.entries(condition)) {
    const compare = operators[operator.toLowerCase()];
    if (compare === undefined || typeof tests !== "object" || tests === null) {
      unknown = true;
      continue;
    }
    for (const [key, expected] of Object.entries(tests)) {
      const actual = context.get(key.toLowerCase());
      if (actual === undefined || !texts(expected).some((pattern) => compare(pattern, actual))) return "no";
    }
  }
  return unknown ? "unknown" : "yes";
}

const operators: Readonly<Record<string, (pattern: string, actual: string) => boolean>> = {
  stringequals: (pattern, actual) => pattern === actual,
  stringlike: like,
  arnequals: arnLike,
  arnlike: arnLike,
  bool: (pattern, actual) => pattern.toLowerCase() === actual.toLowerCase(),
};

/** Each of the six parts of an ARN is matched for itself, so that a wildcard never crosses a colon of the first five. */
function arnLike(pattern: string, actual: string): boolean {
  const patterns = arnParts(pattern);
  const parts = arnParts(actual);
  return patterns.length === 6 && parts.length === 6 && patterns.every((part, index) => like(part, parts[index] ?? ""));
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(":");
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function like(pattern: string, text: string): boolean {
  return matchesWildcards(pattern, text, "?");
}

function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
