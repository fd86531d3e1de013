// CancelMessageMoveTask: what is moved stays moved.
import { invalidParameter, resourceMissing } from "../faults.ts";
import { queueOf, readTaskHandle } from "../move-tasks.ts";
import type { Op } from "../op.ts";

export const cancelMessageMoveTask: Op<"CancelMessageMoveTask"> = async ({ TaskHandle = "" }, context) => {
  const { taskId, sourceArn } = readTaskHandle(TaskHandle);
  const source = await queueOf(context, "SourceArn", sourceArn);
  const cancelled = await context.queues.moves.cancel(source.arn, taskId);
  if (!cancelled) throw resourceMissing("Task does not exist.");
  if (!cancelled.cancelled) throw invalidParameter("Only active tasks can be cancelled.");
  return { ApproximateNumberOfMessagesMoved: cancelled.task.moved };
};
