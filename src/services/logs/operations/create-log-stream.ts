// CreateLogStream: an empty stream in an existing group.
import { fault } from "../../../kernel/fault.ts";
import { groupNamed } from "../lookup.ts";
import type { Op } from "../op.ts";

export const createLogStream: Op<"CreateLogStream"> = async ({ logGroupName = "", logStreamName = "" }, context) => {
  const group = await groupNamed(context, logGroupName);
  if (!(await context.logs.streams.create(group, logStreamName))) {
    throw fault("ResourceAlreadyExistsException", { message: "The specified log stream already exists" });
  }
  return {};
};
