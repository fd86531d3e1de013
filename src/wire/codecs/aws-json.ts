// awsJson 1.0 and 1.1: one path, the operation in a header, input and output as one JSON document; or, as Kinesis clients in Java send it, the same in CBOR.
import type { Model } from "../model.ts";
import type { Protocol, ReplyContext, WireReply, WireRequest } from "../protocol.ts";
import { parseCbor } from "./cbor-read.ts";
import { printCbor } from "./cbor-write.ts";
import { cborNotation, jsonNotation, readStructure, writeStructure, type Notation } from "./documents.ts";
import { describeError, type KnownError } from "./errors.ts";
import { eventStreamOf, eventStreamReply } from "./event-stream.ts";
import { errorBody } from "./json-errors.ts";
import { parseJson, printJson } from "./json.ts";
import { writeJson } from "./json-write.ts";
import { structureOfOperation, type Field, type Loose, type StructureNode } from "./shapes.ts";

/** How the documents are written down. */
interface Writing {
  readonly notation: Notation;
  readonly parse: (body: Uint8Array) => unknown;
  readonly print: (tree: unknown) => Uint8Array;
  /** An output's document. */
  readonly write: WriteDocument;
}

const inJson: Writing = { notation: jsonNotation, parse: parseJson, print: printJson, write: writeJson };
/** Older than RFC 8949's habits: moments are whole milliseconds. Source: the CBOR protocol of the AWS SDK for Java. */
const EPOCH_UNIT_MS = 1;
const printOldCbor = (tree: unknown): Uint8Array => printCbor(tree, EPOCH_UNIT_MS);
const inCbor: Writing = {
  notation: cborNotation, parse: (body) => parseCbor(body, EPOCH_UNIT_MS), print: printOldCbor,
  write: (fields, value) => printOldCbor(writeStructure(fields, value, cborNotation)),
};

export const awsJson1_0: Protocol = makeAwsJson("awsJson1_0", "application/x-amz-json-1.0", inJson);
export const awsJson1_1: Protocol = makeAwsJson("awsJson1_1", "application/x-amz-json-1.1", inJson);
export const awsCbor1_1: Protocol = makeAwsJson("awsCbor1_1", "application/x-amz-cbor-1.1", inCbor);

function makeAwsJson(name: "awsJson1_0" | "awsJson1_1" | "awsCbor1_1", contentType: string, { notation, parse, print, write }: Writing): Protocol {
  const documents: RpcDocuments = { write, contentType };
  return {
    name,
    decode(model, operation, request) {
      const node = structureOfOperation(model, operation, "input");
      const body = wholeBody(request);
      if (!node || body.byteLength === 0) return {};
      return readStructure(node, parse(body), notation);
    },
    encode(model, operation, output) {
      return encodeRpc(model, operation, output, documents) ?? { status: 200, headers: { "content-type": contentType } };
    },
    encodeError(model, error, context) {
      const known = describeError(model, error);
      const { tree } = errorBody(known, error, notation);
      const type = name === "awsJson1_0" ? qualifiedType(model, known) : known.name;
      return { status: known.status, headers: { "content-type": contentType, ...queryErrorHeader(model, known, context) }, body: print({ __type: type, ...tree }) };
    },
  };
}

/** The input document; an RPC operation never streams its request. */
export function wholeBody(request: WireRequest): Uint8Array {
  if (request.body instanceof Uint8Array) return request.body;
  throw new Error(`bug: ${request.operation} was given a stream where it reads a document`);
}

type WriteDocument = (fields: readonly Field[], value: unknown) => Uint8Array | string;

interface RpcDocuments {
  readonly write: WriteDocument;
  readonly contentType: string;
}

/** The output as one document, or as an event stream that begins with it; undefined when the operation answers nothing. */
export function encodeRpc(model: Model, operation: string, output: unknown, { write, contentType }: RpcDocuments): WireReply | undefined {
  const node = structureOfOperation(model, operation, "output");
  if (!node) return undefined;
  const stream = eventStreamOf(node);
  if (!stream) return { status: 200, headers: { "content-type": contentType }, body: write(node.fields, output ?? {}) };
  const others = node.fields.filter((field) => field !== stream);
  const bytes = (fields: readonly Field[], value: unknown): Uint8Array => Buffer.from(write(fields, value) as string);
  const documents = { contentType, write: (shape: StructureNode, value: unknown) => bytes(shape.fields, value) };
  return { status: 200, ...eventStreamReply(stream, (output as Loose | undefined)?.[stream.name], documents, bytes(others, output ?? {})) };
}

/** Errors that come from the framework below every service carry its namespace, not the service's. */
const frameworkNamespaces: Readonly<Record<string, string>> = {
  SerializationException: "com.amazon.coral.service", UnknownOperationException: "com.amazon.coral.service", AccessDeniedException: "com.amazon.coral.service",
  InvalidSignatureException: "com.amazon.coral.service", UnrecognizedClientException: "com.amazon.coral.service", ValidationException: "com.amazon.coral.validate",
};

/** `com.amazonaws.sqs#QueueDoesNotExist`. */
export function qualifiedType(model: Model | undefined, known: KnownError): string {
  const namespace = known.node ? model?.namespace : frameworkNamespaces[known.name];
  return namespace === undefined ? known.name : `${namespace}#${known.name}`;
}

/** Clients that came from awsQuery ask for the code they used to get. */
export function queryErrorHeader(model: Model | undefined, known: KnownError, context: ReplyContext): Record<string, string> {
  if (!model?.queryCompatible || context.headers["x-amzn-query-mode"] !== "true") return {};
  return { "x-amzn-query-error": `${known.queryCode};${known.serverFault ? "Receiver" : "Sender"}` };
}

