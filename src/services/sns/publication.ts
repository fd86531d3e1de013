// A message as a client publishes it, checked as the original checks it.
import { limits } from "../../kernel/limits.ts";
import { messageBytes } from "../../triggers/queues/attribute-digest.ts";
import type { MessageAttribute } from "../../triggers/queues/queues.ts";
import type { Publication } from "../../triggers/topics/topics.ts";
import { invalid, invalidAttribute } from "./faults.ts";
import type { Input } from "./op.ts";

type Entry = Pick<Input<"Publish">, "Message" | "Subject" | "MessageStructure" | "MessageAttributes" | "MessageGroupId" | "MessageDeduplicationId">;
type AttributeValue = NonNullable<Entry["MessageAttributes"]>[string];

export const publicationBytes = ({ Message = "", MessageAttributes }: Entry): number => messageBytes(Message, MessageAttributes);

export function readPublication(entry: Entry, traceHeader: string | undefined): Publication {
  const { Message: message = "", Subject: subject, MessageStructure: structure, MessageGroupId, MessageDeduplicationId } = entry;
  if (message === "") throw invalid("Empty message");
  if (publicationBytes(entry) > limits.sns.messageBytesMax) throw invalid("Message too long");
  if (subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(subject)) throw invalid("Subject");
  for (const [name, value] of Object.entries({ MessageGroupId, MessageDeduplicationId }))
    if (value !== undefined) throw invalid(`${name} Reason: The request includes ${name} parameter that is not valid for this topic type`);
  return {
    ...messagesOf(message, structure),
    ...(subject !== undefined && { subject }),
    ...attributesOf(entry.MessageAttributes),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

function messagesOf(message: string, structure: string | undefined): Pick<Publication, "message" | "byProtocol"> {
  if (structure === undefined) return { message };
  if (structure !== "json") throw invalid("Message Structure - only json is a message structure");
  let parts: unknown;
  try {
    parts = JSON.parse(message);
  } catch {
    parts = undefined;
  }
  if (typeof parts !== "object" || parts === null || Array.isArray(parts)) throw invalid("Message Structure - JSON message body failed to parse");
  const byProtocol = Object.fromEntries(Object.entries(parts).filter((part): part is [string, string] => typeof part[1] === "string"));
  const { default: standard } = byProtocol;
  if (standard === undefined) throw invalid("Message Structure - No default entry in JSON message body");
  return { message: standard, byProtocol };
}

function attributesOf(given: Entry["MessageAttributes"]): Pick<Publication, "attributes"> {
  const entries = Object.entries(given ?? {});
  return entries.length === 0 ? {} : { attributes: Object.fromEntries(entries.map(([name, value]) => [name, readAttribute(name, value)])) };
}

function readAttribute(name: string, { DataType: type = "", StringValue: text, BinaryValue: bytes }: AttributeValue): MessageAttribute {
  if (!/^[\w.-]{1,256}$/.test(name) || /^(aws|amazon)\./i.test(name) || name.startsWith(".") || name.endsWith(".") || name.includes("..")) throw invalidAttribute(`Invalid attribute name: ${name}`);
  if (type === "") throw invalidAttribute(`The message attribute '${name}' must contain non-empty message attribute type.`);
  const kind = /^(String|Number|Binary)(\..+)?$/.exec(type)?.[1];
  if (kind === undefined) throw invalidAttribute(`The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`);
  if (kind === "Binary" ? !bytes || bytes.byteLength === 0 : text === undefined || text === "")
    throw invalidAttribute(`The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`);
  if (kind === "Binary") return { type, bytes: Buffer.from(bytes ?? []).toString("base64") };
  if (kind === "Number" && !Number.isFinite(Number(text))) throw invalidAttribute(`Could not cast message attribute '${name}' value to number.`);
  if (type === "String.Array" && !isList(text ?? "")) throw invalidAttribute(`Message attribute '${name}' has an invalid value for type 'String.Array': it is not a list in JSON.`);
  return { type, text };
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
