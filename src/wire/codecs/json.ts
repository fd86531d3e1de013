// JSON bytes to a tree, with the bounds that keep a hostile document from taking the server's memory or stack.
import { isUtf8 } from "node:buffer";
import { limits } from "../../kernel/limits.ts";
import { serialization } from "./documents.ts";

/** Below this a document can not hold enough values to matter. */
const SCANNED_FROM_BYTES = 1_048_576;
const VALUE_SEPARATORS = [0x2c, 0x5b, 0x7b];

/** Parses JSON (UTF-8); every failure is a SerializationException. */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw serialization("The request body is not valid UTF-8.");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength > SCANNED_FROM_BYTES) assertFewValues(buffer);
  try {
    return JSON.parse(buffer.toString("utf8")) as unknown;
  } catch {
    // The parser's message quotes the document, which may hold secrets.
    throw serialization("The request body is not valid JSON.");
  }
}

/** Tiny values cost dozens of bytes each once parsed; commas and brackets bound their number from above. */
function assertFewValues(buffer: Buffer): void {
  let found = 0;
  for (const separator of VALUE_SEPARATORS) {
    for (let at = buffer.indexOf(separator); at !== -1; at = buffer.indexOf(separator, at + 1)) {
      found += 1;
      if (found > limits.http.documentValuesMax) throw serialization("The document has too many values.");
    }
  }
}

export function printJson(tree: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(tree), "utf8");
}
