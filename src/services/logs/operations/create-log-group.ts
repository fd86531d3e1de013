// CreateLogGroup: a group of the standard class, with tags.
import { fault } from "../../../kernel/fault.ts";
import { invalidParameter, notYet } from "../lookup.ts";
import type { Op } from "../op.ts";

export const createLogGroup: Op<"CreateLogGroup"> = async ({ logGroupName = "", kmsKeyId, tags = {}, logGroupClass, deletionProtectionEnabled }, context) => {
  if (kmsKeyId !== undefined) throw notYet("kmsKeyId");
  if (logGroupClass !== undefined && logGroupClass !== "STANDARD") throw notYet(`logGroupClass ${logGroupClass}`);
  if (deletionProtectionEnabled) throw notYet("deletionProtectionEnabled");
  if (/^aws\//i.test(logGroupName)) throw invalidParameter("Log groups starting with AWS/ are reserved for AWS.");
  if (!(await context.logs.groups.create(context, logGroupName, { tags }))) {
    throw fault("ResourceAlreadyExistsException", { message: "The specified log group already exists" });
  }
  return {};
};
