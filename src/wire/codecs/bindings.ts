// The REST protocols spread an operation's members over path, query, headers, status and body; this page reads and writes all but the body's documents.
import { isUtf8 } from "node:buffer";
import type { Readable } from "node:stream";
import { assert, type Fault } from "../../kernel/fault.ts";
import type { TimestampFormat } from "../model.ts";
import type { WireRequest } from "../protocol.ts";
import { wholeBody } from "./aws-json.ts";
import { formatScalar, parseScalar, type Refuse } from "./scalars.ts";
import { setEntry, type Field, type ListNode, type Loose, type ScalarNode, type StructureNode } from "./shapes.ts";

/** Adds to `input` what the request says outside its body. */
export function readBindings(node: StructureNode, request: WireRequest, input: Loose, refuse: Refuse): void {
  for (const field of node.fields) {
    const value = readBinding(node, field, request, refuse);
    if (value !== undefined) input[field.name] = value;
  }
}

function readBinding(node: StructureNode, field: Field, request: WireRequest, refuse: Refuse): unknown {
  switch (field.member.location) {
    case "uri": {
      const label = request.labels[field.name];
      return label === undefined ? undefined : parseScalar(field, label, "date-time", refuse);
    }
    case "querystring": return readQuery(node, field, request.query, refuse);
    case "header": {
      const text = request.headers[field.bound];
      return text === undefined ? undefined : readHeader(field, text, refuse);
    }
    case "headers": return readPrefixHeaders(field.bound, request.headers);
    default: return undefined;
  }
}

function readQuery(node: StructureNode, field: Field, query: WireRequest["query"], refuse: Refuse): unknown {
  const { node: type } = field;
  if (type.kind === "map") return readOtherParameters(node, type.value.node.kind === "list", query);
  const values = query.filter(([key]) => key === field.bound).map(([, value]) => value);
  if (values.length === 0) return undefined;
  if (type.kind === "list") return values.map((value) => parseScalar(type.element, value, "date-time", refuse));
  return parseScalar(field, values[0] ?? "", "date-time", refuse);
}

/** A map in the query takes the parameters that no other member claims. */
function readOtherParameters(node: StructureNode, asLists: boolean, query: WireRequest["query"]): Loose | undefined {
  const claimed = new Set(node.fields.filter((field) => field.member.location === "querystring" && field.node.kind !== "map").map((field) => field.bound));
  const rest = query.filter(([key]) => !claimed.has(key));
  if (rest.length === 0) return undefined;
  const result: Loose = {};
  for (const [key, value] of rest) {
    if (!asLists) setEntry(result, key, value);
    else if (Object.hasOwn(result, key)) (result[key] as string[]).push(value);
    else setEntry(result, key, [value]);
  }
  return result;
}

function readHeader(field: Field, text: string, refuse: Refuse): unknown {
  const { node } = field;
  if (node.kind === "list") return splitHeaderList(text, node).map((item) => parseScalar(node.element, item, "http-date", refuse));
  if (node.kind === "string") return isJsonHeader(node) ? Buffer.from(text, "base64").toString("utf8") : text;
  // HTTP says that a date which is none is to be ignored, and S3 keeps any text in `Expires`.
  if (node.kind === "timestamp") return parseDate(field, text, refuse);
  return text.trim() === "" ? undefined : parseScalar(field, text, "http-date", refuse);
}

function parseDate(field: Field, text: string, refuse: Refuse): unknown {
  const format = (field.member.timestampFormat ?? "http-date") satisfies TimestampFormat;
  if (format !== "http-date") return parseScalar(field, text, format, refuse);
  try {
    return parseScalar(field, text, format, refuse);
  } catch {
    return undefined;
  }
}

/** Smithy: a string that holds JSON travels in a header as base64. */
function isJsonHeader(node: ScalarNode): boolean {
  return "mediaType" in node.shape && node.shape.mediaType === "application/json";
}

