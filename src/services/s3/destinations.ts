// Whom S3 can tell, by kind: may it, and which writes tell it.
import { functionRefIn } from "../../kernel/arn.ts";
import { uuid } from "../../kernel/ids.ts";
import { queueOfArn, type Sending } from "../../triggers/queues/queues.ts";
import { topicOfArn } from "../../triggers/topics/topics.ts";
import { bucketArn } from "./event.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, NotificationTarget } from "./records.ts";

type Asked = Pick<S3Context, "heart" | "queues" | "topics">;

export function arnOf(target: NotificationTarget): string {
  if ("functionArn" in target) return target.functionArn;
  return "queueArn" in target ? target.queueArn : target.topicArn;
}

/** Why S3, acting for the bucket, can not tell this target, in the original's words; undefined when it can. */
export async function refusalOf({ heart, queues, topics }: Asked, bucket: BucketRecord, target: NotificationTarget): Promise<string | undefined> {
  const actor = { service: "s3.amazonaws.com", sourceArn: bucketArn(bucket), sourceAccount: bucket.account };
  if ("functionArn" in target) {
    const ref = functionRefIn(target.functionArn);
    return ref && (await heart.mayInvoke(ref, actor)) ? undefined : `Not authorized to invoke function [${target.functionArn}]`;
  }
  if ("topicArn" in target) {
    const ref = topicOfArn(target.topicArn);
    const all = await topics();
    if (!ref || !(await all.records.find(ref))) return "The destination topic does not exist";
    return (await all.mayPublish(ref, actor)) ? undefined : "Permissions on the destination topic do not allow S3 to publish notifications from this bucket";
  }
  const ref = queueOfArn(target.queueArn);
  const queue = ref && (await queues.records.find(ref));
  if (!ref || !queue) return "The destination queue does not exist";
  if (queue.settings.fifo) return "FIFO SQS queues are not supported";
  return (await queues.maySend(ref, actor)) ? undefined : "Permissions on the destination queue do not allow S3 to publish notifications from this bucket";
}

const NOTHING: Sending = { checks: [], writes: [] };

/** What tells a target, for the commit of what it is told of; nothing when it is gone. */
export async function tell(context: S3Context, bucket: BucketRecord, target: NotificationTarget, message: object): Promise<Sending> {
  const text = JSON.stringify(message);
  if ("functionArn" in target) {
    const ref = functionRefIn(target.functionArn);
    const traceId = context.headers["x-amzn-trace-id"];
    return ref ? { checks: [], writes: [context.heart.asyncInvocation(ref, { requestId: uuid(), payload: Buffer.from(text), invokedArn: target.functionArn, traceId })] } : NOTHING;
  }
  if ("topicArn" in target) {
    const ref = topicOfArn(target.topicArn);
    return (ref && (await (await context.topics()).delivery(ref, { message: text, subject: "Amazon S3 Notification" }))) ?? NOTHING;
  }
  const ref = queueOfArn(target.queueArn);
  return (ref && (await context.queues.delivery(ref, { body: text, senderId: bucket.account }))) ?? NOTHING;
}
