// A message as a client sends it, checked as the original checks it, and made ready to be sent.
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { MessageAttribute, OutgoingMessage, QueueRecord } from "../../triggers/queues/queues.ts";
import { attributesDigest, messageBytes } from "../../triggers/queues/attribute-digest.ts";
import { invalidParameter, invalidValue, missingParameter } from "./faults.ts";
import type { Input, SqsContext } from "./op.ts";

type Entry = Omit<Input<"SendMessage">, "QueueUrl">;
type AttributeValue = NonNullable<Entry["MessageAttributes"]>[string];

const INVALID_CHARACTERS = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
// eslint-disable-next-line no-control-regex -- control characters are what this is about.
const invalidCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const hasInvalid = (text: string): boolean => invalidCharacter.test(text) || !text.isWellFormed();
const isBlank = (text: string | undefined): boolean => text === undefined || text === "";

export const entryBytes = ({ MessageBody = "", MessageAttributes }: Entry): number => messageBytes(MessageBody, MessageAttributes);

/** Throws the fault of a FIFO queue's message without its group, or without a way to tell duplicates; in a batch it is the whole request's. */
export function requireFifoIds({ settings }: QueueRecord, { MessageGroupId, MessageDeduplicationId }: Entry, missingGroup: (name: string) => Fault): void {
  if (!settings.fifo) return;
  if (isBlank(MessageGroupId)) throw missingGroup("MessageGroupId");
  if (isBlank(MessageDeduplicationId) && !settings.fifo.contentDedup)
    throw invalidParameter("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");
}

export function readMessage(queue: QueueRecord, entry: Entry, { account, headers }: SqsContext): OutgoingMessage {
  const { MessageBody: body = "", DelaySeconds: delay, MessageGroupId: groupId, MessageDeduplicationId: dedupId } = entry;
  if (body === "") throw missingParameter("MessageBody");
  const { messageBytesMax, fifo } = queue.settings;
  if (entryBytes(entry) > messageBytesMax) throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${messageBytesMax} bytes.`);
  if (hasInvalid(body)) throw fault("InvalidMessageContents", { message: INVALID_CHARACTERS });
  checkId("MessageDeduplicationId", dedupId);
  checkId("MessageGroupId", groupId);
  if (!fifo && dedupId !== undefined) throw invalidValue(dedupId, "MessageDeduplicationId", "The request include parameter that is not valid for this queue type");
  if (fifo && delay) throw invalidValue(delay, "DelaySeconds", "The request include parameter that is not valid for this queue type.");
  if (delay !== undefined && (delay < 0 || delay > limits.sqs.delaySecondsMax)) throw invalidValue(delay, "DelaySeconds", `DelaySeconds must be >= 0 and <= ${limits.sqs.delaySecondsMax}.`);
  return {
    body, senderId: account, attributes: readAttributes(entry.MessageAttributes), traceHeader: readTraceHeader(entry) ?? headers["x-amzn-trace-id"],
    ...(groupId !== undefined && { groupId }), ...(dedupId !== undefined && { dedupId }), ...(delay !== undefined && !fifo && { delaySeconds: delay }),
  };
}

/** What the answer says of the system attributes that were sent with the message. */
export function systemDigest({ MessageSystemAttributes = {} }: Entry): string | undefined {
  const { AWSTraceHeader: header } = MessageSystemAttributes as Readonly<Record<string, AttributeValue | undefined>>;
  return header && attributesDigest({ AWSTraceHeader: { type: header.DataType ?? "", text: header.StringValue ?? "" } });
}

function readTraceHeader({ MessageSystemAttributes = {} }: Entry): string | undefined {
  for (const [name, { DataType, StringValue }] of Object.entries(MessageSystemAttributes)) {
    if (name !== "AWSTraceHeader") throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    if (DataType !== "String" || isBlank(StringValue)) throw invalidParameter("Message system attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.");
    return StringValue;
  }
  return undefined;
}

function checkId(parameter: string, id: string | undefined): void {
  if (id === undefined || /^[a-zA-Z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/.test(id)) return;
  throw invalidValue(id, parameter, `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
}

function readAttributes(attributes: Entry["MessageAttributes"]): OutgoingMessage["attributes"] {
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return undefined;
  if (entries.length > limits.sqs.messageAttributesMax) throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${limits.sqs.messageAttributesMax}].`);
  return Object.fromEntries(entries.map(([name, value]) => [name, readAttribute(name, value)]));
}

function readAttribute(name: string, { DataType: type = "", StringValue: text, BinaryValue: bytes, StringListValues: texts, BinaryListValues: blobs }: AttributeValue): MessageAttribute {
  if (Buffer.byteLength(name) > 256) throw invalidParameter("Message (user) attribute names must be shorter than 256 Bytes");
  // Recorded on AWS: letters of any script are letters.
  if (!/^[\p{L}\p{Nd}_.-]+$/u.test(name)) throw invalidParameter("Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ");
  if (/^(aws|amazon)\./i.test(name) || name.startsWith(".") || name.endsWith(".") || name.includes(".."))
    throw invalidParameter("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.");
  if (type === "") throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
  if (Buffer.byteLength(type) > 256) throw invalidParameter("Message (user) attribute types must be shorter than 256 Bytes");
  const kind = /^(String|Number|Binary)(\..+)?$/.exec(type)?.[1];
  if (kind === undefined) throw invalidParameter(`The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`);
  if ((texts?.length ?? 0) + (blobs?.length ?? 0) > 0) throw fault("UnsupportedOperation", { message: "Message attribute list values in SendMessage operation are not supported." });
  if (kind === "Binary" ? !bytes || bytes.byteLength === 0 : isBlank(text)) throw invalidParameter(`Message (user) attribute '${name}' must contain a non-empty value of type '${kind}'.`);
  if (kind === "Binary") return { type, bytes: Buffer.from(bytes ?? []).toString("base64") };
  if (hasInvalid(text ?? "")) throw invalidParameter(INVALID_CHARACTERS);
  if (kind === "Number" && !isNumber(text ?? "")) throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  return { type, text };
}

const isNumber = (text: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(text.trim());
