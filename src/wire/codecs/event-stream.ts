// An output member that is an event stream: a handler gives an async iterable of events, the client gets one framed message for each as it comes.
import { Readable } from "node:stream";
import { assert, Fault } from "../../kernel/fault.ts";
import type { WireReply } from "../protocol.ts";
import { eventMessage, type EventHeaderValue } from "./event-message.ts";
import type { Field, Loose, StructureNode } from "./shapes.ts";

/** How a protocol writes the documents inside messages. */
export interface EventDocuments {
  readonly contentType: string;
  readonly write: (node: StructureNode, value: unknown) => Uint8Array;
}

/** The output's event stream, if it has one; documents of RPC protocols leave it out. */
export const eventStreamOf = (node: StructureNode): Field | undefined =>
  node.fields.find((field) => field.node.kind === "structure" && field.node.shape.eventStream);

/**
 * The reply's head and body for `events`, an async iterable of objects with one member: the event's. `initial` is the document of the
 * output's other members, which RPC protocols send as the first message. A Fault that the iterable throws ends the stream as an exception message.
 */
export function eventStreamReply(field: Field, events: unknown, documents: EventDocuments, initial?: Uint8Array): Pick<WireReply, "headers" | "body" | "headAtOnce"> {
  assert(isIterable(events), `${field.name} is not an async iterable`);
  const { node } = field;
  assert(node.kind === "structure", `${field.name} is not a union of events`);
  return {
    headers: { "content-type": "application/vnd.amazon.eventstream" },
    body: Readable.from(messages(node, events, documents, initial)),
    headAtOnce: true,
  };
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> => typeof value === "object" && value !== null && Symbol.asyncIterator in value;

async function* messages(union: StructureNode, events: AsyncIterable<unknown>, documents: EventDocuments, initial: Uint8Array | undefined): AsyncGenerator<Buffer> {
  if (initial) yield eventMessage([[":message-type", "event"], [":event-type", "initial-response"], [":content-type", documents.contentType]], initial);
  try {
    for await (const event of events) yield encodeEvent(union, event as Loose, documents);
  } catch (error) {
    yield encodeFailure(union, error, documents);
    // A bug is the operator's news too; the connection's end tells the client nothing that the message has not said.
    if (!(error instanceof Fault)) throw error;
  }
}

function encodeEvent(union: StructureNode, event: Loose, documents: EventDocuments): Buffer {
  const field = union.fields.find(({ name }) => event[name] !== undefined);
  assert(field?.node.kind === "structure", `${union.name} has no event ${Object.keys(event).join()}`);
  const value = event[field.name] as Loose;
  const headers: [string, EventHeaderValue][] = [[":message-type", "event"], [":event-type", field.name]];
  for (const member of field.node.fields) {
    const given = value[member.name];
    if (member.member.eventHeader && given !== undefined && given !== null) headers.push([member.json, member.node.kind === "long" ? BigInt(given as number) : (given as EventHeaderValue)]);
  }
  const { type, bytes } = payloadOf(field.node, value, documents);
  if (type !== undefined) headers.push([":content-type", type]);
  return eventMessage(headers, bytes);
}

function payloadOf(node: StructureNode, value: Loose, documents: EventDocuments): { readonly type: string | undefined; readonly bytes: Uint8Array } {
  const payload = node.fields.find(({ member }) => member.eventPayload);
  if (!payload) {
    // An event that is nothing but its name has no payload.
    const bare = node.fields.every(({ member }) => member.eventHeader);
    return bare ? { type: undefined, bytes: new Uint8Array() } : { type: documents.contentType, bytes: documents.write(node, value) };
  }
  const given = value[payload.name];
  if (payload.node.kind === "structure") return { type: documents.contentType, bytes: documents.write(payload.node, given ?? {}) };
  if (payload.node.kind === "string") return { type: "text/plain", bytes: Buffer.from(String(given ?? ""), "utf8") };
  assert(given === undefined || given instanceof Uint8Array, `${payload.name} is not bytes`);
  return { type: "application/octet-stream", bytes: given ?? new Uint8Array() };
}

/** An error that the union knows is an exception by its member's name; any other is told by code and message. */
function encodeFailure(union: StructureNode, error: unknown, documents: EventDocuments): Buffer {
  const { code, message, members } = error instanceof Fault ? error : { code: "InternalFailure", message: "The request failed because of an internal error. Try again.", members: {} };
  const field = union.fields.find(({ node }) => node.kind === "structure" && node.shape.error && node.name === code);
  if (field?.node.kind !== "structure") return eventMessage([[":message-type", "error"], [":error-code", code], [":error-message", message]], new Uint8Array());
  const headers = [[":message-type", "exception"], [":exception-type", field.name], [":content-type", documents.contentType]] as const;
  return eventMessage(headers, documents.write(field.node, { ...members, message, Message: message }));
}
