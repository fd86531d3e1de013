// The listener as clients of every sort meet it: raw sockets, node's own clients, TLS, and clients that misbehave.
import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { queryObjects } from "node:v8";
import { describe, expect, test } from "vitest";
import { ask, raw, say, servesForTests, until } from "./serve-for-test.ts";

const serve = servesForTests();

describe("one port", () => {
  test("HTTP/1.1 arrives with its path and query exactly as sent", async () => {
    const listener = await serve((request) => say(JSON.stringify([request.method, request.rawPath, request.rawQuery, request.host, request.endpoint, request.sourceIp])));
    const { body, reply } = await ask(listener, "/b//a/../%2F%2e?x=%20+&empty=", { headers: { host: "example.test:1" } });
    expect(JSON.parse(body)).toEqual(["GET", "/b//a/../%2F%2e", "x=%20+&empty=", "example.test:1", "http://example.test:1", "127.0.0.1"]);
    expect(reply.headers["content-length"]).toBe(String(body.length));
    expect(reply.headers.date).toMatch(/GMT$/);
  });

  test("many requests on one connection are served in turn, pipelined ones too", async () => {
    const listener = await serve((request) => say(`path ${request.rawPath}`));
    const answer = await raw(
      listener,
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    expect(answer.match(/path \/\d/g)).toEqual(["path /1", "path /2", "path /3"]);
  });

  test("a connection whose first bytes come one by one is still understood", async () => {
    const listener = await serve((request) => say(`method ${request.method}`));
    expect(await raw(listener, "P", "R", "OPFIND / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toContain("method PROPFIND");
  });

  test("HTTP/2 without TLS is served on the same port, streams and bodies included", async () => {
    const listener = await serve(async (request) => {
      const pseudo = Object.keys(request.headers).filter((name) => name.startsWith(":"));
      return say(`${request.method} ${request.rawPath} ${request.headers["host"]} ${pseudo.length} ${await text(request.body)}`);
    });
    const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
    const answers = await Promise.all(
      ["one", "two"].map(async (word) => {
        const stream = session.request({ ":method": "POST", ":path": `/${word}` });
        stream.end(word.repeat(100_000));
        return text(stream);
      }),
    );
    session.close();
    expect(answers[0]).toBe(`POST /one 127.0.0.1:${listener.port} 0 ${"one".repeat(100_000)}`);
    expect(answers[1]?.length).toBe(answers[0]?.length);
  });

  test("an HTTP/2 session is held no longer than its client holds it", async () => {
    const listener = await serve(() => say("ok"));
    const held = await sessionCounter();
    const before = held();
    for (let n = 0; n < 20; n++) {
      const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
      await text(session.request({ ":path": "/" }));
      session.close();
      await once(session, "close");
    }
    await expect.poll(held).toBeLessThan(before + 5);
  });

  test("TLS on the same port speaks h2 and http/1.1 as the client chooses", async () => {
    const listener = await serve((request) => say(`${request.secure} ${request.endpoint}`), { tls: { cert, key } });
    const session = connectHttp2(`https://localhost:${listener.port}`, { ca: cert });
    expect(await text(session.request({ ":path": "/" }))).toBe(`true https://localhost:${listener.port}`);
    session.close();
    const socket = connectTls({ port: listener.port, host: "127.0.0.1", servername: "localhost", ca: cert, ALPNProtocols: ["http/1.1"] });
    socket.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    expect(await text(socket)).toContain("true https://h");
    expect((await ask(listener, "/")).body).toContain("false http://");
  });

  test("TLS bytes without a certificate and broken TLS close the connection, nothing more", async () => {
    const plain = await serve(() => say("ok"));
    const secure = await serve(() => say("ok"), { tls: { cert, key } });
    expect(await raw(plain, "\x16\x03\x01\x00\x05hello").catch((error: NodeJS.ErrnoException) => error.code)).toBeOneOf(["", "ECONNRESET"]);
    await raw(secure, "\x16\x03\x01\x00\x05helloagain").catch(() => "");
    expect((await ask(plain, "/")).body).toBe("ok");
    expect((await ask(secure, "/")).body).toBe("ok");
  });

  test("an absolute-form target counts for host and path", async () => {
    const listener = await serve((request) => say(`${request.host}|${request.headers["host"]}|${request.rawPath}|${request.rawQuery}`));
    const answer = await raw(listener, "GET http://sts.amazonaws.com?Action=X HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n");
    expect(answer).toContain("sts.amazonaws.com|sts.amazonaws.com|/|Action=X");
  });

  test("CONNECT is refused with a sentence, on h1 and on h2", async () => {
    const listener = await serve(() => say("no"));
    expect(await raw(listener, "CONNECT s3.amazonaws.com:443 HTTP/1.1\r\nHost: s3.amazonaws.com:443\r\n\r\n")).toMatch(/^HTTP\/1.1 501 [^]*CONNECT is not implemented/);
    const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
    const stream = session.request({ ":method": "CONNECT", ":authority": "s3.amazonaws.com:443" });
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    expect(headers[":status"]).toBe(501);
    session.destroy();
  });

  test("a taken port rejects with the original error", async () => {
    const listener = await serve(() => say("ok"));
    await expect(serve(() => say("ok"), { port: listener.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("requests that no door claims get 404, and a failing door 500 with a line in the log", async () => {
    const nobody = await serve(() => say("ok"), { doors: [] });
    expect((await ask(nobody, "/")).reply.statusCode).toBe(404);
    const failing = await serve(() => Promise.reject(new Error("secret inner words")));
    const { reply, body } = await ask(failing, "/");
    expect([reply.statusCode, body.includes("secret"), failing.logged]).toEqual([500, false, ["A door failed; this is a bug"]]);
  });

  test("a reply with headers that HTTP can not carry becomes a logged 500", async () => {
    const listener = await serve(() => ({ status: 200, headers: { "x-bad": "a\nb" } }));
    expect((await ask(listener, "/")).reply.statusCode).toBe(500);
    expect(listener.logged).toEqual(["A door failed; this is a bug"]);
  });

  test("of many answers at once, one that can not be sent harms no other", async () => {
    const all = Promise.withResolvers<void>();
    let come = 0;
    const listener = await serve(async ({ rawPath }) => {
      if (++come === 8) all.resolve();
      await all.promise;
      return rawPath === "/3" ? { status: 200, headers: { "x-bad": "a\nb" } } : say(rawPath);
    });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(listener, `/${n}`)));
    expect(answers.map(({ reply, body }) => (reply.statusCode === 200 ? body : reply.statusCode))).toEqual(["/0", "/1", "/2", 500, "/4", "/5", "/6", "/7"]);
    expect(listener.logged).toEqual(["A door failed; this is a bug"]);
  });
});

describe("broken requests", () => {
  test("malformed HTTP gets 400 and the connection closes", async () => {
    const listener = await serve(() => say("ok"));
    const broken = ["GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /\xc3\xbc HTTP/1.1\r\nHost: a\r\n\r\n", "\0\0\0\0\r\n"];
    for (const bytes of broken) expect(await raw(listener, bytes)).toMatch(/^HTTP\/1.1 400 /);
    expect((await ask(listener, "/")).body).toBe("ok");
  });

  test("a head beyond the limit gets 431", async () => {
    const listener = await serve(() => say("ok"));
    expect(await raw(listener, `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${"x".repeat(70_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  });

  test("a half-sent head times out with 408, a silent connection is closed", async () => {
    const listener = await serve(() => say("ok"), { headTimeoutMs: 60 });
    expect(await raw(listener, "GET / HTTP/1.1\r\nHost: a\r\n")).toMatch(/^HTTP\/1.1 408 /);
    expect(await raw(listener)).toBe("");
    expect(await raw(listener, "PR")).toBe("");
  });
});

test("a client that ends its side in the middle of its first bytes or of an HTTP/2 frame is let go", async () => {
  const listener = await serve(() => say("ok"));
  for (const bytes of ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x01\x02"]) {
    const socket = connectTcp(listener.port, "127.0.0.1").resume();
    socket.end(bytes, "latin1");
    await once(socket, "close");
  }
});

describe("closing", () => {
  test("what runs is finished, idle connections are closed, new ones are refused", async () => {
    const { promise: gate, resolve: finish } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const listener = await serve(async (request) => {
      if (request.rawPath === "/slow") {
        start();
        await gate;
      }
      return say("done");
    });
    const idle = connectTcp(listener.port, "127.0.0.1");
    idle.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(idle, "done");
    const silent = connectTcp(listener.port, "127.0.0.1");
    const slow = ask(listener, "/slow", { headers: { connection: "keep-alive" } });
    await started;
    const closed = listener.close(5000);
    await Promise.all([once(idle.resume(), "close"), once(silent.resume(), "close")]);
    await expect(raw(listener, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    finish();
    expect((await slow).body).toBe("done");
    await closed;
  });

  test("what does not finish within the grace is cut", async () => {
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const listener = await serve(async (request) => {
      start();
      await once(request.signal, "abort");
      return say("never seen");
    });
    const stuck = expect(ask(listener, "/")).rejects.toThrow();
    await started;
    await listener.close(30);
    await stuck;
  });

  test("an HTTP/2 session ends after its open streams", async () => {
    const { promise: gate, resolve: finish } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const listener = await serve(async () => {
      start();
      await gate;
      return say("done");
    });
    const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
    const answer = text(session.request({ ":path": "/" }));
    await started;
    const closed = listener.close(5000);
    finish();
    expect(await answer).toBe("done");
    await closed;
  });
});

// A self-signed certificate for localhost, made for these tests and worth nothing elsewhere.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQ6nW5vD559PeqR7K
tW42ijkWnXZ0lCZ/L78kcaeVyBihRANCAASvPS58hxBSD0o0oGLJzzYF5mxBIR26
Udn/OTi/4A3oCuPzzFm4I7BuuPBtsT42uyMuoOUGcPtc8BJfWNuA0ew6
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUYBsHZYzaq7yMHf/n0iVwvHDyIt4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzEwMDYzNloYDzIxMjYxMDMw
MTAwNjM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASvPS58hxBSD0o0oGLJzzYF5mxBIR26Udn/OTi/4A3oCuPzzFm4I7Bu
uPBtsT42uyMuoOUGcPtc8BJfWNuA0ew6o28wbTAdBgNVHQ4EFgQUal7mNiXN/iTz
O6yMmfabrSATz84wHwYDVR0jBBgwFoAUal7mNiXN/iTzO6yMmfabrSATz84wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAMzovR3WmBEJ2P+gtqoghxzUdmjta0cSX4zW27CaIHbxAiBa
+9q7tIMzEJkOTuHnmInVaXHmns3D7BVgvroO0qvqGw==
-----END CERTIFICATE-----`;

/** Counts the server's sessions in memory, whoever holds them. Their class has no public name. */
async function sessionCounter(): Promise<() => number> {
  const server = createHttp2().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [session] = (await once(server, "session")) as [object];
  const { constructor } = session as { readonly constructor: new () => object };
  client.destroy();
  server.close();
  return () => queryObjects(constructor, { format: "count" });
}
