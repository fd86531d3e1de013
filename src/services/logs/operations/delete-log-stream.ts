// DeleteLogStream: the stream and its events are gone at once.
import { groupNamed, streamMissing } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteLogStream: Op<"DeleteLogStream"> = async ({ logGroupName = "", logStreamName = "" }, context) => {
  if (!(await context.logs.streams.remove(await groupNamed(context, logGroupName), logStreamName))) throw streamMissing();
  return {};
};
