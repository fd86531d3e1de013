// RegisterStreamConsumer: a consumer that may subscribe to the stream's shards, ACTIVE with the answer.
import { limits } from "../../../kernel/limits.ts";
import { inUse, limitExceeded } from "../faults.ts";
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";
import { withTags } from "../tags.ts";
import { consumerView } from "../views.ts";

export const registerStreamConsumer: Op<"RegisterStreamConsumer"> = async ({ ConsumerName: name = "", Tags = {}, ...naming }, context) => {
  const consumer = { name, createdMs: context.clock.now(), tags: withTags({}, Tags) };
  const stream = await changeStream(naming, context, (before) => {
    const twin = before.consumers.find((one) => one.name === name);
    if (twin) throw inUse(`Consumer ${name} with creation timestamp ${Math.floor(twin.createdMs / 1000)} under stream ${before.name} and account ${before.account} already exists.`);
    if (before.consumers.length >= limits.kinesis.consumersPerStreamMax) throw limitExceeded(`Stream ${before.name} under account ${before.account} already has ${limits.kinesis.consumersPerStreamMax} consumers, the most there can be.`);
    return { ...before, consumers: [...before.consumers, consumer] };
  });
  return { Consumer: consumerView(stream, consumer) };
};
