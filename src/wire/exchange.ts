// One request and its answer on a connection: node's h1 and h2 objects or our plain ones in, the doors' HttpRequest and HttpReply out.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { pipeline, Readable, type Writable } from "node:stream";
import type { Clock } from "../kernel/clock.ts";
import type { Bursts } from "./bursts.ts";
import type { Door, HttpReply, HttpRequest } from "./door.ts";
import type { PlainAnswer } from "./plain/answer.ts";
import type { PlainRequest } from "./plain/connections.ts";
import { readShortBody, RequestBody, type RequestBodyOptions } from "./request-body.ts";

/** What h1's IncomingMessage and h2's Http2ServerRequest have in common. */
export interface Incoming extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly httpVersionMajor: number;
  readonly complete: boolean;
}

/** What h1's ServerResponse and h2's Http2ServerResponse have in common. */
export interface Outgoing extends Writable {
  readonly headersSent: boolean;
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  writeContinue(): void;
  /** HTTP/2 sends a head when it is written. */
  flushHeaders?(): void;
}

/** Where bugs and failures are told to the operator; pino's loggers fit. */
export interface WireLog {
  error(fields: object, message: string): void;
}

export interface ExchangeContext {
  readonly doors: readonly Door[];
  readonly clock: Clock;
  readonly log: WireLog;
  readonly bursts: Bursts;
  readonly bodyIdleMs: number;
  /** How long an unread body is discarded after the answer before the connection is cut. */
  readonly lingerMs: number;
  /** True once the listener is closing: answers ask the client to close. */
  readonly closing: () => boolean;
}

export interface Connection {
  readonly socket: Socket;
  readonly secure: boolean;
  /** True when the client waits for `100 Continue`. */
  readonly expectsContinue: boolean;
}

/** Up to here copying a reply costs less than a second buffer in the system call. */
const oneWriteBytesMax = 16 * 1024;

/** Longer bodies come in several packets anyway. */
const SHORT_BODY_BYTES_MAX = 64 * 1024;

/** Serves one request; never rejects. */
export async function serveExchange(incoming: Incoming | PlainRequest, outgoing: Outgoing | PlainAnswer, connection: Connection, context: ExchangeContext): Promise<void> {
  const exchange = new Exchange(incoming, outgoing, connection, context);
  context.bursts.begin();
  try {
    const door = context.doors.find((candidate) => candidate.claims(exchange));
    exchange.send(door ? await door.handle(exchange) : plainReply(404, "No door of this server serves this address."));
  } catch (error) {
    exchange.fail(error);
  } finally {
    context.bursts.end();
  }
}

/** A short answer for those who speak no protocol of ours. */
function plainReply(status: number, sentence: string): HttpReply {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: Buffer.from(`${sentence}\n`) };
}

