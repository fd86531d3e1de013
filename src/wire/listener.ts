// One TCP port for everything: HTTP/1.1, HTTP/2 without and with TLS, told apart by a connection's first bytes.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import type { Duplex } from "node:stream";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { Clock } from "../kernel/clock.ts";
import { limits } from "../kernel/limits.ts";
import { openBursts } from "./bursts.ts";
import type { Door } from "./door.ts";
import { type Connection, type ExchangeContext, type Incoming, type Outgoing, serveExchange, type WireLog } from "./exchange.ts";
import { type FirstBytes, peek } from "./first-bytes.ts";
import { openPlainConnections } from "./plain/connections.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Certificate and key (or an SNICallback): the port then also answers TLS. */
  readonly tls?: TlsOptions;
  /** Asked in this order; the first that claims a request serves it. */
  readonly doors: readonly Door[];
  readonly clock: Clock;
  readonly logger?: WireLog;
  /** A connection that has not sent a whole head by then is closed with 408. Default `limits.http.headTimeoutMs`. */
  readonly headTimeoutMs?: number;
  /** Silence within a body that ends the request. Default as `headTimeoutMs`. */
  readonly bodyIdleMs?: number;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets running requests finish for at most `graceMs`, then cuts what is left. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** Keep-alive longer than clients keep theirs (the SDKs: 50 to 60 s), so that it is the client who lets go of an idle connection. */
const keepAliveMs = 75_000;
const lingerMs = 10_000;
const silent: WireLog = { error: () => {} };

/** Rejects with the original error when the port can not be had (`EADDRINUSE`, `EACCES`). */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const headTimeoutMs = options.headTimeoutMs ?? limits.http.headTimeoutMs;
  let closing = false;
  const context: ExchangeContext = {
    doors: options.doors,
    clock: options.clock,
    log: options.logger ?? silent,
    bursts: openBursts(),
    bodyIdleMs: options.bodyIdleMs ?? headTimeoutMs,
    lingerMs,
    closing: () => closing,
  };
  const http1 = makeHttp1(context, headTimeoutMs);
  let http2: Http2Side | undefined;
  const tls = options.tls ? process.getBuiltinModule("node:tls").createServer({ handshakeTimeout: headTimeoutMs, ...options.tls, ALPNProtocols: ["h2", "http/1.1"] }) : undefined;
  const sockets = new Set<Socket>();
  const waiting = new Set<Socket>();

  // The h1 server owns the port, so that its own timeouts and idle tracking work; its connection listener stands behind the peek.
  const [serveHttp1] = http1.listeners("connection") as ((this: Server, socket: Duplex) => void)[];
  if (!serveHttp1) throw new Error("bug: node:http has no connection listener");
  http1.removeAllListeners("connection");
  const plain = openPlainConnections({
    clock: options.clock, bodyIdleMs: context.bodyIdleMs, keepAliveMs,
    serve: (request, answer, socket) => void serveExchange(request, answer, connectionOf(socket, false), context),
    handOver: (socket) => serveHttp1.call(http1, socket),
  });
  const serve: Record<FirstBytes, (socket: Socket) => void> = {
    http1: (socket) => plain.take(socket),
    http2: (socket) => {
      // The h1 server's sockets stay half-open for its own handling of a client's end; an h2 session would wait on one for ever.
      socket.allowHalfOpen = false;
      // Made for the first client that speaks it: it costs as much memory and start-up time as all the rest of the listener.
      http2 ??= makeHttp2(context);
      http2.server.emit("connection", socket);
    },
    tls: (socket) => void (tls ? tls.emit("connection", socket) : socket.destroy()),
  };
  tls?.on("secureConnection", (socket: TLSSocket) => serve[socket.alpnProtocol === "h2" ? "http2" : "http1"](socket));
  tls?.on("tlsClientError", (_error: Error, socket: TLSSocket) => socket.destroy());
  http1.on("connection", (socket: Socket) => {
    sockets.add(socket);
    waiting.add(socket);
    socket.on("error", ignore).once("close", () => {
      sockets.delete(socket);
      waiting.delete(socket);
    });
    const giveUp = (): void => void socket.destroy();
    const cancel = options.clock.after(headTimeoutMs, giveUp);
    socket.once("end", giveUp);
    peek(socket, (kind) => {
      cancel();
      socket.off("end", giveUp);
      waiting.delete(socket);
      serve[kind](socket);
    });
    socket.once("close", cancel);
  });

  await new Promise<void>((resolve, reject) => {
    http1.once("error", reject);
    http1.listen({ host: options.host, port: options.port }, () => {
      http1.off("error", reject);
      resolve();
    });
  });
  http1.on("error", (error) => context.log.error({ err: error }, "The listening socket failed"));
  const { port } = http1.address() as AddressInfo;
  return {
    host: options.host,
    port,
    close: async (graceMs) => {
      closing = true;
      const closed = new Promise<void>((resolve) => http1.close(() => resolve()));
      for (const socket of waiting) socket.destroy();
      for (const session of http2?.sessions ?? []) session.close();
      http1.closeIdleConnections();
      plain.close();
      const cancel = options.clock.after(graceMs, () => {
        for (const socket of sockets) socket.destroy();
      });
      await closed;
      cancel();
    },
  };
}

