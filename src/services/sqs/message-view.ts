// A received message as the wire shows it: the attributes that were asked for, and the MD5s of what is shown.
import type { Message } from "@aws-sdk/client-sqs";
import type { MessageAttribute, ReceivedMessage } from "../../triggers/queues/queues.ts";
import { attributesDigest, md5 } from "../../triggers/queues/attribute-digest.ts";
import { unknownAttribute } from "./faults.ts";

const systemAttributes: Readonly<Record<string, (message: ReceivedMessage) => string | undefined>> = {
  SenderId: ({ senderId }) => senderId,
  SentTimestamp: ({ sentMs }) => String(sentMs),
  ApproximateReceiveCount: ({ receives }) => String(receives),
  ApproximateFirstReceiveTimestamp: ({ firstReceivedMs }) => String(firstReceivedMs),
  SequenceNumber: ({ sequenceNumber }) => sequenceNumber,
  MessageDeduplicationId: ({ dedupId }) => dedupId,
  MessageGroupId: ({ groupId }) => groupId,
  AWSTraceHeader: ({ traceHeader }) => traceHeader,
  DeadLetterQueueSourceArn: ({ sourceArn }) => sourceArn,
};

export interface Wanted {
  readonly system: readonly string[];
  readonly user: readonly string[];
}

/** What of a message a request asks for. Throws InvalidAttributeName for a system attribute that is none. */
export function wanted(system: readonly string[], user: readonly string[]): Wanted {
  for (const name of system) if (name !== "All" && !Object.hasOwn(systemAttributes, name)) throw unknownAttribute(name);
  return { system: system.includes("All") ? Object.keys(systemAttributes) : system, user };
}

export function messageView(message: ReceivedMessage, { system, user }: Wanted): Message {
  const shown = Object.fromEntries(system.flatMap((name): [string, string][] => {
    const value = systemAttributes[name]?.(message);
    return value === undefined ? [] : [[name, value]];
  }));
  const attributes = Object.fromEntries(Object.entries(message.attributes ?? {}).filter(([name]) => user.some((pattern) => covers(pattern, name))));
  const digest = attributesDigest(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.handle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(shown).length > 0 && { Attributes: shown }),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest, MessageAttributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeView(value)])) }),
  };
}

/** `All`, `.*`, `foo.*` (everything that begins with `foo`), or a name. */
function covers(pattern: string, name: string): boolean {
  if (pattern === "All" || pattern === ".*" || pattern === "*") return true;
  return pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -2)) : pattern === name;
}

const attributeView = ({ type, text, bytes }: MessageAttribute) => ({
  DataType: type,
  ...(bytes === undefined ? { StringValue: text ?? "" } : { BinaryValue: Buffer.from(bytes, "base64") }),
});
