// A queue's message as a function receives it.
import { attributesDigest, md5 } from "../../queues/attribute-digest.ts";
import type { MessageAttribute, QueueRecord, ReceivedMessage } from "../../queues/queues.ts";
import type { FilterSubject } from "../filters.ts";

/** Source: recordings of the original. Members that a message does not have are absent, but where batches are collected in a window, one of them is null. */
export function queueEvent(message: ReceivedMessage, queue: Pick<QueueRecord, "arn" | "region">, windowSeconds: number) {
  const { messageId, handle, body, receives, sentMs, senderId, firstReceivedMs, sequenceNumber, groupId, dedupId, traceHeader, sourceArn, attributes } = message;
  const digest = attributesDigest(attributes);
  return {
    messageId,
    receiptHandle: handle,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      ...(traceHeader === undefined ? {} : { AWSTraceHeader: traceHeader }),
      SentTimestamp: String(sentMs),
      ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      SenderId: senderId,
      ...(dedupId === undefined ? {} : { MessageDeduplicationId: dedupId }),
      ApproximateFirstReceiveTimestamp: String(firstReceivedMs),
      ...(sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: sourceArn }),
    },
    messageAttributes: Object.fromEntries(Object.entries(attributes ?? {}).map(([name, value]) => [name, attributeOf(value)])),
    ...(digest === undefined && windowSeconds === 0 ? {} : { md5OfMessageAttributes: digest ?? null }),
    md5OfBody: md5(body),
    eventSource: "aws:sqs",
    eventSourceARN: queue.arn,
    awsRegion: queue.region,
  };
}

const attributeOf = ({ type, text, bytes }: MessageAttribute) => ({
  ...(bytes === undefined ? { stringValue: text ?? "" } : { binaryValue: bytes }),
  stringListValues: [],
  binaryListValues: [],
  dataType: type,
});

export const queueSubject = (event: ReturnType<typeof queueEvent>): FilterSubject => ({ facts: event, payload: event.body });
