// Changing how long a message stays hidden, for one and for a batch.
import type { QueueRecord } from "../../triggers/queues/queues.ts";
import { limits } from "../../kernel/limits.ts";
import { checkHidden, invalidValue, missingParameter } from "./faults.ts";
import type { SqsContext } from "./op.ts";

export async function changeVisibility({ queues }: Pick<SqsContext, "queues">, queue: QueueRecord, handle: string, seconds: number | undefined): Promise<void> {
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  const { visibilitySecondsMax } = limits.sqs;
  if (seconds < 0 || seconds > visibilitySecondsMax) throw invalidValue(seconds, "VisibilityTimeout", `VisibilityTimeout must be an integer between 0 and ${visibilitySecondsMax}`);
  const fate = await queues.hide(queue, handle, seconds);
  // Recorded on AWS: of a standard queue, a handle whose time is over is accepted and changes nothing.
  if (fate !== "ended" || queue.settings.fifo) checkHidden(fate, handle, seconds);
}
