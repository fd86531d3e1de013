// Who is the public: whether a bucket policy lets everybody in, and the settings that forbid such policies.
import type { PublicAccessBlock } from "./records.ts";

/** What every new bucket has had since April 2023. */
export const blockEverything: PublicAccessBlock = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

/** Keys whose fixed values narrow "everybody" to somebody. Source: S3 user guide, "The meaning of public". */
const narrowing = new Set([
  "aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount", "aws:sourceowner", "aws:principalorgid", "aws:principalorgpaths",
  "aws:principalaccount", "aws:principalarn", "aws:userid", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
]);

const texts = (value: unknown): readonly string[] => (typeof value === "string" ? [value] : Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

function isEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  return typeof principal === "object" && principal !== null && "AWS" in principal && texts(principal.AWS).includes("*");
}

function isNarrowed(condition: unknown): boolean {
  if (typeof condition !== "object" || condition === null) return false;
  return Object.values(condition).some(
    (tests) =>
      typeof tests === "object" && tests !== null &&
      Object.entries(tests).some(([key, values]) => narrowing.has(key.toLowerCase()) && texts(values).length > 0 && texts(values).every((value) => !value.includes("*"))),
  );
}

/** Whether some statement allows everybody, without a condition that says who. `document` is a checked policy. */
export function isPublicPolicy(document: string): boolean {
  const { Statement } = JSON.parse(document) as { readonly Statement: unknown };
  return (Array.isArray(Statement) ? Statement : [Statement]).some(
    (statement: Readonly<Record<string, unknown>>) => statement["Effect"] === "Allow" && isEverybody(statement["Principal"]) && !isNarrowed(statement["Condition"]),
  );
}