function makeHttp1(context: ExchangeContext, headTimeoutMs: number): Server {
  // Not by `import`, which reads every export and so loads node's WebSocket client with its 20 ms.
  const server = process.getBuiltinModule("node:http").createServer({
    maxHeaderSize: limits.http.headBytesMax,
    headersTimeout: headTimeoutMs,
    // A 5 GB upload takes as long as it takes; silence within a body is watched where the body is read.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(10, Math.min(headTimeoutMs / 2, 5000)),
    keepAliveTimeout: keepAliveMs,
    noDelay: true,
  });
  server.maxHeadersCount = 0;
  const serve = (expectsContinue: boolean) => (incoming: IncomingMessage, outgoing: ServerResponse) =>
    void serveExchange(incoming, outgoing, connectionOf(incoming.socket, expectsContinue), context);
  server.on("request", serve(false));
  server.on("checkContinue", serve(true));
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => endRaw(socket, 501, connectRefusal, context.clock));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "HPE_HEADER_OVERFLOW") endRaw(socket, 431, `The request head is larger than ${limits.http.headBytesMax} bytes.`, context.clock);
    else if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") endRaw(socket, 408, "The request did not arrive in time.", context.clock);
    else endRaw(socket, 400, "This is not an HTTP request that can be understood.", context.clock);
  });
  return server;
}

const connectRefusal = "CONNECT is not implemented yet by Fugaz: point the client at this address itself (AWS_ENDPOINT_URL).";

interface Http2Side {
  readonly server: Http2Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
}

function makeHttp2(context: ExchangeContext): Http2Side {
  const server = process.getBuiltinModule("node:http2").createServer({
    settings: { initialWindowSize: 1024 * 1024, maxHeaderListSize: limits.http.headBytesMax, maxConcurrentStreams: 1000 },
    maxSessionMemory: 64,
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.setLocalWindowSize(4 * 1024 * 1024);
    // Not session.setTimeout: Node never takes that timer back, and it would hold a session that closed at once, as some clients do after each call.
    let streams = 0;
    const close = (): void => session.close();
    let cancel = context.clock.after(keepAliveMs, close);
    session.on("stream", (stream) => {
      streams++;
      cancel();
      stream.once("close", () => {
        if (--streams === 0 && !session.closed) cancel = context.clock.after(keepAliveMs, close);
      });
    });
    session.once("close", () => {
      cancel();
      sessions.delete(session);
    });
  });
  const serve = (expectsContinue: boolean) => (incoming: Http2ServerRequest, outgoing: Http2ServerResponse) =>
    void serveExchange(incoming, outgoing, connectionOf(incoming.stream.session?.socket as Socket, expectsContinue), context);
  server.on("request", serve(false));
  server.on("checkContinue", serve(true));
  server.on("connect", (_request: Incoming, outgoing: Outgoing) => {
    outgoing.writeHead(501, { "content-type": "text/plain; charset=utf-8" });
    outgoing.end(`${connectRefusal}\n`);
  });
  server.on("sessionError", ignore);
  return { server, sessions };
}

const connectionOf = (socket: Socket, expectsContinue: boolean): Connection => ({ socket, secure: "encrypted" in socket, expectsContinue });

const reasons: Readonly<Record<number, string>> = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large", 501: "Not Implemented" };

/** Answers on a connection whose HTTP is broken (or no longer HTTP), then closes it; unread bytes are discarded so that the answer arrives. */
function endRaw(socket: Duplex, status: number, sentence: string, clock: Clock): void {
  if (!socket.writable || socket.writableEnded) {
    socket.destroy();
    return;
  }
  const body = `${sentence}\n`;
  socket.removeAllListeners("data");
  socket.on("data", ignore).on("error", ignore);
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const cancel = clock.after(1000, () => socket.destroy());
  socket.once("close", cancel);
}

function ignore(): void {}
