// awsQuery: form parameters in, XML out. IAM, STS and SNS speak it; SQS and CloudWatch did, and their older clients still do.
import { fault } from "../../kernel/fault.ts";
import type { Protocol } from "../protocol.ts";
import { describeError } from "./errors.ts";
import { readParameters, readQueryStructure, type QueryStyle } from "./query-read.ts";
import { structureOfOperation, type Loose } from "./shapes.ts";
import { escapeXml, XML_HEAD, xmlElement, xmlNamespace, writeXmlMembers } from "./xml-write.ts";

const XML_TYPE = "text/xml";

const style: QueryStyle = {
  nameOf: (field) => field.xml,
  flatLists: false,
  refuse: (expected, name, text) => {
    const message = expected === "Timestamp" ? "timestamp must follow ISO8601" : `Invalid value '${text.slice(0, 200)}' for ${name}: expected a ${expected}`;
    return fault("MalformedInput", { message, status: 400 });
  },
};

export const awsQuery: Protocol = {
  name: "awsQuery",

  decode(model, operation, request) {
    const node = structureOfOperation(model, operation, "input");
    return node ? readQueryStructure(node, readParameters(request), style) : {};
  },

  encode(model, operation, output, context) {
    const node = structureOfOperation(model, operation, "output");
    const result = node ? xmlElement(`${operation}Result`, writeXmlMembers(node.fields, (output ?? {}) as Loose, { shortTimes: true })) : "";
    const metadata = xmlElement("ResponseMetadata", xmlElement("RequestId", escapeXml(context.requestId)));
    return xmlReply(200, xmlElement(`${operation}Response`, result + metadata, xmlNamespace(model.xmlNamespace)));
  },

  encodeError(model, error, context) {
    const known = describeError(model, error);
    const members = Object.entries(error.members)
      .filter(([name, value]) => name !== "Type" && value !== undefined && value !== null)
      .map(([name, value]) => xmlElement(name, escapeXml(String(value))));
    const frame = xmlElement("Type", known.serverFault ? "Receiver" : "Sender") + xmlElement("Code", escapeXml(known.queryCode)) + xmlElement("Message", escapeXml(error.message)) + members.join("");
    const body = xmlElement("Error", frame) + xmlElement("RequestId", escapeXml(context.requestId));
    return xmlReply(known.status, xmlElement("ErrorResponse", body, xmlNamespace(model?.xmlNamespace)));
  },
};

/** A whole XML document as a reply of the query protocols. */
export function xmlReply(status: number, root: string): { readonly status: number; readonly headers: Record<string, string>; readonly body: Uint8Array } {
  return { status, headers: { "content-type": XML_TYPE }, body: Buffer.from(XML_HEAD + root, "utf8") };
}
