// JSON bytes to a tree, with the bounds that keep a hostile document from taking the server's time, memory or stack.
import { isUtf8 } from "node:buffer";
import { limits } from "../../kernel/limits.ts";
import { serialization } from "./documents.ts";

/** A shorter document can hold too few values to matter, however it is nested. */
const SCANNED_FROM_BYTES = 131_072;
/** How much of a string is walked byte by byte before the native search takes over. */
const WALKED_BYTES = 256;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Parses JSON (UTF-8); every failure is a SerializationException. */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw serialization("The request body is not valid UTF-8.");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength > SCANNED_FROM_BYTES) assertModest(buffer);
  try {
    return JSON.parse(buffer.toString("utf8")) as unknown;
  } catch {
    // The parser's message quotes the document, which may hold secrets.
    throw serialization("The request body is not valid JSON.");
  }
}

/** Tiny values cost dozens of bytes each once parsed, and deep ones much time; both are counted before the parser sees them. */
function assertModest(buffer: Buffer): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < buffer.length; at += 1) {
    switch (buffer[at]) {
      case QUOTE:
        at = endOfString(buffer, at + 1);
        break;
      case OPEN_LIST: case OPEN_OBJECT:
        depth += 1;
        values += 1;
        break;
      case CLOSE_LIST: case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        values += 1;
        break;
      default:
    }
    if (depth > limits.http.nestingMax) throw serialization("The document is nested too deeply.");
    if (values > limits.http.documentValuesMax) throw serialization("The document has too many values.");
  }
}

/** Where the closing quote is; the end of the document when there is none, which the parser will refuse. */
function endOfString(buffer: Buffer, start: number): number {
  let at = start;
  for (let walked = 0; at < buffer.length; at += 1, walked += 1) {
    if (buffer[at] === BACKSLASH) at += 1;
    else if (buffer[at] === QUOTE) return at;
    else if (walked > WALKED_BYTES) {
      // Base64 of many megabytes has no escapes: one search finds its end.
      const quote = buffer.indexOf(QUOTE, at);
      const escape = buffer.subarray(at, quote === -1 ? buffer.length : quote).indexOf(BACKSLASH);
      if (escape === -1) return quote === -1 ? buffer.length : quote;
      at += escape - 1;
      walked = 0;
    }
  }
  return at;
}

export function printJson(tree: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(tree), "utf8");
}
