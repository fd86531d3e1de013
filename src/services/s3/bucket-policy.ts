// Bucket policy documents: what S3 refuses to keep. A document without Version is a valid one of 2008.
import { fault, type Fault } from "../../kernel/fault.ts";
import { isObject } from "../../kernel/is-object.ts";
import { bucketArn } from "./event.ts";
import type { BucketRecord } from "./records.ts";

/** AWS: a bucket policy's size. */
const POLICY_BYTES_MAX = 20 * 1024;
const versions = new Set([undefined, "2008-10-17", "2012-10-17"]);

const malformed = (message: string): Fault => fault("MalformedPolicy", { message, status: 400 });

type Statement = Readonly<Record<string, unknown>>;
const isTexts = (value: unknown): boolean => typeof value === "string" || (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"));
const listed = (value: unknown): readonly string[] => (typeof value === "string" ? [value] : Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

function parse(text: string): Statement {
  const notJson = malformed("Policies must be valid JSON and the first byte must be '{'");
  if (!text.startsWith("{")) throw notJson;
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document)) return document;
  } catch {
    // Falls through to the one answer there is.
  }
  throw notJson;
}

function checkStatement(statement: unknown, arn: string): void {
  if (!isObject(statement)) throw malformed("Statement is not valid");
  if (statement["Effect"] === undefined) throw malformed("Missing required field Effect");
  if (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny") throw malformed(`Invalid effect : ${String(statement["Effect"])}`);
  const principal = statement["Principal"] ?? statement["NotPrincipal"];
  if (principal === undefined) throw malformed("Missing required field Principal");
  if (principal !== "*" && !isObject(principal)) throw malformed("Invalid principal in policy");
  const action = statement["Action"] ?? statement["NotAction"];
  if (action === undefined) throw malformed("Missing required field Action");
  if (!isTexts(action) || !listed(action).every((name) => name === "*" || /^s3:/i.test(name))) throw malformed("Policy has invalid action");
  const resource = statement["Resource"] ?? statement["NotResource"];
  if (resource === undefined) throw malformed("Missing required field Resource");
  if (!isTexts(resource) || !listed(resource).every((name) => name === arn || name.startsWith(`${arn}/`) || name === `${arn}*`)) throw malformed("Policy has invalid resource");
  if (statement["Condition"] !== undefined && !isObject(statement["Condition"])) throw malformed("Conditions must be a map of operators");
}

/** Throws MalformedPolicy or PolicyTooLarge. */
export function checkPolicy(text: string, bucket: BucketRecord): void {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) {
    throw fault("PolicyTooLarge", { message: "Your policy exceeds the maximum allowed document size.", status: 400 });
  }
  const document = parse(text);
  if (!versions.has(document["Version"] as string | undefined)) throw malformed("The policy must contain a valid version string");
  const statements = document["Statement"];
  if (statements === undefined) throw malformed("Missing required field Statement");
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  if (list.length === 0) throw malformed("Could not parse the policy: Statement is empty!");
  for (const statement of list) checkStatement(statement, bucketArn(bucket));
}