function readPrefixHeaders(prefix: string, headers: Readonly<Record<string, string>>): Loose | undefined {
  let result: Loose | undefined;
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(prefix)) continue;
    result ??= {};
    setEntry(result, name.slice(prefix.length), headers[name]);
  }
  return result;
}

/** Commas separate; a quoted item may hold commas; dates hold one comma each. */
function splitHeaderList(text: string, node: ListNode): readonly string[] {
  if (text.trim() === "") return [];
  const isDate = node.element.node.kind === "timestamp" && (node.element.member.timestampFormat ?? "http-date") === "http-date";
  if (isDate) return [...text.matchAll(/\s*([^,]*,[^,]*)(?:,|$)/g)].map((match) => (match[1] ?? "").trim());
  const items: string[] = [];
  const item = /\s*(?:"((?:[^"\\]|\\.)*)"\s*|([^,]*))(?:,|$)/y;
  while (item.lastIndex < text.length) {
    const match = item.exec(text);
    if (!match) return [...items, text.slice(item.lastIndex)];
    items.push(match[1] === undefined ? (match[2] ?? "").trim() : match[1].replaceAll(/\\(.)/g, "$1"));
  }
  if (text.endsWith(",")) items.push("");
  return items;
}

/** How a protocol reads a body that is a document. */
export interface PayloadReader {
  readonly parse: (field: Field, body: Uint8Array) => unknown;
  readonly notUtf8: () => Fault;
}

/** The member that is the whole body: a stream or bytes as they stand, a text, or a document. Undefined when there is no body. */
export function readPayload(field: Field, request: WireRequest, { parse, notUtf8 }: PayloadReader): unknown {
  const { node } = field;
  if (node.kind === "blob" && "streaming" in node.shape && node.shape.streaming) return request.body;
  const body = wholeBody(request);
  if (body.byteLength === 0) return undefined;
  if (node.kind === "blob") return body;
  if (node.kind !== "string") return parse(field, body);
  if (!isUtf8(body)) throw notUtf8();
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
}

/** Headers and status that an output's members are bound to. */
export function writeBindings(node: StructureNode, output: Loose): { readonly headers: Record<string, string>; readonly status: number | undefined } {
  const headers: Record<string, string> = {};
  let status: number | undefined;
  for (const field of node.fields) {
    const value = output[field.name];
    if (value === undefined || value === null) continue;
    const { location } = field.member;
    if (location === "statusCode") status = Number(value);
    else if (location === "header") headers[field.bound] = writeHeader(field, value);
    else if (location === "headers") for (const [name, text] of Object.entries(value)) headers[field.bound + name.toLowerCase()] = headerText(String(text));
  }
  return { headers, status };
}

function writeHeader(field: Field, value: unknown): string {
  const { node } = field;
  if (node.kind === "list") {
    assert(Array.isArray(value), `${field.name} is not an array`);
    return headerText(value.map((item: unknown) => quoteItem(formatScalar(node.element, item, "http-date"), node.element.node.kind === "string")).join(", "));
  }
  const text = formatScalar(field, value, "http-date");
  return node.kind === "string" && isJsonHeader(node) ? Buffer.from(text, "utf8").toString("base64") : headerText(text);
}

/** What a header can not hold goes out as RFC 2047 says and S3 does; nothing a client stored can break a header line. */
function headerText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /[^\t\x20-\x7e\x80-\xff]/.test(text) ? `=?UTF-8?B?${Buffer.from(text, "utf8").toString("base64")}?=` : text;
}

function quoteItem(text: string, isString: boolean): string {
  return isString && /[",]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;
}

/** A payload that is bytes or a stream goes out as it stands. */
export function rawBody(field: Field, value: unknown): Uint8Array | Readable {
  if (typeof value === "string") return Buffer.from(value, "utf8");
  const isStream = typeof value === "object" && value !== null && "pipe" in value;
  assert(value instanceof Uint8Array || isStream, `${field.name} is neither bytes nor a stream`);
  return value as Uint8Array | Readable;
}
