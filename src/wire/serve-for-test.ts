// A listener with one door for tests, and clients plain enough to misbehave: raw sockets and one-shot requests.
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach } from "vitest";
import { systemClock } from "../main/system-clock.ts";
import type { HttpReply, HttpRequest } from "./door.ts";
import { type Listener, type ListenerOptions, startListener } from "./listener.ts";

export type Handle = (request: HttpRequest) => Promise<HttpReply> | HttpReply;

export interface TestListener extends Listener {
  /** The messages this listener logged. */
  readonly logged: readonly string[];
}

/** Starts a listener on a free port whose only door is `handle`. */
export async function serve(handle: Handle, options: Partial<ListenerOptions> = {}): Promise<TestListener> {
  const logged: string[] = [];
  const logger = { error: (_fields: object, message: string): void => void logged.push(message) };
  const door = { name: "test", claims: () => true, handle: async (request: HttpRequest) => handle(request) };
  const listener = await startListener({ host: "127.0.0.1", port: 0, doors: [door], clock: systemClock, logger, ...options });
  return { ...listener, logged };
}

/** `serve` for a test file: what it starts is closed after each test. */
export function servesForTests(): typeof serve {
  const open: Listener[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((listener) => listener.close(0)));
  });
  return async (handle, options) => {
    const listener = await serve(handle, options);
    open.push(listener);
    return listener;
  };
}

export const say = (words: string): HttpReply => ({ status: 200, headers: { "x-test": "1" }, body: Buffer.from(words) });

/** Sends the parts one by one and resolves with all that comes back until the server closes. */
export async function raw(listener: Listener, ...parts: readonly string[]): Promise<string> {
  const socket = connectTcp({ port: listener.port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const all = text(socket);
  for (const part of parts) {
    socket.write(part, "latin1");
    await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

/** Reads until `words` have come; resolves with everything read so far. */
export async function until(socket: Socket, words: string): Promise<string> {
  let seen = "";
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    seen += String(chunk);
    if (seen.includes(words)) return seen;
  }
  throw new Error(`closed after ${seen}`);
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** One request on its own connection. */
export async function ask(listener: Listener, path: string, { method = "GET", headers = {}, body }: Ask = {}): Promise<{ reply: IncomingMessage; body: string }> {
  const outgoing = httpRequest({ port: listener.port, host: "127.0.0.1", path, method, headers, agent: false });
  outgoing.end(body);
  const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
  return { reply, body: await text(reply) };
}
