// The size and the MD5 of messages and their attributes as the original and its clients compute it: names in order, each part with its length.
import { createHash } from "node:crypto";
import type { MessageAttribute } from "./queues.ts";

const TEXT = Buffer.from([1]);
const BYTES = Buffer.from([2]);

/** Hex; undefined when there are none. */
export function attributesDigest(attributes: Readonly<Record<string, MessageAttribute>> | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (!attributes || names.length === 0) return undefined;
  const hash = createHash("md5");
  const part = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { type, text, bytes } = attributes[name] as MessageAttribute;
    part(Buffer.from(name));
    part(Buffer.from(type));
    hash.update(bytes === undefined ? TEXT : BYTES);
    part(bytes === undefined ? Buffer.from(text ?? "") : Buffer.from(bytes, "base64"));
  }
  return hash.digest("hex");
}

export const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** As clients send them. */
type GivenAttributes = Readonly<Record<string, { readonly DataType?: string | undefined; readonly StringValue?: string | undefined; readonly BinaryValue?: Uint8Array | undefined }>>;

/** Bytes of a message that count against the size limits: text, attribute names, types and values. */
export function messageBytes(text: string, attributes: GivenAttributes = {}): number {
  let bytes = Buffer.byteLength(text);
  for (const [name, { DataType = "", StringValue = "", BinaryValue }] of Object.entries(attributes))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue) + (BinaryValue?.byteLength ?? 0);
  return bytes;
}
