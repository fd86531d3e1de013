// PublishBatch: up to ten messages; each succeeds or fails for itself, those that succeed in one commit.
import { Fault, fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import type { Publication } from "../../../triggers/topics/topics.ts";
import { topicAt } from "../lookup.ts";
import type { Input, Op } from "../op.ts";
import { publicationBytes, readPublication } from "../publication.ts";

type Entry = NonNullable<Input<"PublishBatch">["PublishBatchRequestEntries"]>[number];

export const publishBatch: Op<"PublishBatch"> = async ({ TopicArn, PublishBatchRequestEntries: entries = [] }, context) => {
  const topic = await topicAt(context, TopicArn);
  checkEntries(entries);
  const read = entries.map((entry) => ({ id: entry.Id ?? "", publication: attempt(() => readPublication(entry, context.headers["x-amzn-trace-id"])) }));
  const good = read.flatMap(({ id, publication }) => (publication instanceof Fault ? [] : [{ id, publication }]));
  const ids = good.length === 0 ? [] : await context.topics.publish(topic, good.map(({ publication }) => publication));
  return {
    Successful: good.map(({ id }, index) => ({ Id: id, MessageId: ids[index] })),
    Failed: read.flatMap(({ id, publication }) => (publication instanceof Fault ? [{ Id: id, Code: codes[publication.code] ?? publication.code, Message: publication.message, SenderFault: true }] : [])),
  };
};

/** As entries of a batch name what as an error has another name. */
const codes: Readonly<Record<string, string>> = { InvalidParameterException: "InvalidParameter", InvalidParameterValueException: "ParameterValueInvalid" };

function attempt(read: () => Publication): Publication | Fault {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function checkEntries(entries: readonly Entry[]): void {
  const { batchEntriesMax, messageBytesMax } = limits.sns;
  if (entries.length === 0) throw fault("EmptyBatchRequestException", { message: "The batch request doesn't contain any entries." });
  if (entries.length > batchEntriesMax) throw fault("TooManyEntriesInBatchRequestException", { message: "The batch request contains more entries than permissible." });
  const ids = entries.map(({ Id = "" }) => Id);
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) throw fault("InvalidBatchEntryIdException", { message: "The Id of a batch entry in a batch request doesn't abide by the specification." });
  if (new Set(ids).size !== ids.length) throw fault("BatchEntryIdsNotDistinctException", { message: "Two or more batch entries in the request have the same Id." });
  if (entries.reduce((sum, entry) => sum + publicationBytes(entry), 0) > messageBytesMax) throw fault("BatchRequestTooLongException", { message: "The length of all the batch messages put together is more than the limit." });
}
