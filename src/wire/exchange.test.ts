// Bodies in both directions: lazily asked for, slowed down by slow readers, given up halfway, cut when they break.
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { connect as connectTcp } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { HttpReply } from "./door.ts";
import { ask, raw, say, servesForTests, until } from "./serve-for-test.ts";

const serve = servesForTests();
/** A header sent twice is not plain: such a request is read by Node's server, and its door hears of it before its body is there. */
const twice = "X-A: 1\r\nX-A: 2\r\n";
const put = (length: number, more = ""): string => `PUT / HTTP/1.1\r\nHost: a\r\n${more}Content-Length: ${length}\r\n\r\n`;

describe("request bodies", () => {
  test("bodies of every method are read, with length and chunked", async () => {
    const listener = await serve(async (request) => say(await text(request.body)));
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect((await ask(listener, "/", { method, body: "abc", headers: { "content-length": "3" } })).body).toBe("abc");
      expect((await ask(listener, "/", { method, body: "abc", headers: { "transfer-encoding": "chunked" } })).body).toBe("abc");
    }
    expect((await ask(listener, "/")).body).toBe("");
  });

  test("100 Continue is sent when the door first reads the body", async () => {
    const { promise: gate, resolve: readNow } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const listener = await serve(async (request) => {
      arrive();
      await gate;
      return say(await text(request.body));
    });
    const socket = connectTcp(listener.port, "127.0.0.1");
    socket.write(put(5, "Expect: 100-continue\r\n"));
    await arrived;
    expect(socket.bytesRead).toBe(0);
    readNow();
    expect(await until(socket, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("hello");
    expect(await until(socket, "hello")).not.toMatch(/connection: close/i);
    socket.destroy();
  });

  test("a door that answers without reading sends no 100 and the connection closes", async () => {
    const listener = await serve(() => ({ status: 403, headers: {}, body: Buffer.from("no") }));
    const answer = await raw(listener, put(5, "Expect: 100-continue\r\n"));
    expect(answer).toMatch(/^HTTP\/1.1 403/);
    expect(answer).toMatch(/connection: close/i);
  });

  test("a short body needs no stream, in one packet or in several, and the next request on the connection is served", async () => {
    const listener = await serve(async (request) => say(`<${Buffer.from((await request.shortBody(Number(request.headers["content-length"]))) ?? []).toString()}>`));
    const answers = await raw(listener, `${put(5)}hello`, `${put(5)}wo`, "rld", put(3, "Connection: close\r\n"), "end");
    expect(answers.match(/<\w*>/g)).toEqual(["<hello>", "<world>", "<end>"]);
  });

  test("a short body is asked for with 100 Continue, and refused when the client falls silent or leaves", async () => {
    const outcomes: unknown[] = [];
    const { promise: both, resolve: done } = Promise.withResolvers<void>();
    const listener = await serve(async (request) => {
      const outcome = await Promise.resolve(request.shortBody(5)).then((bytes) => Buffer.from(bytes ?? []).toString(), (error: { readonly code: string }) => error.code);
      outcomes.push(outcome);
      if (outcomes.length === 3) done();
      return say(outcome);
    }, { bodyIdleMs: 50 });
    const patient = connectTcp(listener.port, "127.0.0.1");
    patient.write(put(5, "Expect: 100-continue\r\n"));
    expect(await until(patient, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    patient.write("hello");
    expect(await until(patient, "hello")).not.toMatch(/connection: close/i);
    patient.destroy();
    const silent = connectTcp(listener.port, "127.0.0.1");
    silent.write(`${put(5, twice)}he`);
    expect(await until(silent, "RequestTimeout")).toContain("200");
    silent.destroy();
    const leaving = connectTcp(listener.port, "127.0.0.1");
    leaving.end(`${put(5, twice)}he`);
    await both;
    expect(outcomes).toEqual(["hello", "RequestTimeout", "IncompleteBody"]);
  });

  test("longer bodies, and those of HTTP/2, are left to the stream", async () => {
    const listener = await serve((request) => say(String(request.shortBody(request.rawPath === "/long" ? 65_537 : 1))));
    expect((await ask(listener, "/long", { method: "PUT", body: "x".repeat(65_537) })).body).toBe("undefined");
    const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
    const stream = session.request({ ":method": "PUT", "content-length": "1" });
    stream.end("x");
    expect(await text(stream)).toBe("undefined");
    session.destroy();
  });

  test("a body that nobody reads does not disturb the next request on the connection", async () => {
    const listener = await serve((request) => say(`answer to ${request.method}`));
    const answer = await raw(listener, put(200_000), "x".repeat(200_000), "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(answer).toContain("answer to PUT");
    expect(answer).toContain("answer to GET");
  });

  test("a door may give up in the middle of a body and still answer", async () => {
    const listener = await serve(async (request) => {
      await once(request.body, "data");
      request.body.destroy();
      return say("gave up");
    });
    expect((await ask(listener, "/", { method: "PUT", body: "x".repeat(3_000_000) })).body).toBe("gave up");
  });

  test("a slow reader slows the sender down instead of filling memory", async () => {
    const { promise: gate, resolve: readOn } = Promise.withResolvers<void>();
    const listener = await serve(async (request) => {
      let bytes = 0;
      for await (const chunk of request.body) {
        bytes += (chunk as Buffer).length;
        await gate;
      }
      return say(String(bytes));
    });
    const total = 64 * 1024 * 1024;
    let sent = 0;
    const source = new Readable({
      read() {
        sent += 1024 * 1024;
        this.push(sent > total ? null : Buffer.alloc(1024 * 1024));
      },
    });
    const outgoing = httpRequest({ port: listener.port, host: "127.0.0.1", method: "PUT", headers: { "content-length": String(total) }, agent: false });
    source.pipe(outgoing);
    let before = -1;
    await expect.poll(() => sent > 0 && sent === before || (before = sent, false), { interval: 100 }).toBe(true);
    expect(sent).toBeLessThan(total / 2);
    readOn();
    const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
    expect(await text(reply)).toBe(String(total));
  });

  test("a half-sent body ends in RequestTimeout for its reader, a lost client in IncompleteBody and an aborted signal", async () => {
    const seen: unknown[] = [];
    const listener = await serve(
      async (request) => {
        const { signal } = request;
        await text(request.body).catch((error: { code: string }) => seen.push(error.code));
        seen.push(signal.aborted);
        return say("too late");
      },
      { bodyIdleMs: 60 },
    );
    const silent = connectTcp(listener.port, "127.0.0.1");
    silent.write(`${put(5, twice)}hal`);
    expect(await until(silent, "too late")).toMatch(/^HTTP\/1.1 200/);
    silent.destroy();
    const lost = connectTcp(listener.port, "127.0.0.1");
    lost.write(`${put(5, twice)}hal`, () => lost.destroy());
    await expect.poll(() => seen).toEqual(["RequestTimeout", false, "IncompleteBody", true]);
  });

  test("a client that leaves while the door works aborts the signal, on h1 and on h2", async () => {
    const { promise: bothGone, resolve: gone } = Promise.withResolvers<void>();
    const { promise: bothHere, resolve: here } = Promise.withResolvers<void>();
    let inside = 0;
    const listener = await serve(async (request) => {
      const left = once(request.signal, "abort");
      if (++inside === 2) here();
      await left;
      if (--inside === 0) gone();
      return say("nobody there");
    });
    const socket = connectTcp(listener.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => {});
    await bothHere;
    socket.destroy();
    stream.close(constants.NGHTTP2_CANCEL);
    await bothGone;
    session.destroy();
  });
});

describe("replies", () => {
  test("a streamed reply waits for a slow client", async () => {
    let pulled = 0;
    const listener = await serve(() => ({
      status: 200,
      headers: {},
      body: new Readable({
        read() {
          pulled += 65_536;
          this.push(Buffer.alloc(65_536));
        },
      }),
    }));
    const socket = connectTcp(listener.port, "127.0.0.1");
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let before = -1;
    await expect.poll(() => pulled > 0 && pulled === before || (before = pulled, false), { interval: 100 }).toBe(true);
    socket.destroy();
  });

  test("a streamed reply is cut when its source breaks or ends before its content-length", async () => {
    const listener = await serve((request): HttpReply => {
      if (request.rawPath === "/short") return { status: 200, headers: { "content-length": "10" }, body: Readable.from([Buffer.from("short")]) };
      async function* broken(): AsyncGenerator<Buffer> {
        yield Buffer.from("half");
        throw new Error("disk");
      }
      return { status: 200, headers: {}, body: Readable.from(broken()) };
    });
    await expect(ask(listener, "/broken")).rejects.toThrow();
    await expect(ask(listener, "/short")).rejects.toThrow();
    expect(listener.logged).toEqual(["A reply's body broke off", "A reply's body broke off"]);
  });

  test("HEAD carries the headers and no body, for bytes and for streams", async () => {
    const stream = new Readable({ read() {} });
    const listener = await serve((request) => (request.rawPath === "/bytes" ? say("12345") : { status: 200, headers: { "content-length": "7" }, body: stream }));
    const bytes = await ask(listener, "/bytes", { method: "HEAD" });
    expect([bytes.reply.headers["content-length"], bytes.body]).toEqual(["5", ""]);
    const streamed = await ask(listener, "/stream", { method: "HEAD" });
    expect([streamed.reply.headers["content-length"], streamed.body, stream.destroyed]).toEqual(["7", "", true]);
  });

  test("204 and 304 carry neither body nor length", async () => {
    const listener = await serve((request) => ({ status: Number(request.rawPath.slice(1)), headers: {} }));
    expect((await ask(listener, "/204")).reply.headers["content-length"]).toBeUndefined();
    expect((await ask(listener, "/304")).reply.headers["content-length"]).toBeUndefined();
    expect((await ask(listener, "/200")).reply.headers["content-length"]).toBe("0");
  });
});
