// rpcv2Cbor: the operation in the path, input and output as one CBOR document. CloudWatch's newest clients speak it.
import type { Protocol } from "../protocol.ts";
import { encodeRpc, qualifiedType, queryErrorHeader, wholeBody } from "./aws-json.ts";
import { parseCbor } from "./cbor-read.ts";
import { printCbor } from "./cbor-write.ts";
import { cborNotation, readStructure, writeStructure } from "./documents.ts";
import { describeError } from "./errors.ts";
import { errorBody } from "./json-errors.ts";
import { structureOfOperation } from "./shapes.ts";

const PROTOCOL_HEADER = { "smithy-protocol": "rpc-v2-cbor" };
const CBOR_TYPE = "application/cbor";
const CBOR_HEADERS = { ...PROTOCOL_HEADER, "content-type": CBOR_TYPE };

export const rpcv2Cbor: Protocol = {
  name: "rpcv2Cbor",

  decode(model, operation, request) {
    const node = structureOfOperation(model, operation, "input");
    const body = wholeBody(request);
    if (!node || body.byteLength === 0) return {};
    return readStructure(node, parseCbor(body), cborNotation);
  },

  encode(model, operation, output) {
    const reply = encodeRpc(model, operation, output, { write: (fields, value) => printCbor(writeStructure(fields, value, cborNotation)), contentType: CBOR_TYPE });
    return { status: 200, ...reply, headers: { ...PROTOCOL_HEADER, ...reply?.headers } };
  },

  encodeError(model, error, context) {
    const known = describeError(model, error);
    const { tree } = errorBody(known, error, cborNotation);
    return { status: known.status, headers: { ...CBOR_HEADERS, ...queryErrorHeader(model, known, context) }, body: printCbor({ __type: qualifiedType(model, known), ...tree }) };
  },
};
