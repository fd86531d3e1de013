// DescribeStreamConsumer: one consumer, by its ARN or by stream and name.
import { streamArn } from "../arns.ts";
import { streamMissing } from "../faults.ts";
import { consumerRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { consumerView } from "../views.ts";

export const describeStreamConsumer: Op<"DescribeStreamConsumer"> = async (input, context) => {
  const { ref, pick } = await consumerRefOf(input, context);
  const stream = await context.streams.find(ref);
  if (!stream) throw streamMissing(ref);
  return { ConsumerDescription: { ...consumerView(stream, pick(stream)), StreamARN: streamArn(stream) } };
};
