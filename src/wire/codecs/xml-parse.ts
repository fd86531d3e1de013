// A small XML reader for request bodies: elements, attributes, text, the five entities and character references, and nothing that could hurt.
import { limits } from "../../kernel/limits.ts";

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  /** As written, `xsi:type` with its prefix; undefined when there are none. */
  attributes: Record<string, string> | undefined;
  readonly children: XmlElement[];
  /** Character data of the element itself, entities resolved, line ends normalised. */
  text: string;
}

/** Not well-formed, or beyond the bounds. Never leaves the codecs. */
export class XmlSyntaxError extends Error {
  override readonly name = "XmlSyntaxError";
}

interface Cursor {
  readonly source: string;
  at: number;
  elements: number;
}

const nameToken = /[\p{L}_:][\p{L}\p{N}_:.\-\u00b7]*/uy;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The root element of a document. Comments and processing instructions are skipped; a DOCTYPE is refused. */
export function parseXml(source: string): XmlElement {
  const cursor: Cursor = { source: source.codePointAt(0) === 0xfeff ? source.slice(1) : source, at: 0, elements: 0 };
  skipMisc(cursor);
  if (cursor.source[cursor.at] !== "<") throw new XmlSyntaxError("no root element");
  const root = readTree(cursor);
  skipMisc(cursor);
  if (cursor.at < cursor.source.length) throw new XmlSyntaxError("content after the root element");
  return root;
}

/** Reads one element with all it holds, without recursion. */
function readTree(cursor: Cursor): XmlElement {
  const { source } = cursor;
  const open: { readonly element: XmlElement; readonly rawName: string }[] = [];
  for (;;) {
    const top = open.at(-1);
    const next = source.indexOf("<", cursor.at);
    if (next === -1) throw new XmlSyntaxError("an element is not closed");
    if (top && next > cursor.at) top.element.text += decodeText(source.slice(cursor.at, next));
    cursor.at = next;
    if (source.startsWith("<!--", next)) skipPast(cursor, "-->", 4);
    else if (source.startsWith("<?", next)) skipPast(cursor, "?>", 2);
    else if (source.startsWith("<![CDATA[", next)) readCdata(cursor, top?.element);
    else if (source[next + 1] === "!") throw new XmlSyntaxError("declarations are not allowed");
    else if (source[next + 1] === "/") {
      const closed = closeElement(cursor, open);
      if (closed && open.length === 0) return closed;
    } else {
      const { element, rawName, empty } = readStart(cursor);
      top?.element.children.push(element);
      if (empty && !top) return element;
      if (!empty) open.push({ element, rawName });
      if (open.length > limits.http.nestingMax) throw new XmlSyntaxError("nested too deeply");
    }
  }
}

function closeElement(cursor: Cursor, open: { readonly element: XmlElement; readonly rawName: string }[]): XmlElement | undefined {
  cursor.at += 2;
  const rawName = readName(cursor);
  skipSpace(cursor);
  expect(cursor, ">");
  const top = open.pop();
  if (top?.rawName !== rawName) throw new XmlSyntaxError("end tag does not match");
  return top.element;
}

function readStart(cursor: Cursor): { readonly element: XmlElement; readonly rawName: string; readonly empty: boolean } {
  cursor.at += 1;
  cursor.elements += 1;
  if (cursor.elements > limits.http.xmlElementsMax) throw new XmlSyntaxError("too many elements");
  const rawName = readName(cursor);
  const element: XmlElement = { name: rawName.slice(rawName.indexOf(":") + 1), attributes: undefined, children: [], text: "" };
  for (;;) {
    const spaced = skipSpace(cursor);
    const char = cursor.source[cursor.at];
    if (char === ">" || char === "/") {
      cursor.at += 1;
      if (char === "/") expect(cursor, ">");
      return { element, rawName, empty: char === "/" };
    }
    if (!spaced) throw new XmlSyntaxError("attributes need a space before them");
    readAttribute(cursor, element);
  }
}

function readAttribute(cursor: Cursor, element: XmlElement): void {
  const name = readName(cursor);
  skipSpace(cursor);
  expect(cursor, "=");
  skipSpace(cursor);
  const quote = cursor.source[cursor.at];
  if (quote !== '"' && quote !== "'") throw new XmlSyntaxError("attribute value without quotes");
  const end = cursor.source.indexOf(quote, cursor.at + 1);
  if (end === -1) throw new XmlSyntaxError("attribute value is not closed");
  const raw = cursor.source.slice(cursor.at + 1, end);
  if (raw.includes("<")) throw new XmlSyntaxError("markup in an attribute value");
  cursor.at = end + 1;
  const attributes = (element.attributes ??= Object.create(null) as Record<string, string>);
  if (name in attributes) throw new XmlSyntaxError("attribute given twice");
  attributes[name] = decodeText(raw);
}

function readCdata(cursor: Cursor, element: XmlElement | undefined): void {
  const start = cursor.at + 9;
  const end = cursor.source.indexOf("]]>", start);
  if (end === -1 || !element) throw new XmlSyntaxError("CDATA out of place or not closed");
  element.text += normalizeLines(cursor.source.slice(start, end));
  cursor.at = end + 3;
}

function decodeText(raw: string): string {
  const text = normalizeLines(raw);
  if (!text.includes("&")) return text;
  return text.replaceAll(/&([^;&]{0,10});?/g, (whole: string, body: string) => {
    const known = whole.endsWith(";") ? (Object.hasOwn(entities, body) ? entities[body] : characterReference(body)) : undefined;
    if (known === undefined) throw new XmlSyntaxError("unknown entity");
    return known;
  });
}

function characterReference(body: string): string | undefined {
  const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(body);
  if (!match) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  return code > 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;
}

function normalizeLines(text: string): string {
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}

function readName(cursor: Cursor): string {
  nameToken.lastIndex = cursor.at;
  const match = nameToken.exec(cursor.source);
  if (!match) throw new XmlSyntaxError("a name is missing");
  cursor.at = nameToken.lastIndex;
  return match[0];
}

function expect(cursor: Cursor, char: string): void {
  if (cursor.source[cursor.at] !== char) throw new XmlSyntaxError(`${char} is missing`);
  cursor.at += 1;
}

function skipSpace(cursor: Cursor): boolean {
  const start = cursor.at;
  while (" \t\r\n".includes(cursor.source[cursor.at] ?? "x")) cursor.at += 1;
  return cursor.at > start;
}

function skipMisc(cursor: Cursor): void {
  for (;;) {
    skipSpace(cursor);
    if (cursor.source.startsWith("<?", cursor.at)) skipPast(cursor, "?>", 2);
    else if (cursor.source.startsWith("<!--", cursor.at)) skipPast(cursor, "-->", 4);
    else return;
  }
}

function skipPast(cursor: Cursor, end: string, from: number): void {
  const found = cursor.source.indexOf(end, cursor.at + from);
  if (found === -1) throw new XmlSyntaxError(`${end} is missing`);
  cursor.at = found + end.length;
}
