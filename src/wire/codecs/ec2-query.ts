// ec2Query: awsQuery's elder brother, with its own names, flat lists, frames and error words.
import { fault } from "../../kernel/fault.ts";
import type { Protocol } from "../protocol.ts";
import { xmlReply } from "./aws-query.ts";
import { describeError } from "./errors.ts";
import { readParameters, readQueryStructure, type QueryStyle } from "./query-read.ts";
import { structureOfOperation, type Loose } from "./shapes.ts";
import { escapeXml, xmlElement, xmlNamespace, writeXmlMembers } from "./xml-write.ts";

const style: QueryStyle = {
  nameOf: (field) => field.ec2,
  flatLists: true,
  refuse: (expected, name, text) => {
    const kind = expected.toLowerCase();
    const article = /^[aeiou]/.test(kind) ? "an" : "a";
    const parameter = name.charAt(0).toLowerCase() + name.slice(1);
    return fault("InvalidParameterValue", { message: `Value (${text.slice(0, 200)}) for parameter ${parameter} is invalid. Expected ${article} ${kind}.`, status: 400 });
  },
};

/** What every request may carry besides the operation's own parameters: routing and the signature. */
const commonParameters: ReadonlySet<string> = new Set(["Action", "Version", "AWSAccessKeyId", "SecurityToken", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp", "Expires"]);

export const ec2Query: Protocol = {
  name: "ec2Query",

  decode(model, operation, request) {
    const node = structureOfOperation(model, operation, "input");
    const parameters = readParameters(request);
    const known = new Set(node?.fields.map(style.nameOf) ?? []);
    for (const name of parameters.children.keys()) {
      const accepted = known.has(name) || commonParameters.has(name) || name.startsWith("X-Amz-");
      if (!accepted) throw fault("UnknownParameter", { message: `The parameter ${name.slice(0, 200)} is not recognized`, status: 400 });
    }
    return node ? readQueryStructure(node, parameters, style) : {};
  },

  encode(model, operation, output, context) {
    const node = structureOfOperation(model, operation, "output");
    const members = node ? writeXmlMembers(node.fields, (output ?? {}) as Loose, {}) : xmlElement("return", "true");
    return xmlReply(200, xmlElement(`${operation}Response`, xmlElement("requestId", escapeXml(context.requestId)) + members, xmlNamespace(model.xmlNamespace)));
  },

  encodeError(model, error, context) {
    const known = describeError(model, error);
    const frame = xmlElement("Code", escapeXml(known.queryCode)) + xmlElement("Message", escapeXml(error.message));
    return xmlReply(known.status, xmlElement("Response", xmlElement("Errors", xmlElement("Error", frame)) + xmlElement("RequestID", escapeXml(context.requestId))));
  },
};
