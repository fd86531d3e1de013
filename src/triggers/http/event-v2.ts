// An HTTP request as the event a function gets: payload format 2.0, of function URLs and HTTP APIs.
import { isUtf8 } from "node:buffer";

/** What of a request becomes the event. */
export interface HttpFacts {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly rawPath: string;
  /** Without `?`. */
  readonly rawQuery: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly secure: boolean;
  readonly sourceIp: string;
}

export interface EventFacts {
  /** The address's or API's id; also the domain prefix. */
  readonly apiId: string;
  /** `anonymous` when nobody had to say who they are. */
  readonly accountId: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly timeMs: number;
  readonly authorizer?: unknown;
}

/** The event, ready for JSON: what is absent is left out, not null. */
export function eventV2(request: HttpFacts, body: Uint8Array, facts: EventFacts): unknown {
  const { headers, cookies } = readHeaders(request);
  const forwarded = headers.get("x-forwarded-for");
  headers.set("x-forwarded-for", forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`);
  headers.set("x-forwarded-proto", request.secure ? "https" : "http");
  headers.set("x-forwarded-port", /:(\d+)$/.exec(request.host)?.[1] ?? (request.secure ? "443" : "80"));
  headers.set("x-amzn-trace-id", facts.traceId);
  const query = request.rawQuery === "" ? undefined : joined(new URLSearchParams(request.rawQuery));
  const userAgent = headers.get("user-agent");
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: request.rawPath,
    rawQueryString: request.rawQuery,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: Object.fromEntries(headers),
    ...(query && query.size > 0 ? { queryStringParameters: Object.fromEntries(query) } : {}),
    requestContext: {
      accountId: facts.accountId,
      apiId: facts.apiId,
      ...(facts.authorizer === undefined ? {} : { authorizer: facts.authorizer }),
      domainName: request.host,
      domainPrefix: facts.apiId,
      http: { method: request.method, path: request.rawPath, protocol: "HTTP/1.1", sourceIp: request.sourceIp, ...(userAgent === undefined ? {} : { userAgent }) },
      requestId: facts.requestId,
      routeKey: "$default",
      stage: "$default",
      time: commonLogTime(facts.timeMs),
      timeEpoch: facts.timeMs,
    },
    ...bodyMembers(body, headers.get("content-type")),
  };
}

/** They belong to one connection, not to the request. */
const hopByHop: ReadonlySet<string> = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Lower-case names; a repeated header's values joined by commas; cookies for themselves. */
function readHeaders({ rawHeaders, host }: HttpFacts): { readonly headers: Map<string, string>; readonly cookies: readonly string[] } {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    if (name === "cookie") cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ""));
    else if (!name.startsWith(":") && !hopByHop.has(name)) join(headers, name, value);
  }
  headers.set("host", host);
  return { headers, cookies };
}

function joined(pairs: Iterable<readonly [string, string]>): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of pairs) join(all, name, value);
  return all;
}

function join(all: Map<string, string>, name: string, value: string): void {
  const before = all.get(name);
  all.set(name, before === undefined ? value : `${before},${value}`);
}

/** Text stays text only when its type says that it is text, and it is. */
function bodyMembers(body: Uint8Array, contentType: string | undefined): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const isText = contentType !== undefined && /^text\/|json|xml|javascript/i.test(contentType) && isUtf8(bytes);
  return isText ? { body: bytes.toString("utf8"), isBase64Encoded: false } : { body: bytes.toString("base64"), isBase64Encoded: true };
}

/** `12/Mar/2020:19:03:58 +0000`; the same for all events of a second. */
function commonLogTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== told.second) told = { second, text: logTimeOf(ms) };
  return told.text;
}

let told = { second: Number.NaN, text: "" };

function logTimeOf(ms: number): string {
  // `Thu, 12 Mar 2020 19:03:58 GMT`
  const utc = new Date(ms).toUTCString();
  return `${utc.slice(5, 7)}/${utc.slice(8, 11)}/${utc.slice(12, 16)}:${utc.slice(17, 25)} +0000`;
}
