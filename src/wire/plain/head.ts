// The head of a plain request: what nearly all clients send nearly always, read in one go.
//
// What is plain is a narrow part of HTTP/1.1, so narrow that nothing in it can be understood in two ways: everything else (chunked or long bodies,
// `Expect`, repeated headers, rare methods, whatever is wrong) is left to Node's server, which also knows what to answer. So this reader refuses nothing.

export interface PlainHead {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** The client wants the connection to end after the answer. */
  readonly lastOne: boolean;
  /** Of the head itself, its empty line included. */
  readonly headBytes: number;
  readonly bodyBytes: number;
}

/** Ours: longer heads and bodies are no longer what this is for. */
const HEAD_BYTES_MAX = 16 * 1024;
export const PLAIN_BODY_BYTES_MAX = 64 * 1024;

const START = /^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (\/[!-~]*) HTTP\/1\.1$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Printable, with spaces and tabs within. */
const VALUE = /^[\x20-\x7e\x80-\xff\t]*$/;
const LENGTH = /^\d{1,5}$/;

/** The plain request that begins with these bytes; undefined when it is none, or its head is not whole. */
export function readPlainHead(bytes: Buffer): PlainHead | undefined {
  const text = bytes.toString("latin1", 0, HEAD_BYTES_MAX);
  const end = text.indexOf("\r\n\r\n");
  const startEnd = text.indexOf("\r\n");
  const start = end < 0 ? null : START.exec(text.slice(0, startEnd));
  const [, method, url] = start ?? [];
  if (method === undefined || url === undefined) return undefined;
  const headers: Record<string, string> = {};
  const rawHeaders: string[] = [];
  for (let at = startEnd + 2; at < end + 2;) {
    const lineEnd = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon > lineEnd) return undefined;
    const name = text.slice(at, colon);
    const value = trimmed(text, colon + 1, lineEnd);
    const key = name.toLowerCase();
    if (!NAME.test(name) || !VALUE.test(value) || key in headers) return undefined;
    headers[key] = value;
    rawHeaders.push(name, value);
    at = lineEnd + 2;
  }
  const length = headers["content-length"] ?? "0";
  const connection = headers["connection"]?.toLowerCase();
  if (headers["host"] === undefined || !LENGTH.test(length) || Number(length) > PLAIN_BODY_BYTES_MAX) return undefined;
  if (headers["transfer-encoding"] !== undefined || headers["expect"] !== undefined || headers["upgrade"] !== undefined) return undefined;
  if (connection !== undefined && connection !== "keep-alive" && connection !== "close") return undefined;
  return { method, url, headers, rawHeaders, lastOne: connection === "close", headBytes: end + 4, bodyBytes: Number(length) };
}

/** Without the blanks at both ends. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
