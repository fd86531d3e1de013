// Resource policies, statement by statement: a function has one, and so has each of its versions and aliases, and each version of a layer.
import type { FunctionRecord, FunctionRef, ResourcePolicy } from "../../functions/function.ts";
import type { Registry } from "../../functions/heart.ts";
import { functionRefIn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { uuid } from "../../kernel/ids.ts";
import { isObject } from "../../kernel/is-object.ts";
import { limits } from "../../kernel/limits.ts";
import { own } from "../../kernel/own.ts";
import { invalid } from "./faults.ts";
import { refOf } from "./function-name.ts";
import type { LambdaContext } from "./op.ts";
import { policyText } from "./statement.ts";

/** An undefined decision removes the policy. Undefined when there is no such function; on conflict `decide` is asked again. */
export function changePolicy(registry: Registry, ref: FunctionRef, decide: (current: ResourcePolicy | undefined) => ResourcePolicy | undefined): Promise<FunctionRecord | undefined> {
  return registry.change(ref, ({ policies }) => {
    const { [ref.qualifier ?? "$LATEST"]: _, ...others } = policies;
    const current = own(policies, ref.qualifier ?? "$LATEST");
    const next = decide(current);
    return { policies: next ? { ...others, [ref.qualifier ?? "$LATEST"]: next } : others };
  });
}

/** `reader` is the operation that would have told the latest revision. Faults when the name is taken, the revision old or the policy too long. */
export function withStatement(current: ResourcePolicy | undefined, statement: Readonly<Record<string, unknown>>, revision: string | undefined, reader: string): ResourcePolicy {
  requireRevision(revision, current, reader);
  const statements = current?.statements ?? [];
  const { Sid: id } = statement;
  if (statements.some(({ Sid }) => Sid === id))
    throw fault("ResourceConflictException", { message: `The statement id (${String(id)}) provided already exists. Please provide a new statement id, or remove the existing statement.`, Type: "User" });
  const next = { revisionId: uuid(), statements: [...statements, statement] };
  const bytes = Buffer.byteLength(policyText(next));
  const { resourcePolicyBytesMax: bytesMax } = limits.functions;
  if (bytes > bytesMax) throw fault("PolicyLengthExceededException", { message: `The final policy size (${bytes}) is bigger than the limit (${bytesMax}).`, Type: "User" });
  return next;
}

/** Without its last statement a policy is none. */
export function withoutStatement(current: ResourcePolicy | undefined, id: string | undefined, revision: string | undefined, reader: string): ResourcePolicy | undefined {
  if (!current) throw noPolicy();
  requireRevision(revision, current, reader);
  const statements = current.statements.filter(({ Sid }) => Sid !== id);
  if (statements.length === current.statements.length) throw fault("ResourceNotFoundException", { message: `Statement ${id} is not found in resource policy.`, Type: "User" });
  return statements.length === 0 ? undefined : { revisionId: uuid(), statements };
}

/** The function, version or alias whose policy an ARN names. */
export function policyTarget(arn: string | undefined, context: LambdaContext): FunctionRef {
  if (!functionRefIn(arn ?? "")) throw invalid(`The resource ${arn} is not a function's ARN.`);
  return refOf(arn, undefined, context);
}

/** The statements of a policy's text; Fault when it could not mean anything. */
export function readPolicy(text: string): ResourcePolicy["statements"] {
  const wrong = (what: string): Fault => invalid(`The policy is not valid: ${what}.`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  if (!isObject(document)) throw wrong("it is not an object");
  const { Statement: given } = document;
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given];
  const read: Record<string, unknown>[] = [];
  for (const statement of statements) {
    if (!isObject(statement) || (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny")) throw wrong("a statement needs an Effect of Allow or Deny");
    if (!("Principal" in statement) || !("Action" in statement)) throw wrong("a statement needs a Principal and an Action");
    read.push(statement);
  }
  return read;
}

export const noPolicy = (): Fault => fault("ResourceNotFoundException", { message: "No policy is associated with the given resource.", Type: "User" });

/** The optimistic lock of resource policies. */
export function requireRevision(expected: string | undefined, current: ResourcePolicy | undefined, reader: string): void {
  if (expected === undefined || expected === current?.revisionId) return;
  throw fault("PreconditionFailedException", { message: `The Revision Id provided does not match the latest Revision Id. Call the ${reader} API to retrieve the latest Revision Id`, Type: "User" });
}
