// Frames one message of `application/vnd.amazon.eventstream`: lengths, typed headers, payload and two checksums.
import { crc32 } from "node:zlib";
import { assert } from "../../kernel/fault.ts";

/** A header's value; a number travels as 32 bits, a bigint as 64. */
export type EventHeaderValue = string | boolean | number | bigint | Uint8Array | Date;

export type EventHeaders = readonly (readonly [name: string, value: EventHeaderValue])[];

/** Total length, length of the headers and their checksum, all u32 big-endian. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/** The bytes of one message. Source: the event stream encoding of Amazon Transcribe's guide, which all services share. */
export function eventMessage(headers: EventHeaders, payload: Uint8Array): Buffer {
  const encoded = headers.map(([name, value]) => encodeHeader(name, value));
  const headersBytes = encoded.reduce((sum, { length }) => sum + length, 0);
  const totalBytes = PRELUDE_BYTES + headersBytes + payload.length + CHECKSUM_BYTES;
  const message = Buffer.allocUnsafe(totalBytes);
  message.writeUInt32BE(totalBytes, 0);
  message.writeUInt32BE(headersBytes, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  let at = PRELUDE_BYTES;
  for (const header of encoded) at += header.copy(message, at);
  message.set(payload, at);
  message.writeUInt32BE(crc32(message.subarray(0, totalBytes - CHECKSUM_BYTES)), totalBytes - CHECKSUM_BYTES);
  return message;
}

function encodeHeader(name: string, value: EventHeaderValue): Buffer {
  const nameBytes = Buffer.from(name, "utf8");
  assert(nameBytes.length > 0 && nameBytes.length < 256, `${name} can not name an event header`);
  return Buffer.concat([Buffer.of(nameBytes.length), nameBytes, encodeValue(value)]);
}

function encodeValue(value: EventHeaderValue): Buffer {
  if (typeof value === "boolean") return Buffer.of(value ? 0 : 1);
  if (typeof value === "number") {
    const bytes = Buffer.of(4, 0, 0, 0, 0);
    bytes.writeInt32BE(value, 1);
    return bytes;
  }
  if (typeof value === "bigint") return wide(5, value);
  if (value instanceof Date) return wide(8, BigInt(value.getTime()));
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  const head = Buffer.of(typeof value === "string" ? 7 : 6, 0, 0);
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function wide(type: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9, type);
  bytes.writeBigInt64BE(value, 1);
  return bytes;
}
