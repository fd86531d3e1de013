// Frames what an AWS operation answers: outputs, faults, outages and bugs, in the protocol of the request, with ids on each.
import { crc32 } from "node:zlib";
import { Fault, Outage } from "../kernel/fault.ts";
import { uuid } from "../kernel/ids.ts";
import { protocols } from "./codecs/index.ts";
import type { HttpReply } from "./door.ts";
import type { Model, ProtocolName } from "./model.ts";
import type { ReplyContext, WireError, WireReply } from "./protocol.ts";
import type { Call } from "./service.ts";

/** How the answer to one request is framed; filled in as routing learns more. */
export interface Framing {
  protocol: ProtocolName;
  model: Model | undefined;
  errorMembers: Readonly<Record<string, unknown>> | undefined;
  context: ReplyContext;
}

/** Ids in the form of the service that answers: S3 has 16 capitals and digits and a long host id, the others a UUID. */
export function newContext(isS3: boolean, headers: Readonly<Record<string, string>>): ReplyContext {
  if (!isS3) return { requestId: uuid(), hostId: "", headers };
  const digits = uuid().replaceAll("-", "");
  // UUIDs come from a buffered source; asking the system for random bytes per request costs more than the rest of its framing.
  const hostId = Buffer.from(`${digits}${uuid()}${uuid()}${uuid()}`.replaceAll("-", ""), "hex").toString("base64", 0, 56);
  return { requestId: digits.slice(16).toUpperCase(), hostId, headers };
}

/** What kind of failure this is decides what the caller hears; a bug's words stay inside. */
export function wireError(error: unknown, protocol: ProtocolName, isS3: boolean): WireError {
  if (error instanceof Fault) return { code: signatureCodes(error.code, protocol), message: error.message, status: error.status, members: error.members };
  const ours = (code: string, message: string, status: number): WireError => ({ code, message, status, members: {}, serverFault: true });
  if (error instanceof Outage && error.retryable) {
    return isS3
      ? ours("SlowDown", "Please reduce your request rate.", 503)
      : ours("ServiceUnavailable", "The service is unavailable for the moment. Try again.", 503);
  }
  return isS3
    ? ours("InternalError", "We encountered an internal error. Please try again.", 500)
    : ours("InternalFailure", "The request failed because of an internal error. Try again.", 500);
}

/** An unreadable signature has a name of its own in each protocol family, and is noticed before the service is known. */
function signatureCodes(code: string, protocol: ProtocolName): string {
  if (code !== "IncompleteSignature" || protocol === "awsQuery" || protocol === "ec2Query") return code;
  return protocol === "restXml" ? "AuthorizationHeaderMalformed" : "IncompleteSignatureException";
}

export function errorReply(framing: Framing, error: WireError): HttpReply {
  const members = framing.errorMembers ? { ...framing.errorMembers, ...error.members } : error.members;
  return withIds(protocols[framing.protocol].encodeError(framing.model, { ...error, members }, framing.context), noChange, framing);
}

/** `over` is what the handler set on `call.reply`. */
export function outputReply(framing: Framing, model: Model, operation: string, output: unknown, over: Call["reply"]): HttpReply {
  return withIds(protocols[framing.protocol].encode(model, operation, output, framing.context), over, framing);
}

const noChange: Call["reply"] = { headers: {} };

function withIds({ status, headers, body, headAtOnce }: WireReply, over: Call["reply"], { model, protocol, context }: Framing): HttpReply {
  const isS3 = model ? model.id === "s3" : protocol === "restXml";
  const all: Record<string, string> = isS3
    ? { "x-amz-request-id": context.requestId, "x-amz-id-2": context.hostId, server: "AmazonS3" }
    : { "x-amzn-requestid": context.requestId };
  // DynamoDB's clients check their answers against it.
  if (model?.endpointPrefix.endsWith("dynamodb") && (typeof body === "string" || body instanceof Uint8Array)) all["x-amz-crc32"] = String(crc32(body));
  for (const name in headers) all[name] = headers[name] as string;
  for (const name in over.headers) all[name] = over.headers[name] as string;
  const framed = { status: over.status ?? status, headers: all };
  if (body === undefined) return framed;
  return headAtOnce === undefined ? { ...framed, body } : { ...framed, body, headAtOnce };
}
