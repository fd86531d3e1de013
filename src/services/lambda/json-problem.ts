// Says what is wrong with a JSON text in the sentences of the original's parser, which people search the web for.

const EXPECTED_VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";

interface Scan {
  readonly bytes: Uint8Array;
  at: number;
  readonly open: { readonly kind: "Object" | "Array"; readonly at: number }[];
}

/** The sentence for a text that is already known not to be JSON (or not UTF-8), with its place. */
export function jsonProblem(bytes: Uint8Array): string {
  const scan: Scan = { bytes, at: 0, open: [] };
  try {
    document(scan);
  } catch (problem) {
    if (problem instanceof Problem) return `${problem.message}\n at ${source(bytes, problem.at)}`;
    throw problem;
  }
  return "The payload is not valid JSON";
}

class Problem extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

function document(scan: Scan): void {
  skipSpace(scan);
  if (scan.at >= scan.bytes.length) throw new Problem("No content to map due to end-of-input", scan.at);
  do value(scan);
  while (scan.open.length > 0 && nextInside(scan));
  skipSpace(scan);
  if (scan.at < scan.bytes.length) throw unexpected(scan, "expected end-of-input");
}

/** One value; objects and arrays that begin here stay open and are closed by `nextInside`. Never recurses: hostile texts nest deeply. */
function value(scan: Scan): void {
  for (;;) {
    skipSpace(scan);
    const byte = byteAt(scan);
    if (byte !== "{" && byte !== "[") return scalar(scan, byte);
    scan.open.push({ kind: byte === "{" ? "Object" : "Array", at: scan.at++ });
    skipSpace(scan);
    if (byteAt(scan) === (byte === "{" ? "}" : "]")) return closeInner(scan);
    if (byte === "{") name(scan);
  }
}

function scalar(scan: Scan, byte: string): void {
  if (byte === '"') return text(scan);
  if (/[-0-9]/.test(byte)) return number(scan);
  if (/[a-zA-Z_$]/.test(byte)) return token(scan);
  throw unexpected(scan, `expected a valid value (${EXPECTED_VALUE})`);
}

/** After a value inside an object or array: closes what ends here; true when another value is to come. */
function nextInside(scan: Scan): boolean {
  for (let inner = scan.open.at(-1); inner; inner = scan.open.at(-1)) {
    skipSpace(scan);
    const byte = byteAt(scan);
    if (byte === (inner.kind === "Object" ? "}" : "]")) {
      closeInner(scan);
      continue;
    }
    if (byte !== ",") throw unexpected(scan, `was expecting comma to separate ${inner.kind} entries`);
    scan.at++;
    if (inner.kind === "Object") name(scan);
    return true;
  }
  return false;
}

function closeInner(scan: Scan): void {
  scan.at++;
  scan.open.pop();
}

function name(scan: Scan): void {
  skipSpace(scan);
  if (byteAt(scan) !== '"') throw unexpected(scan, "was expecting double-quote to start field name");
  text(scan);
  skipSpace(scan);
  if (byteAt(scan) !== ":") throw unexpected(scan, "was expecting a colon to separate field name and value");
  scan.at++;
}

function text(scan: Scan): void {
  scan.at++;
  for (;;) {
    const byte = scan.bytes[scan.at];
    if (byte === undefined) throw new Problem("Unexpected end-of-input: was expecting closing quote for a string value", scan.at);
    if (byte === 0x22) break;
    if (byte < 0x20) throw new Problem(`Illegal unquoted character (${named(byte)}): has to be escaped using backslash to be included in string value`, scan.at);
    if (byte === 0x5c) escape(scan);
    else character(scan);
  }
  scan.at++;
}

function escape(scan: Scan): void {
  scan.at++;
  const byte = scan.bytes[scan.at] ?? 0;
  if (!/["\\/bfnrtu]/.test(String.fromCharCode(byte))) throw new Problem(`Unrecognized character escape ${named(byte)}`, scan.at);
  scan.at++;
  if (byte !== 0x75) return;
  for (const end = scan.at + 4; scan.at < end; scan.at++) {
    const digit = scan.bytes[scan.at] ?? 0;
    if (!/[0-9a-fA-F]/.test(String.fromCharCode(digit))) throw new Problem(`Unexpected character (${named(digit)}): expected a hex-digit for character escape sequence`, scan.at);
  }
}

/** Steps over one UTF-8 character. */
function character(scan: Scan): void {
  const first = scan.bytes[scan.at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  // The original counts the byte as read before it complains.
  if (length === 0) throw new Problem(`Invalid UTF-8 start byte 0x${first.toString(16)}`, scan.at + 1);
  for (let step = 1; step < length; step++) {
    const byte = scan.bytes[scan.at + step];
    if (byte === undefined || (byte & 0xc0) !== 0x80) throw new Problem(`Invalid UTF-8 middle byte 0x${(byte ?? 0).toString(16)}`, scan.at + step + 1);
  }
  scan.at += length;
}

function token(scan: Scan): void {
  const start = scan.at;
  while (/[a-zA-Z0-9_$\u0080-\u00ff]/.test(byteAt(scan))) character(scan);
  const word = Buffer.from(scan.bytes.subarray(start, scan.at)).toString();
  if (word !== "null" && word !== "true" && word !== "false") throw new Problem(`Unrecognized token '${word.slice(0, 256)}': was expecting (${EXPECTED_VALUE})`, scan.at);
}

function number(scan: Scan): void {
  const start = scan.at;
  while (/[-+.0-9eE]/.test(byteAt(scan))) scan.at++;
  const digits = Buffer.from(scan.bytes.subarray(start, scan.at)).toString();
  if (/^-?0\d/.test(digits)) throw new Problem("Invalid numeric value: Leading zeroes not allowed", start + 1);
  if (!/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(digits)) throw new Problem(`Unexpected character in numeric value '${digits.slice(0, 256)}'`, scan.at);
}

function skipSpace(scan: Scan): void {
  while (/[ \t\r\n]/.test(byteAt(scan))) scan.at++;
}

/** One character for one byte; empty at the end. */
function byteAt(scan: Scan): string {
  const byte = scan.bytes[scan.at];
  return byte === undefined ? "" : String.fromCharCode(byte);
}

function unexpected(scan: Scan, expectation: string): Problem {
  const byte = scan.bytes[scan.at];
  if (byte !== undefined) return new Problem(`Unexpected character (${named(byte)}): ${expectation}`, scan.at);
  const inner = scan.open.at(-1);
  if (!inner) return new Problem("Unexpected end-of-input", scan.at);
  return new Problem(`Unexpected end-of-input: expected close marker for ${inner.kind} (start marker at ${source(scan.bytes, inner.at)})`, scan.at);
}

const named = (byte: number): string => (byte < 0x20 || (byte >= 0x7f && byte < 0xa0) ? `(CTRL-CHAR, code ${byte})` : `'${String.fromCharCode(byte)}' (code ${byte})`);

function source(bytes: Uint8Array, at: number): string {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < at && index < bytes.length; index++) {
    if (bytes[index] !== 0x0a) continue;
    line++;
    lineStart = index + 1;
  }
  return `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${at - lineStart + 1}]`;
}
