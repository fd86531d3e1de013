// The optimistic lock of resource policies.
import type { ResourcePolicy } from "../../functions/function.ts";
import { fault } from "../../kernel/fault.ts";

export function requireRevision(expected: string | undefined, current: ResourcePolicy | undefined): void {
  if (expected === undefined || expected === current?.revisionId) return;
  throw fault("PreconditionFailedException", { message: "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id", Type: "User" });
}
