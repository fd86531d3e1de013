// ReceiveMessage: up to ten messages, at once or as soon as there are some.
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { invalidValue } from "../faults.ts";
import { queueAt } from "../lookup.ts";
import { messageView, wanted } from "../message-view.ts";
import type { Op } from "../op.ts";

export const receiveMessage: Op<"ReceiveMessage"> = async (input, context) => {
  const queue = await queueAt(context, input.QueueUrl);
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibilitySeconds, WaitTimeSeconds: waitSeconds, ReceiveRequestAttemptId: attemptId } = input;
  const { receiveMax, visibilitySecondsMax, waitSecondsMax } = limits.sqs;
  if (max < 1 || max > receiveMax) throw invalidValue(max, "MaxNumberOfMessages", `Must be between 1 and ${receiveMax}, if provided.`);
  checkSeconds("VisibilityTimeout", visibilitySeconds, visibilitySecondsMax);
  checkSeconds("WaitTimeSeconds", waitSeconds, waitSecondsMax);
  if (attemptId !== undefined && !queue.settings.fifo) throw invalidValue(attemptId, "ReceiveRequestAttemptId", "The request include parameter that is not valid for this queue type.");
  const shown = wanted([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])], input.MessageAttributeNames ?? []);
  const messages = await context.queues.receive(queue, { max, visibilitySeconds, waitSeconds, attemptId, signal: context.signal() });
  if (!messages) throw fault("OverLimit", { message: "The maximum number of in flight messages is reached for this queue: delete messages before you receive more." });
  return messages.length === 0 ? {} : { Messages: messages.map((message) => messageView(message, shown)) };
};

function checkSeconds(parameter: string, seconds: number | undefined, max: number): void {
  if (seconds !== undefined && (seconds < 0 || seconds > max)) throw invalidValue(seconds, parameter, `Must be >= 0 and <= ${max}, if provided.`);
}
