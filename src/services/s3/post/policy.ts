// The policy of an upload form: what its signer allows the form to hold. Source: S3 API reference, "POST Policy"; the words are recorded.
import { fault, type Fault } from "../../../kernel/fault.ts";

export interface PolicyLimits {
  /** Of the file; both inclusive. */
  readonly sizeBytes: { readonly min: number; readonly max: number } | undefined;
}

/** What conditions are judged by: a value by lower-case field name, the URL's bucket among them. */
export interface Judged {
  readonly values: ReadonlyMap<string, string>;
  /** Names of the form's fields as they were sent. */
  readonly names: readonly string[];
  readonly nowMs: number;
}

const invalidPolicy = (why: string): Fault => fault("InvalidPolicyDocument", { message: `Invalid Policy: ${why}`, status: 400 });
const denied = (why: string): Fault => fault("AccessDenied", { message: `Invalid according to Policy: ${why}`, status: 403 });

/** Fields that no condition need speak of. */
const exempt = new Set(["policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"]);

/** Throws InvalidPolicyDocument for what is no policy, and AccessDenied when it has expired or does not allow this form. */
export function judgePolicy(encoded: string, judged: Judged): PolicyLimits {
  const { expiration, conditions } = parsePolicy(encoded);
  if (judged.nowMs > expiration) throw denied("Policy expired.");
  const covered = new Set<string>();
  let sizeBytes: PolicyLimits["sizeBytes"];
  for (const condition of conditions) {
    if (condition.operator === "content-length-range") sizeBytes = rangeOf(condition);
    else {
      covered.add(condition.field.slice(1).toLowerCase());
      if (!holds(condition, judged.values)) throw failed(condition.shown);
    }
  }
  const extra = judged.names.find((name) => !covered.has(name.toLowerCase()) && !exempt.has(name.toLowerCase()) && !name.toLowerCase().startsWith("x-ignore-"));
  if (extra !== undefined) throw denied(`Extra input fields: ${extra}`);
  return { sizeBytes };
}

type Condition =
  | { readonly operator: "content-length-range"; readonly bounds: readonly unknown[]; readonly shown: readonly unknown[] }
  /** `field` is `$key` or, wrongly, `key`. */
  | { readonly operator: "eq" | "starts-with"; readonly field: string; readonly value: string; readonly shown: readonly unknown[] };

const failed = (shown: readonly unknown[]): Fault => denied(`Policy Condition failed: [${shown.map((item) => JSON.stringify(item)).join(", ")}]`);

function parsePolicy(encoded: string): { readonly expiration: number; readonly conditions: readonly Condition[] } {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    throw invalidPolicy("Invalid JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw invalidPolicy("Invalid JSON.");
  const members = new Map(Object.entries(document).map(([name, value]) => [name.toLowerCase(), value as unknown]));
  const unexpected = [...members.keys()].find((name) => name !== "expiration" && name !== "conditions");
  if (unexpected !== undefined) throw invalidPolicy(`Unexpected: '${unexpected}'`);
  const expiration = members.get("expiration");
  if (expiration === undefined) throw invalidPolicy("Policy missing expiration.");
  const expiresMs = typeof expiration === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(expiresMs)) throw invalidPolicy(`Invalid 'expiration' value: '${String(expiration)}'`);
  const conditions = members.get("conditions");
  if (conditions === undefined) throw invalidPolicy("Policy missing conditions.");
  if (!Array.isArray(conditions)) throw invalidPolicy("Invalid 'conditions' value: must be a List.");
  return { expiration: expiresMs, conditions: conditions.map(parseCondition) };
}

function parseCondition(condition: unknown): Condition {
  if (Array.isArray(condition)) return parseListed(condition);
  if (typeof condition !== "object" || condition === null) throw invalidPolicy("Invalid condition test: must be a List or Object.");
  const [entry, ...rest] = Object.entries(condition);
  if (!entry || rest.length > 0) throw invalidPolicy("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  const [name, value] = entry as [string, unknown];
  if (value === null) throw invalidPolicy("Invalid JSON.");
  if (typeof value !== "string") throw invalidPolicy("Invalid Simple-Condition: value must be a string.");
  return { operator: "eq", field: `$${name}`, value, shown: ["eq", `$${name}`, value] };
}

function parseListed(shown: readonly unknown[]): Condition {
  const [name, first, second] = shown;
  if (name === undefined) throw invalidPolicy("Invalid Condition: missing operation identifier.");
  const operator = String(name).toLowerCase();
  if (operator !== "eq" && operator !== "starts-with" && operator !== "content-length-range") throw invalidPolicy(`Invalid Condition: unknown operation '${String(name)}'.`);
  if (shown.length !== 3) throw invalidPolicy(`Invalid ${operator}: wrong number of arguments.`);
  if (operator === "content-length-range") {
    if ([first, second].some((bound) => typeof bound === "number" && !Number.isInteger(bound))) throw invalidPolicy("Invalid JSON.");
    return { operator, bounds: [first, second], shown };
  }
  if (typeof first !== "string" || typeof second !== "string") throw invalidPolicy("Invalid JSON.");
  return { operator, field: first, value: second, shown };
}

function rangeOf({ bounds, shown }: Extract<Condition, { readonly operator: "content-length-range" }>): PolicyLimits["sizeBytes"] {
  const [min = Number.NaN, max = Number.NaN] = bounds.map((bound) => (typeof bound === "number" || (typeof bound === "string" && /^\d+$/.test(bound)) ? Number(bound) : Number.NaN));
  if (Number.isNaN(min) || Number.isNaN(max)) throw failed(shown);
  return { min, max };
}

/** A field that is not there fulfils nothing. Names compare without regard to case, values exactly. */
function holds({ operator, field, value }: Exclude<Condition, { readonly operator: "content-length-range" }>, values: ReadonlyMap<string, string>): boolean {
  const name = field.slice(1).toLowerCase();
  const actual = field.startsWith("$") ? values.get(name) : undefined;
  if (actual === undefined) return false;
  if (operator === "eq") return actual === value;
  // A content type may be a list, each of which must do.
  return (name === "content-type" ? actual.split(",") : [actual]).every((item) => item.startsWith(value));
}
