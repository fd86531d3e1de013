// StartMessageMoveTask: begins to move a dead-letter queue's messages back, or elsewhere.
import { limits } from "../../../kernel/limits.ts";
import { invalidParameter, invalidValue } from "../faults.ts";
import { queueOf, writeTaskHandle } from "../move-tasks.ts";
import type { Op } from "../op.ts";

export const startMessageMoveTask: Op<"StartMessageMoveTask"> = async ({ SourceArn = "", DestinationArn, MaxNumberOfMessagesPerSecond: rate }, context) => {
  const { movesPerSecondMax } = limits.sqs;
  if (rate !== undefined && (rate < 1 || rate > movesPerSecondMax)) throw invalidValue(rate, "MaxNumberOfMessagesPerSecond", `Must be between 1 and ${movesPerSecondMax}, if provided.`);
  const source = await queueOf(context, "SourceArn", SourceArn);
  const sources = await context.queues.records.sourcesOf(source.arn, undefined, 1);
  if (sources.length === 0) throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
  const destination = DestinationArn === undefined ? undefined : await queueOf(context, "DestinationArn", DestinationArn);
  if (destination && (destination.settings.fifo === undefined) !== (source.settings.fifo === undefined)) throw invalidParameter("Source queue and destination queue must be of the same type.");
  const task = await context.queues.moves.start(source, destination, rate);
  if (!task) throw invalidParameter("There is already a task running. Only one active task is allowed for a source queue arn at a given time.");
  return { TaskHandle: writeTaskHandle(task.id, source.arn) };
};
