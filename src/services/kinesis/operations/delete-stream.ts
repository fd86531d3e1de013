// DeleteStream: gone with the answer, its consumers too when that is asked for.
import { checkAccess } from "../access.ts";
import { streamArn } from "../arns.ts";
import { inUse, streamMissing } from "../faults.ts";
import { refOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteStream: Op<"DeleteStream"> = async (input, context) => {
  const ref = await refOf(input, context);
  const removed = await context.streams.remove(ref, (stream) => {
    checkAccess(context, stream, streamArn(stream), stream.policy);
    if (stream.consumers.length > 0 && input.EnforceConsumerDeletion !== true) {
      throw inUse(
        `DeleteStream can't delete ${stream.account}:${stream.name} because there are consumers associated with this data stream. ` +
          `To delete ${stream.name} anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the consumers that are associated with it.`,
      );
    }
  });
  if (!removed) throw streamMissing(ref);
  return {};
};
