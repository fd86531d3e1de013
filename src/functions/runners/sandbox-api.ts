// The HTTP endpoint that a program finds at AWS_LAMBDA_RUNTIME_API: one small server per instance on a random port of the loopback.
// The network is shared with other sandboxes of this machine: what keeps them out is that the port is unknown to them and that a
// request id or an extension's identifier is needed to act; a program that scans ports could still take an event. A network of its own
// per sandbox closes that.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Official clients send a stack trace of up to 1 MiB in a header. */
const HEAD_BYTES_MAX = 2 * 1024 * 1024;

/** Takes a request, or answers undefined: it is somebody else's. `path` is without the query. */
export type Route = (method: string, path: string, request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

export interface SandboxApi extends AsyncDisposable {
  /** `host:port` */
  readonly address: string;
  /** Asked in order. */
  use(route: Route): void;
  /** Called with what is no HTTP, or half of it, from a client that still listens. */
  onTruncated(listener: (socket: Duplex) => void): void;
  /** Resolves when no client is connected. */
  unconnected(): Promise<void>;
}

export async function openSandboxApi(): Promise<SandboxApi> {
  const routes: Route[] = [];
  const sockets = new Set<Socket>();
  let truncated: (socket: Duplex) => void = (socket) => socket.destroy();
  let whenUnconnected: (() => void) | undefined;
  // Not by an import, which would load all of the module, a WebSocket client too, when the server starts.
  const server = process.getBuiltinModule("node:http").createServer({ maxHeaderSize: HEAD_BYTES_MAX, keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true, connectionsCheckingInterval: CHECKING_MS }, (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    for (const route of routes) {
      const taken = route(request.method ?? "", path, request, response);
      if (taken) return void taken.catch(() => response.destroy());
    }
    request.resume();
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("404 page not found\n");
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) whenUnconnected?.();
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) socket.destroy();
    else if (error.code === "HPE_HEADER_OVERFLOW") socket.end("HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n431 Request Header Fields Too Large");
    else truncated(socket);
  });
  await listening(server);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (route) => void routes.push(route),
    onTruncated: (listener) => {
      truncated = listener;
    },
    unconnected: () =>
      new Promise((resolve) => {
        whenUnconnected = resolve;
        if (sockets.size === 0) resolve();
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Ours: no deadline is checked on these connections; Node would wake every 30 seconds for each server all the same. */
const CHECKING_MS = 2 ** 31 - 1;

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
}

/** Answers with a JSON value. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)), ...headers }).end(body);
}

/** Every error of these APIs has this form. */
export function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  sendJson(response, status, { errorMessage, errorType });
}
