// The words in which the original turns away a request that names nothing it knows.
import { type Fault, fault } from "../kernel/fault.ts";
import type { HttpRequest } from "./door.ts";
import type { ModelSummary, ProtocolName } from "./model.ts";

export const serviceNotImplemented = (name: string): Fault =>
  fault("NotImplemented", { message: `The service "${name}" is not implemented yet by Fugaz.`, status: 501 });

export const operationNotImplemented = (service: string, operation: string): Fault =>
  fault("NotImplemented", { message: `The operation ${service}.${operation} is not implemented yet by Fugaz.`, status: 501 });

export const unknownTarget = (target: string): Fault =>
  fault("UnknownOperationException", { message: `No service here answers to the target ${printable(target)}.`, status: 400 });

/** Smithy's RPC v2 says 404, the awsJson services answer 400; both without a message. */
export const unknownOperation = (protocol: ProtocolName): Fault =>
  fault("UnknownOperationException", { message: "", status: protocol === "rpcv2Cbor" ? 404 : 400 });

export const missingAction = (): Fault => fault("MissingAction", { message: "The request must contain the parameter Action.", status: 400 });

export function invalidAction(protocol: ProtocolName, action: string, version: string): Fault {
  const message =
    protocol === "ec2Query"
      ? `The action ${printable(action)} is not valid for this web service.`
      : `Could not find operation ${printable(action)} for version ${printable(version)}`;
  return fault("InvalidAction", { message, status: 400 });
}

const invalidUri = (): Fault => fault("InvalidURI", { message: "Couldn't parse the specified URI.", status: 400 });

export function malformedQuery(protocol: ProtocolName): Fault {
  if (protocol === "restXml") return invalidUri();
  const code = protocol === "awsQuery" || protocol === "ec2Query" ? "MalformedQueryString" : "SerializationException";
  return fault(code, { message: "The query string contains a percent sequence that is broken or not UTF-8.", status: 400 });
}

export const malformedLabel = (service: string, label: string): Fault =>
  service === "s3" ? invalidUri() : fault("SerializationException", { message: `The path's ${label} is not valid percent-encoded UTF-8.`, status: 400 });

/** No operation of a REST service has this method and path. `path` carries S3's bucket, wherever the request named it. */
export function unknownPath(summary: ModelSummary, request: HttpRequest, path: string): Fault {
  if (summary.id !== "s3") {
    return fault("UnknownOperationException", { message: `${summary.serviceId} has no operation at ${request.method} ${printable(path)}.`, status: 404 });
  }
  const depth = path.split("/", 3).filter((segment) => segment !== "").length;
  return fault("MethodNotAllowed", {
    message: "The specified method is not allowed against this resource.",
    status: 405,
    Method: request.method,
    ResourceType: depth === 0 ? "SERVICE" : depth === 1 ? "BUCKET" : "OBJECT",
  });
}

/** A client's words as they may stand in a message: short and without control characters. */
const printable = (text: string): string => text.slice(0, 128).replaceAll(/[^\x20-\x7e]/g, "?");
