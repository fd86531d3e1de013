// restJson1: members spread over the request by their bindings, the rest as a JSON document. Lambda and API Gateway speak it.
import { fault } from "../../kernel/fault.ts";
import type { Protocol, WireReply } from "../protocol.ts";
import { wholeBody } from "./aws-json.ts";
import { type PayloadReader, rawBody, readBindings, readPayload, writeBindings } from "./bindings.ts";
import { jsonNotation, readStructure, readValue, serialization } from "./documents.ts";
import { describeError } from "./errors.ts";
import { eventStreamOf, eventStreamReply, type EventDocuments } from "./event-stream.ts";
import { errorBody } from "./json-errors.ts";
import { parseJson, printJson } from "./json.ts";
import { writeJson, writeJsonValue } from "./json-write.ts";
import type { Refuse } from "./scalars.ts";
import { structureOfOperation, type Field, type Loose } from "./shapes.ts";

const JSON_TYPE = "application/json";
const EVENT_DOCUMENTS: EventDocuments = { contentType: JSON_TYPE, write: (node, value) => Buffer.from(writeJson(node.fields, value)) };

const refuse: Refuse = (expected, name, text) => {
  const article = /^[AEIOU]/.test(expected) ? "an" : "a";
  return fault("SerializationException", { message: `Value '${text.slice(0, 200)}' of ${name} can not be converted to ${article} ${expected}`, status: 400 });
};

const documents: PayloadReader = {
  parse: (field, body) => readValue(field, parseJson(body), jsonNotation),
  notUtf8: () => serialization("The request body is not valid UTF-8."),
};

export const restJson1: Protocol = {
  name: "restJson1",

  decode(model, operation, request) {
    const node = structureOfOperation(model, operation, "input");
    const input: Loose = {};
    if (!node) return input;
    if (node.payload) {
      const value = readPayload(node.payload, request, documents);
      if (value !== undefined) input[node.payload.name] = value;
    } else if (node.bodyFields.length > 0) {
      const body = wholeBody(request);
      if (body.byteLength > 0) Object.assign(input, readStructure(node, dropBound(parseJson(body), node.fields), jsonNotation));
    }
    readBindings(node, request, input, refuse);
    return input;
  },

  encode(model, operation, output) {
    const found = model.operations[operation];
    const code = found?.code ?? 200;
    const node = structureOfOperation(model, operation, "output");
    if (!node) return { status: code, headers: {} };
    const members = (output ?? {}) as Loose;
    const { headers, status } = writeBindings(node, members);
    const stream = eventStreamOf(node);
    if (stream && members[stream.name] !== undefined) {
      const reply = eventStreamReply(stream, members[stream.name], EVENT_DOCUMENTS);
      return { status: status ?? code, ...reply, headers: { ...headers, ...reply.headers } };
    }
    const body = node.payload ? writePayload(node.payload, members[node.payload.name]) : { headers: { "content-type": JSON_TYPE }, body: writeJson(node.bodyFields, members) };
    // An answer without content has no body at all, whatever the shape says.
    if ((status ?? code) === 204) return { status: 204, headers };
    return { status: status ?? code, headers: { ...body.headers, ...headers }, ...(body.body === undefined ? {} : { body: body.body }) };
  },

  encodeError(model, error) {
    const known = describeError(model, error);
    const { tree, headers } = errorBody(known, error, jsonNotation);
    return { status: known.status, headers: { "content-type": JSON_TYPE, "x-amzn-errortype": known.name, ...headers }, body: printJson(tree) };
  },
};

/** Bodies may repeat members that travel elsewhere (old clients do); those do not count. */
function dropBound(tree: unknown, fields: readonly Field[]): unknown {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) return tree;
  for (const field of fields) if (field.member.location !== undefined && Object.hasOwn(tree, field.json)) delete (tree as Loose)[field.json];
  return tree;
}

function writePayload(field: Field, value: unknown): Pick<WireReply, "headers" | "body"> {
  if (value === undefined || value === null) return { headers: {} };
  const { node } = field;
  if (node.kind === "blob") return { headers: { "content-type": ("mediaType" in node.shape && node.shape.mediaType) || "application/octet-stream" }, body: rawBody(field, value) };
  if (node.kind === "string") return { headers: { "content-type": "text/plain" }, body: rawBody(field, value) };
  return { headers: { "content-type": JSON_TYPE }, body: writeJsonValue(field, value) };
}