class Exchange implements HttpRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly secure: boolean;
  readonly sourceIp: string;
  readonly #incoming: Incoming | PlainRequest;
  readonly #outgoing: Outgoing | PlainAnswer;
  readonly #connection: Connection;
  readonly #context: ExchangeContext;
  #body: RequestBody | undefined;
  #controller: AbortController | undefined;
  #continueSent = false;
  #bodyRead = false;

  constructor(incoming: Incoming | PlainRequest, outgoing: Outgoing | PlainAnswer, connection: Connection, context: ExchangeContext) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#connection = connection;
    this.#context = context;
    if (!("whole" in incoming)) incoming.on("error", ignore);
    outgoing.on("error", ignore);
    const target = readTarget(incoming);
    const { secure, socket } = connection;
    this.method = incoming.method ?? "GET";
    this.rawPath = target.path;
    this.rawQuery = target.query;
    this.headers = target.headers;
    this.rawHeaders = incoming.rawHeaders;
    this.host = target.host;
    this.secure = secure;
    // Asked now: a closed socket has forgotten it.
    this.sourceIp = plainIp(socket.remoteAddress);
  }

  get endpoint(): string {
    const { localAddress = "127.0.0.1", localPort = 0 } = this.#connection.socket;
    return `${this.secure ? "https" : "http"}://${this.host === "" ? `${localAddress}:${localPort}` : this.host}`;
  }

  get body(): RequestBody {
    const incoming = this.#incoming;
    return (this.#body ??= new RequestBody("whole" in incoming ? Readable.from(incoming.whole.byteLength === 0 ? [] : [incoming.whole]) : incoming, this.#bodyOptions()));
  }

  get signal(): AbortSignal {
    return (this.#controller ??= abortOnLoss(this.#outgoing)).signal;
  }

  shortBody(bytes: number): Promise<Uint8Array> | undefined {
    // HTTP/2 does not hold a client to the length it announced.
    const incoming = this.#incoming;
    if (this.#body || bytes > SHORT_BODY_BYTES_MAX || incoming.httpVersionMajor !== 1) return undefined;
    return "whole" in incoming ? Promise.resolve(incoming.whole) : readShortBody(incoming, bytes, this.#bodyOptions());
  }

  #bodyOptions(): RequestBodyOptions {
    const { clock, bodyIdleMs } = this.#context;
    const outgoing = this.#outgoing;
    const beforeFirstRead = this.#connection.expectsContinue
      ? () => {
          this.#continueSent = true;
          if (!("sink" in outgoing) && !outgoing.headersSent && !outgoing.destroyed) outgoing.writeContinue();
        }
      : undefined;
    return { clock, idleMs: bodyIdleMs, beforeFirstRead, afterLastRead: () => (this.#bodyRead = true) };
  }

  send(reply: HttpReply): void {
    this.#context.bursts.send(() => {
      try {
        this.#sendNow(reply);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  #sendNow(reply: HttpReply): void {
    const outgoing = this.#outgoing;
    const body = reply.body;
    const streaming = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
    if (outgoing.destroyed || this.#connection.socket.destroyed) {
      if (streaming) body.destroy();
      return;
    }
    const headers: OutgoingHttpHeaders = { ...(reply.headers as OutgoingHttpHeaders) };
    const bodiless = reply.status === 204 || reply.status === 304 || reply.status < 200;
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : streaming ? 0 : (body?.byteLength ?? 0);
    if (!streaming && !bodiless) headers["content-length"] ??= bytes;
    if (this.#mustClose() && this.#incoming.httpVersionMajor === 1) headers["connection"] = "close";
    outgoing.writeHead(reply.status, headers);
    if (!this.#bodyRead && !this.#incoming.complete) this.#discardRest();
    if (body === undefined || bodiless || this.method === "HEAD") {
      outgoing.end();
      if (streaming) body.destroy();
    } else if (streaming) {
      if (reply.headAtOnce) outgoing.flushHeaders?.();
      this.#stream(body, headers["content-length"]);
    } else if (typeof body === "string") {
      // Node writes head and body with one system call, of characters that are bytes without looking at each.
      outgoing.end(body, bytes === body.length ? "latin1" : "utf8");
    } else if (bytes <= oneWriteBytesMax) {
      // As a latin1 string (byte for byte the same) node writes head and body with one system call instead of gathering two buffers.
      outgoing.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1"), "latin1");
    } else {
      outgoing.end(body);
    }
  }

  fail(error: unknown): void {
    this.#context.log.error({ err: error, method: this.method, path: this.#incoming.url }, "A door failed; this is a bug");
    if (this.#outgoing.headersSent) this.#outgoing.destroy();
    else this.#sendNow(plainReply(500, "Internal error. The server's log has the details."));
  }

  /** A client that was never told to continue may or may not send its body: after the answer the connection can not be trusted. */
  #mustClose(): boolean {
    return this.#context.closing() || (this.#connection.expectsContinue && !this.#continueSent);
  }

  #stream(body: Readable, declared: OutgoingHttpHeaders[string]): void {
    let sent = 0;
    if (declared !== undefined) body.on("data", (chunk: Uint8Array) => (sent += chunk.length));
    const outgoing = this.#outgoing;
    pipeline(body, "sink" in outgoing ? outgoing.sink() : outgoing, (error) => {
      const short = error === null || error === undefined ? declared !== undefined && sent !== Number(declared) : false;
      // The head is gone: cutting the connection is the only way left to say that the body is not whole.
      if (short) this.#outgoing.destroy();
      if (short || (error && !isDisconnect(error))) {
        this.#context.log.error({ err: error ?? undefined, method: this.method, path: this.rawPath, sent, declared }, "A reply's body broke off");
      }
    });
  }

  /** The answer came before the body's end: keep reading it for a while, so that the client gets to see the answer. */
  #discardRest(): void {
    const incoming = this.#incoming;
    if ("whole" in incoming) return;
    this.#outgoing.once("finish", () => {
      if (incoming.complete || incoming.destroyed) return;
      incoming.resume();
      const cancel = this.#context.clock.after(this.#context.lingerMs, () => incoming.destroy());
      incoming.once("close", cancel);
    });
  }
}

function abortOnLoss(outgoing: Outgoing | PlainAnswer): AbortController {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!outgoing.writableEnded) controller.abort(new Error("the client went away"));
  };
  if (outgoing.destroyed) onClose();
  else outgoing.once("close", onClose);
  return controller;
}

interface Target {
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

function readTarget(incoming: Incoming | PlainRequest): Target {
  let url = incoming.url ?? "/";
  let headers = incoming.headers as Record<string, string>;
  if (incoming.httpVersionMajor === 2) headers = withoutPseudoHeaders(headers);
  if (Array.isArray(headers["set-cookie"])) headers = { ...headers, "set-cookie": (headers["set-cookie"] as string[]).join(", ") };
  let host = headers["host"] ?? "";
  if (!url.startsWith("/")) {
    // Absolute form, as sent to proxies: its host counts more than the header's (RFC 9112, 3.2.2).
    const absolute = /^https?:\/\/([^/?]*)(.*)$/is.exec(url);
    if (absolute) {
      host = absolute[1] ?? "";
      const rest = absolute[2] ?? "";
      url = rest.startsWith("/") ? rest : `/${rest}`;
      headers = { ...headers, host };
    }
  }
  const mark = url.indexOf("?");
  return mark === -1 ? { path: url, query: "", host, headers } : { path: url.slice(0, mark), query: url.slice(mark + 1), host, headers };
}

function withoutPseudoHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(":") && value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const authority = headers[":authority"];
  if (typeof authority === "string") plain["host"] ??= authority;
  return plain;
}

const plainIp = (address: string | undefined): string => (address?.startsWith("::ffff:") ? address.slice(7) : (address ?? ""));

function isDisconnect(error: NodeJS.ErrnoException): boolean {
  return error.code === "ERR_STREAM_PREMATURE_CLOSE" || error.code === "ECONNRESET" || error.code === "EPIPE";
}

function ignore(): void {}
