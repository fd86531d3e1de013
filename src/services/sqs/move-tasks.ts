// Move tasks on the wire: their handles, and the queues they name.
import { queueOfArn, type QueueRecord } from "../../triggers/queues/queues.ts";
import { invalidParameter, resourceMissing } from "./faults.ts";
import type { SqsContext } from "./op.ts";

export const writeTaskHandle = (taskId: string, sourceArn: string): string => Buffer.from(JSON.stringify({ taskId, sourceArn })).toString("base64");

export function readTaskHandle(handle: string): { readonly taskId: string; readonly sourceArn: string } {
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString()) as { readonly taskId: unknown; readonly sourceArn: unknown };
    if (typeof taskId === "string" && typeof sourceArn === "string") return { taskId, sourceArn };
  } catch {
    // Falls through to the one answer there is.
  }
  throw invalidParameter("Value for parameter TaskHandle is invalid.");
}

export async function queueOf({ queues }: Pick<SqsContext, "queues">, parameter: "SourceArn" | "DestinationArn", arn: string): Promise<QueueRecord> {
  const ref = queueOfArn(arn);
  if (!ref) throw invalidParameter(`You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`);
  const queue = await queues.records.find(ref);
  if (!queue) throw resourceMissing(`The resource that you specified for the ${parameter} parameter doesn't exist.`);
  return queue;
}
