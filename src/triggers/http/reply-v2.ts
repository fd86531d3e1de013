// What a function returns as the HTTP response it means: payload format 2.0, of function URLs and HTTP APIs.

export interface HttpHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export interface HttpAnswer extends HttpHead {
  readonly body: Uint8Array | string;
}

type Loose = Readonly<Record<string, unknown>>;

/**
 * Of a whole payload: an object with a statusCode is a response; anything else is the body of one, a string without its quotes.
 * Undefined when the response can not be sent: a status or header that is none.
 */
export function answerV2(payload: Uint8Array): HttpAnswer | undefined {
  const value = parsed(payload);
  if (typeof value === "string") return { ...plainHead, body: value };
  if (typeof value !== "object" || value === null || !("statusCode" in value)) return { ...plainHead, body: payload };
  const head = headV2(value, "application/json");
  return head && { ...head, body: bodyOf(value as Loose) };
}

const plainHead: HttpHead = { status: 200, headers: { "content-type": "application/json" } };

/** Of an object with statusCode, headers and cookies, whole or before a stream; undefined when it can not be sent. */
export function headV2(value: unknown, contentType: string): HttpHead | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { statusCode = 200, headers, cookies } = value as Loose;
  const status = typeof statusCode === "string" && /^\d{3}$/.test(statusCode) ? Number(statusCode) : statusCode;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const sent = new Map<string, string | readonly string[]>([["content-type", contentType]]);
  for (const [name, given] of Object.entries((headers ?? {}) as object)) {
    const key = name.toLowerCase();
    if (given === undefined || given === null || ownHeaders.has(key)) continue;
    const text = headerText(given);
    if (text === undefined || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key)) return undefined;
    sent.set(key, text);
  }
  if (Array.isArray(cookies) && cookies.length > 0) {
    const texts = cookies.map(headerText);
    if (texts.includes(undefined)) return undefined;
    const before = sent.get("set-cookie");
    sent.set("set-cookie", [...(typeof before === "string" ? [before] : []), ...texts.filter((text) => text !== undefined)]);
  }
  return { status, headers: Object.fromEntries(sent) };
}

/** How the bytes travel is ours to say: a function that is wrong about it would break the connection. */
const ownHeaders: ReadonlySet<string> = new Set(["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Header bytes are UTF-8, which on this side is latin-1 of the same bytes. Undefined for what no header may hold. */
function headerText(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.map(String).join(",") : typeof value === "object" ? undefined : String(value);
  // eslint-disable-next-line no-control-regex
  if (text === undefined || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) return undefined;
  return Buffer.from(text, "utf8").toString("latin1");
}

function bodyOf({ body, isBase64Encoded }: Loose): Uint8Array | string {
  if (body === undefined || body === null) return "";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return isBase64Encoded === true ? Buffer.from(text, "base64") : text;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
