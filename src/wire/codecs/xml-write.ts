// Writes typed output as XML: S3's documents, and the answers of both query protocols.
import { assert } from "../../kernel/fault.ts";
import { formatScalar } from "./scalars.ts";
import type { Field, Loose, StructureNode } from "./shapes.ts";

/** How a protocol's XML differs from the others'. */
export interface XmlStyle {
  /** awsQuery leaves out milliseconds that are zero. */
  readonly shortTimes?: boolean;
}

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Text safe between tags and in attributes; control characters as references, as S3 answers keys that hold them. */
export function escapeXml(text: string): string {
  return special.test(text) ? text.replaceAll(specials, (char) => escapes[char] ?? `&#x${char.charCodeAt(0).toString(16)};`) : text;
}

// eslint-disable-next-line no-control-regex
const special = /[&<>"\u0000-\u0008\u000b-\u001f\u0085\u2028\ufffe\uffff]/;
const specials = new RegExp(special, "g");
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

/** `<name ...>content</name>`, or the empty form. */
export function xmlElement(name: string, content: string, attributes = ""): string {
  return content === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

/** The elements of a structure's body members, in model order. */
export function writeXmlMembers(fields: readonly Field[], value: Loose, style: XmlStyle): string {
  let text = "";
  for (const field of fields) {
    const member = value[field.name];
    if (member !== undefined && member !== null && !field.member.xmlAttribute) text += writeXmlField(field, field.xml, member, style);
  }
  return text;
}

/** One member as `<name>…</name>`; a flattened list or map repeats the name. */
function writeXmlField(field: Field, name: string, value: unknown, style: XmlStyle): string {
  const { node, member } = field;
  switch (node.kind) {
    case "structure": return writeXmlStructure(node, name, value, style, member.xmlNamespace);
    case "list": {
      assert(Array.isArray(value), `${field.name} is not an array`);
      const itemName = member.flattened ? name : (node.element.member.name ?? "member");
      let items = "";
      for (const item of value) if (item !== undefined && item !== null) items += writeXmlField(node.element, itemName, item, style);
      return member.flattened ? items : xmlElement(name, items);
    }
    case "map": {
      assert(typeof value === "object" && value !== null, `${field.name} is not an object`);
      let entries = "";
      for (const [key, entry] of Object.entries(value)) {
        if (entry === undefined || entry === null) continue;
        const pair = xmlElement(node.key.member.name ?? "key", escapeXml(key)) + writeXmlField(node.value, node.value.member.name ?? "value", entry, style);
        entries += xmlElement(member.flattened ? name : "entry", pair);
      }
      return member.flattened ? entries : xmlElement(name, entries);
    }
    default: {
      const text = formatScalar(field, value, "date-time");
      return xmlElement(name, escapeXml(node.kind === "timestamp" && style.shortTimes ? text.replace(".000Z", "Z") : text));
    }
  }
}

export function writeXmlStructure(node: StructureNode, name: string, value: unknown, style: XmlStyle, namespace?: { readonly uri: string; readonly prefix?: string }): string {
  assert(typeof value === "object" && value !== null, `${name} is not an object`);
  let attributes = namespace ? xmlNamespace(namespace.uri, namespace.prefix) : "";
  for (const field of node.bodyFields) {
    const member = (value as Loose)[field.name];
    if (field.member.xmlAttribute && member !== undefined && member !== null) attributes += ` ${field.xml}="${escapeXml(formatScalar(field, member, "date-time"))}"`;
  }
  return xmlElement(name, writeXmlMembers(node.bodyFields, value as Loose, style), attributes);
}

export function xmlNamespace(uri: string | undefined, prefix?: string): string {
  return uri === undefined ? "" : ` xmlns${prefix === undefined ? "" : `:${prefix}`}="${escapeXml(uri)}"`;
}
