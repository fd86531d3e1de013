// Changes one of a function's resource policies: there is one for the function and one for each version and alias.
import type { FunctionRecord, FunctionRef, ResourcePolicy } from "../../functions/function.ts";
import type { Registry } from "../../functions/heart.ts";
import { fault } from "../../kernel/fault.ts";

/** An undefined decision removes the policy. Undefined when there is no such function; on conflict `decide` is asked again. */
export function changePolicy(registry: Registry, ref: FunctionRef, decide: (current: ResourcePolicy | undefined) => ResourcePolicy | undefined): Promise<FunctionRecord | undefined> {
  return registry.change(ref, ({ policies }) => {
    const { [ref.qualifier ?? "$LATEST"]: current, ...others } = policies;
    const next = decide(current);
    return { policies: next ? { ...others, [ref.qualifier ?? "$LATEST"]: next } : others };
  });
}

/** The optimistic lock of resource policies. */
export function requireRevision(expected: string | undefined, current: ResourcePolicy | undefined): void {
  if (expected === undefined || expected === current?.revisionId) return;
  throw fault("PreconditionFailedException", { message: "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id", Type: "User" });
}
