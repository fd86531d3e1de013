// DeregisterStreamConsumer: the consumer is gone with the answer, and its subscriptions end.
import { streamMissing } from "../faults.ts";
import { consumerRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deregisterStreamConsumer: Op<"DeregisterStreamConsumer"> = async (input, context) => {
  const { ref, pick } = await consumerRefOf(input, context);
  const changed = await context.streams.change(ref, (stream) => {
    const gone = pick(stream);
    return { ...stream, consumers: stream.consumers.filter((one) => one !== gone) };
  });
  if (!changed) throw streamMissing(ref);
  return {};
};
