// ListMessageMoveTasks: the latest tasks of a source, ten at most.
import { limits } from "../../../kernel/limits.ts";
import { invalidValue } from "../faults.ts";
import { queueOf, writeTaskHandle } from "../move-tasks.ts";
import type { Op } from "../op.ts";

export const listMessageMoveTasks: Op<"ListMessageMoveTasks"> = async ({ SourceArn = "", MaxResults: max = 1 }, context) => {
  const { moveTasksKept } = limits.sqs;
  if (max < 1 || max > moveTasksKept) throw invalidValue(max, "MaxResults", `Must be between 1 and ${moveTasksKept}, if provided.`);
  const source = await queueOf(context, "SourceArn", SourceArn);
  const tasks = await context.queues.moves.list(source.arn, max);
  return {
    Results: tasks.map((task) => ({
      TaskHandle: task.status === "RUNNING" ? writeTaskHandle(task.id, task.sourceArn) : undefined,
      Status: task.status, SourceArn: task.sourceArn, DestinationArn: task.destinationArn, MaxNumberOfMessagesPerSecond: task.perSecondMax,
      ApproximateNumberOfMessagesMoved: task.moved, ApproximateNumberOfMessagesToMove: task.toMove, FailureReason: task.failure, StartedTimestamp: task.startedMs,
    })),
  };
};
