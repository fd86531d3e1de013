// restXml as S3 speaks it: members spread over the request by their bindings, documents in XML, errors in S3's own frame.
import { fault } from "../../kernel/fault.ts";
import type { Model } from "../model.ts";
import type { Protocol, WireReply } from "../protocol.ts";
import { wholeBody } from "./aws-json.ts";
import { type PayloadReader, rawBody, readBindings, readPayload, writeBindings } from "./bindings.ts";
import { describeError, errorField } from "./errors.ts";
import { eventStreamOf, eventStreamReply, type EventDocuments } from "./event-stream.ts";
import type { Refuse } from "./scalars.ts";
import { structureOfOperation, type Field, type Loose, type StructureNode } from "./shapes.ts";
import { malformedXml, parseXmlBody, readXmlStructure, readXmlValue } from "./xml-read.ts";
import type { XmlElement } from "./xml-parse.ts";
import { escapeXml, XML_HEAD, xmlElement, xmlNamespace, writeXmlMembers, writeXmlStructure } from "./xml-write.ts";

const XML_TYPE = "application/xml";
const NOT_MODIFIED = 304;
/** Documents inside messages have another type than those that are whole bodies. */
const EVENT_DOCUMENTS: EventDocuments = { contentType: "text/xml", write: (node, value) => Buffer.from(writeXmlStructure(node, node.shape.xmlName ?? node.name, value, {}), "utf8") };

/** S3's words for a header or query parameter of the wrong type. */
const refuse: Refuse = (expected, name, text) => {
  const parameter = name.charAt(0).toLowerCase() + name.slice(1).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const shown = text.slice(0, 200);
  const message = expected === "Integer" || expected === "Long" ? `Provided ${parameter} not an integer or within integer range` : `Invalid value for ${parameter}: not a ${expected}`;
  return fault("InvalidArgument", { message, status: 400, ArgumentName: parameter, ArgumentValue: shown });
};

const documents: PayloadReader = {
  parse: (field, body) => {
    const shapeNames = field.node.kind === "structure" ? [field.node.shape.xmlName, field.node.name] : [];
    return readXmlValue(field, expectRoot(parseXmlBody(body), [field.xml, ...shapeNames]));
  },
  notUtf8: malformedXml,
};

export const restXml: Protocol = {
  name: "restXml",

  decode(model, operation, request) {
    const node = structureOfOperation(model, operation, "input");
    const input: Loose = {};
    if (!node) return input;
    readBindings(node, request, input, refuse);
    if (node.payload) {
      const value = readPayload(node.payload, request, documents);
      if (value !== undefined) input[node.payload.name] = value;
    } else if (node.bodyFields.length > 0) {
      const body = wholeBody(request);
      if (body.byteLength > 0) Object.assign(input, readXmlStructure(node, expectRoot(parseXmlBody(body), [node.shape.xmlName, node.name])));
    }
    return input;
  },

  encode(model, operation, output) {
    const code = model.operations[operation]?.code ?? 200;
    const node = structureOfOperation(model, operation, "output");
    if (!node) return { status: code, headers: {} };
    const members = (output ?? {}) as Loose;
    const { headers, status } = writeBindings(node, members);
    const stream = eventStreamOf(node);
    if (stream && members[stream.name] !== undefined) {
      const reply = eventStreamReply(stream, members[stream.name], EVENT_DOCUMENTS);
      return { status: status ?? code, ...reply, headers: { ...headers, ...reply.headers } };
    }
    const body = node.payload ? writePayload(model, node.payload, members[node.payload.name]) : writeBody(model, node, members);
    return { status: status ?? code, headers: { ...body?.headers, ...headers }, ...(body?.body ? { body: body.body } : {}) };
  },

  /** S3's errors have members of their own names; those in lower case (`etag`, `x-amz-delete-marker`) are headers. */
  encodeError(model, error, context) {
    const known = describeError(model, error);
    const headers: Record<string, string> = {};
    let members = "";
    for (const [name, value] of Object.entries(error.members)) {
      if (value === undefined || value === null) continue;
      const field = errorField(known, name);
      if (field?.member.location === "header") headers[field.bound] = String(value);
      else if (/^[a-z]/.test(name)) headers[name] = String(value);
      else members += xmlElement(name, escapeXml(String(value)));
    }
    if (known.status === NOT_MODIFIED) return { status: NOT_MODIFIED, headers };
    const frame = xmlElement("Code", escapeXml(known.queryCode)) + xmlElement("Message", escapeXml(error.message)) + members
      + xmlElement("RequestId", escapeXml(context.requestId)) + xmlElement("HostId", escapeXml(context.hostId));
    return { status: known.status, headers: { "content-type": XML_TYPE, ...headers }, body: Buffer.from(XML_HEAD + xmlElement("Error", frame), "utf8") };
  },
};

function expectRoot(root: XmlElement, names: readonly (string | undefined)[]): XmlElement {
  if (!names.includes(root.name)) throw malformedXml();
  return root;
}

type Body = Pick<WireReply, "headers" | "body">;

function writePayload(model: Model, field: Field, value: unknown): Body | undefined {
  if (value === undefined || value === null) return undefined;
  const { node } = field;
  if (node.kind === "blob") return { headers: { "content-type": "application/octet-stream" }, body: rawBody(field, value) };
  if (node.kind === "string") return { headers: { "content-type": "text/plain" }, body: rawBody(field, value) };
  if (node.kind !== "structure") throw new Error(`bug: the XML payload ${field.name} is a ${node.kind}`);
  const name = field.member.name ?? node.shape.xmlName ?? node.name;
  return document(writeXmlStructure(node, name, value, {}, { uri: model.xmlNamespace ?? "" }));
}

function writeBody(model: Model, node: StructureNode, members: Loose): Body | undefined {
  if (node.bodyFields.length === 0) return undefined;
  const text = node.bodyFields.find((field) => field.name === node.shape.xmlText);
  const content = text ? escapeXml(String(members[text.name] ?? "")) : writeXmlMembers(node.bodyFields, members, {});
  return document(xmlElement(node.shape.xmlName ?? node.name, content, xmlNamespace(model.xmlNamespace)));
}

function document(root: string): Body {
  return { headers: { "content-type": XML_TYPE }, body: Buffer.from(XML_HEAD + root, "utf8") };
}
