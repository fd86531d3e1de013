// Turns a parsed XML body into the typed input the model describes; what does not fit the model is refused, as S3's schema does.
import { isUtf8 } from "node:buffer";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { parseScalar, type Refuse } from "./scalars.ts";
import { setEntry, type Field, type ListNode, type Loose, type MapNode, type StructureNode } from "./shapes.ts";
import { parseXml, XmlSyntaxError, type XmlElement } from "./xml-parse.ts";

export function malformedXml(): Fault {
  return fault("MalformedXML", { message: "The XML you provided was not well-formed or did not validate against our published schema", status: 400 });
}

const refuse: Refuse = () => malformedXml();

/** The root element of a request body. */
export function parseXmlBody(body: Uint8Array): XmlElement {
  if (body.byteLength > limits.http.xmlBytesMax) throw fault("MaxMessageLengthExceeded", { message: "Your request was too big.", status: 400, MaxMessageLengthBytes: limits.http.xmlBytesMax });
  if (!isUtf8(body)) throw malformedXml();
  try {
    return parseXml(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch (error) {
    if (error instanceof XmlSyntaxError) throw malformedXml();
    throw error;
  }
}

/** The structure in an element. Recursion is bounded by the parser's nesting. */
export function readXmlStructure(node: StructureNode, element: XmlElement): Loose {
  const result: Loose = {};
  if (element.text.trim() !== "") throw malformedXml();
  for (const child of element.children) {
    const field = node.byXml.get(child.name);
    if (!field || field.member.xmlAttribute) throw malformedXml();
    readXmlMember(field, child, result);
  }
  if (element.attributes) readAttributes(node, element.attributes, result);
  return result;
}

function readXmlMember(field: Field, child: XmlElement, result: Loose): void {
  const { node, member } = field;
  if (member.flattened && node.kind === "list") {
    const items = (result[field.name] ??= []) as unknown[];
    items.push(readXmlValue(node.element, child));
  } else if (member.flattened && node.kind === "map") {
    readXmlEntry(node, child, (result[field.name] ??= {}) as Loose);
  } else result[field.name] = readXmlValue(field, child);
}

function readAttributes(node: StructureNode, attributes: Readonly<Record<string, string>>, result: Loose): void {
  for (const field of node.bodyFields) {
    if (!field.member.xmlAttribute) continue;
    const value = attributes[field.xml];
    if (value !== undefined) result[field.name] = parseScalar(field, value, "date-time", refuse);
  }
}

export function readXmlValue(field: Field, element: XmlElement): unknown {
  const { node } = field;
  switch (node.kind) {
    case "structure": return readXmlStructure(node, element);
    case "list": return readXmlList(node, element);
    case "map": {
      const result: Loose = {};
      for (const entry of element.children) readXmlEntry(node, entry, result);
      return result;
    }
    default:
      if (element.children.length > 0) throw malformedXml();
      return parseScalar(field, element.text, "date-time", refuse);
  }
}

function readXmlList(node: ListNode, element: XmlElement): unknown[] {
  const itemName = node.element.member.name ?? "member";
  return element.children.map((child) => {
    if (child.name !== itemName) throw malformedXml();
    return readXmlValue(node.element, child);
  });
}

function readXmlEntry(node: MapNode, entry: XmlElement, result: Loose): void {
  const key = entry.children.find((child) => child.name === (node.key.member.name ?? "key"));
  const value = entry.children.find((child) => child.name === (node.value.member.name ?? "value"));
  if (!key || !value) throw malformedXml();
  setEntry(result, key.text, readXmlValue(node.value, value));
}
