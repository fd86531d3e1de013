// Function URLs under way: requests as events, answers as responses, streams as they come; by fetch, curl and bare connections.
import { execFile } from "node:child_process";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gate, serve } from "./function-url-harness.ts";
import { has, startCloud, type TestCloud } from "./harness.ts";

const run = promisify(execFile);
const hasCurl = await has("curl", "--version");

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud({ streamRate: "unlimited" })));
afterAll(async () => cloud[Symbol.asyncDispose]());

const idOf = (url: string): string => /\/_fugaz\/urls\/([a-z2-7]{32})/.exec(url)?.[1] ?? "";
const port = (): string => new URL(cloud.endpoint).port;

describe("a request", () => {
  let echo: string;
  beforeAll(async () => {
    echo = await serve(cloud, "echo", "export const handler = async (event, context) => ({ event, id: context.awsRequestId, arn: context.invokedFunctionArn, trace: process.env._X_AMZN_TRACE_ID });");
  });

  test("becomes an event of payload format 2.0", async () => {
    const response = await new Promise<{ status: number; headers: IncomingMessage["headers"]; body: string }>((resolve, reject) => {
      const sent = request(`${echo}/some%20path/x?a=1&b=two%20words&a=3&c`, { method: "PUT", headers: [["X-Multi", "1"], ["X-Multi", "2"], ["X-List", "3, 4"], ["Cookie", "one=1; two=2"], ["Content-Type", "application/json"], ["User-Agent", "tester/1"], ["Host", `127.0.0.1:${port()}`], ["Content-Length", "9"]].flat() as never }, (incoming) => {
        let body = "";
        incoming.setEncoding("utf8").on("data", (piece: string) => (body += piece)).on("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }));
      });
      sent.on("error", reject).end('{"ü":1}' + " ".repeat(1));
    });
    const { event, id, arn, trace } = JSON.parse(response.body);
    expect(event).toEqual({
      version: "2.0", routeKey: "$default", rawPath: "/some%20path/x", rawQueryString: "a=1&b=two%20words&a=3&c", cookies: ["one=1", "two=2"],
      headers: {
        "x-multi": "1,2", "x-list": "3, 4", "content-type": "application/json", "user-agent": "tester/1", host: `127.0.0.1:${port()}`, "content-length": "9",
        "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", "x-forwarded-port": port(), "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      },
      queryStringParameters: { a: "1,3", b: "two words", c: "" },
      requestContext: {
        accountId: "anonymous", apiId: idOf(echo), domainName: `127.0.0.1:${port()}`, domainPrefix: idOf(echo),
        http: { method: "PUT", path: "/some%20path/x", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "tester/1" },
        requestId: id, routeKey: "$default", stage: "$default", time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/), timeEpoch: expect.any(Number),
      },
      body: '{"ü":1} ', isBase64Encoded: false,
    });
    expect(trace).toContain(event.headers["x-amzn-trace-id"]);
    expect(arn).toBe("arn:aws:lambda:us-east-1:000000000000:function:echo");
    expect(response.headers).toMatchObject({ "x-amzn-requestid": id, "x-amzn-trace-id": event.headers["x-amzn-trace-id"], "content-type": "application/json", "content-length": String(Buffer.byteLength(response.body)) });
  });

  test("leaves out what is absent, and carries what is no text as base64", async () => {
    const event = async (init: RequestInit = {}) => ((await (await fetch(echo, init)).json()) as { event: Record<string, unknown> }).event;
    const bare = await event();
    expect(bare).toMatchObject({ rawPath: "/", rawQueryString: "", isBase64Encoded: false });
    for (const name of ["cookies", "queryStringParameters", "body", "pathParameters"]) expect(bare).not.toHaveProperty(name);
    const bytes = Buffer.from([0, 255, 1]);
    expect(await event({ method: "POST", body: bytes })).toMatchObject({ body: bytes.toString("base64"), isBase64Encoded: true });
    expect(await event({ method: "POST", body: bytes, headers: { "content-type": "text/plain" } })).toMatchObject({ body: bytes.toString("base64"), isBase64Encoded: true });
    expect(await event({ method: "POST", body: "a", headers: { "content-type": "text/html; charset=utf-8" } })).toMatchObject({ body: "a", isBase64Encoded: false });
    expect(await event({ method: "POST", body: new URLSearchParams({ a: "b" }) })).toMatchObject({ body: Buffer.from("a=b").toString("base64"), isBase64Encoded: true });
    const form = new FormData();
    form.set("file", new Blob(["x"]), "x.txt");
    expect(await event({ method: "POST", body: form })).toMatchObject({ isBase64Encoded: true });
  });

  test("reaches it by host name too, in the original's form and as a name that leads to this machine", async () => {
    for (const suffix of ["on.aws", `localhost:${port()}`]) {
      const host = `${idOf(echo)}.lambda-url.us-east-1.${suffix}`;
      const body = await new Promise<string>((resolve, reject) => {
        request({ host: "127.0.0.1", port: port(), path: "/_deep?x=1", headers: { host } }, (incoming) => {
          let text = "";
          incoming.on("data", (piece: Buffer) => (text += piece.toString())).on("end", () => resolve(text));
        }).on("error", reject).end();
      });
      expect(JSON.parse(body).event).toMatchObject({ rawPath: "/_deep", requestContext: { domainName: host, apiId: idOf(echo) } });
    }
  });

  test.skipIf(!hasCurl)("comes from curl as it does from browsers (skipped without)", async () => {
    const { stdout } = await run("curl", ["-sS", "-i", "-X", "PATCH", "-d", "x=1", `http://${idOf(echo)}.lambda-url.us-east-1.localhost:${port()}/from/curl`]);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(stdout).toContain('"method":"PATCH"');
    const head = await run("curl", ["-sS", "-I", echo]);
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(Number(/content-length: (\d+)/i.exec(head.stdout)?.[1])).toBeGreaterThan(100);
    const twice = await run("curl", ["-sS", "--http2-prior-knowledge", "-H", "x-a: 1", "-H", "x-a: 2", "-b", "c=d", echo]);
    expect(JSON.parse(twice.stdout).event).toMatchObject({ cookies: ["c=d"], headers: { "x-a": "1,2", host: `127.0.0.1:${port()}` } });
  });

  test("of more than 6 MB is refused before the function runs", async () => {
    const response = await fetch(echo, { method: "POST", body: "x".repeat(6_400_000), headers: { "content-type": "text/plain" } });
    expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([413, "RequestEntityTooLargeException"]);
    // As base64 it would grow over the limit.
    expect((await fetch(echo, { method: "POST", body: Buffer.alloc(5_000_000) })).status).toBe(413);
    const size = await serve(cloud, "size", "export const handler = async (event) => event.body.length;");
    expect(await (await fetch(size, { method: "POST", body: "x".repeat(6_000_000), headers: { "content-type": "text/plain" } })).text()).toBe("6000000");
  });

  test("from a client that leaves goes on in the function", async () => {
    const url = await serve(cloud, "leaving", "export const handler = async ({ queryStringParameters }) => { await fetch(queryStringParameters.url); await fetch(queryStringParameters.end); };");
    using hold = await gate();
    using end = await gate();
    const controller = new AbortController();
    const lost = fetch(`${url}/slow${hold.query}&end=${end.url}`, { signal: controller.signal });
    await hold.asked;
    controller.abort();
    await expect(lost).rejects.toThrow();
    hold.open();
    await end.asked;
  });
});

describe("an answer", () => {
  let url: string;
  beforeAll(async () => {
    url = await serve(cloud, "answers", "export const handler = async (event) => { const value = JSON.parse(event.body); if (value?.throw) throw new Error('no'); if (value?.exit) process.exit(1); if (value?.size) return 'x'.repeat(value.size); return value; };");
  });
  const answer = async (value: unknown) => {
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
    return { status: response.status, type: response.headers.get("content-type"), headers: response.headers, text: await response.text() };
  };

  test("without a statusCode is the body of a 200", async () => {
    for (const [value, text] of [["hello", "hello"], [{ a: 1 }, '{"a":1}'], [7, "7"], [null, "null"], [[1], "[1]"], [{ body: "b" }, '{"body":"b"}']] as const)
      expect(await answer(value)).toMatchObject({ status: 200, type: "application/json", text });
  });

  test("with a statusCode is mapped", async () => {
    const mapped = await answer({ statusCode: 201, headers: { "X-One": 1, "Content-Type": "text/html", "Content-Length": 3, "x-yes": true }, cookies: ["a=1; Path=/", "b=2"], body: "<p>é</p>" });
    expect(mapped).toMatchObject({ status: 201, type: "text/html", text: "<p>é</p>" });
    expect([mapped.headers.get("x-one"), mapped.headers.get("x-yes"), mapped.headers.getSetCookie(), mapped.headers.get("content-length")]).toEqual(["1", "true", ["a=1; Path=/", "b=2"], "9"]);
    expect(await answer({ statusCode: "404", body: "no" })).toMatchObject({ status: 404, type: "application/json", text: "no" });
    expect(await answer({ statusCode: 204 })).toMatchObject({ status: 204, text: "" });
    expect(await answer({ statusCode: 200, body: Buffer.from([137, 80]).toString("base64"), isBase64Encoded: true, headers: { "content-type": "image/png" } })).toMatchObject({ status: 200, type: "image/png" });
    expect(await answer({ statusCode: 200, body: { a: 1 } })).toMatchObject({ text: '{"a":1}' });
  });

  test("that can not be sent, or is an error, is a bare 502", async () => {
    for (const value of [{ throw: 1 }, { exit: 1 }, { size: 7_000_000 }, { statusCode: 99 }, { statusCode: "x" }, { statusCode: 200, headers: { "bad name": "x" } }, { statusCode: 200, headers: { a: "x\ny" } }])
      expect(await answer(value)).toMatchObject({ status: 502, text: "Internal Server Error" });
    expect((await answer({ size: 6_000_000 })).text).toHaveLength(6_000_000);
  });
});

describe("a streaming URL", () => {
  const code = `
    const { HttpResponseStream } = awslambda;
    export const handler = awslambda.streamifyResponse(async (event, stream) => {
      const kind = event.rawPath.slice(1);
      if (kind === "early") throw new Error("early");
      if (kind === "noprelude") { stream.setContentType("application/vnd.awslambda.http-integration-response"); return void stream.end("nothing of the kind"); }
      if (kind === "badtype") { stream.setContentType("text/plain\\nx: y"); return void stream.end("x"); }
      if (kind === "plain") { stream.setContentType("text/plain"); stream.write("one"); return void stream.end("two"); }
      stream = HttpResponseStream.from(stream, { statusCode: 206, headers: { "Content-Type": "text/event-stream", "x-a": "b" }, cookies: ["k=v"] });
      stream.write("");
      if (kind === "head") await fetch(event.queryStringParameters.url);
      stream.write("one");
      if (kind === "wait") await fetch(event.queryStringParameters.url);
      if (kind === "late") throw new Error("late");
      if (kind === "exit") process.exit(3);
      stream.end("two");
      if (kind === "after") await fetch(event.queryStringParameters.url);
    });`;
  let url: string;
  beforeAll(async () => {
    url = await serve(cloud, "streaming", code, { InvokeMode: "RESPONSE_STREAM" });
  });

  test("sends status, headers and cookies first, then bytes as they come", async () => {
    using hold = await gate();
    const response = await fetch(`${url}/wait${hold.query}`);
    expect([response.status, response.headers.get("content-type"), response.headers.get("x-a"), response.headers.getSetCookie(), response.headers.get("content-length")]).toEqual([206, "text/event-stream", "b", ["k=v"], null]);
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("one");
    hold.open();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("two");
    expect((await reader.read()).done).toBe(true);
  });

  test("sends the head before there is any body, and ends with the stream although the handler goes on", async () => {
    using head = await gate();
    const waiting = await fetch(`${url}/head${head.query}`);
    expect(waiting.status).toBe(206);
    head.open();
    expect(await waiting.text()).toBe("onetwo");
    using again = await gate();
    const session = connect(cloud.endpoint);
    const stream = session.request({ ":path": `/_fugaz/urls/${idOf(url)}/head${again.query}` });
    const status = await new Promise((resolve) => stream.once("response", (headers) => resolve(headers[":status"])));
    expect(status).toBe(206);
    again.open();
    expect(await text(stream)).toBe("onetwo");
    session.close();
    using after = await gate();
    expect(await (await fetch(`${url}/after${after.query}`)).text()).toBe("onetwo");
    after.open();
  });

  test("cuts the connection where a function fails in the middle, and says 502 before", async () => {
    for (const kind of ["late", "exit"]) {
      const response = await fetch(`${url}/${kind}`);
      expect(response.status).toBe(206);
      await expect(response.text()).rejects.toThrow();
    }
    for (const kind of ["early", "noprelude", "badtype"]) {
      const response = await fetch(`${url}/${kind}`);
      expect([response.status, await response.text()]).toEqual([502, "Internal Server Error"]);
    }
    const plain = await fetch(`${url}/plain`);
    expect([plain.status, plain.headers.get("content-type"), await plain.text()]).toEqual([200, "text/plain", "onetwo"]);
    const head = await fetch(`${url}/plain`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type"), head.headers.get("content-length")]).toEqual([200, "text/plain", null]);
  });

  test("goes on when nobody reads: at HEAD, and when the client leaves before or in the middle", async () => {
    const leaving = await serve(cloud, "unread", `
      export const handler = awslambda.streamifyResponse(async ({ rawPath, queryStringParameters: { url, end } }, stream) => {
        if (rawPath === "/middle") stream.write("first");
        if (rawPath !== "/head") await fetch(url);
        for (let n = 0; n < 20; n++) if (!stream.write(Buffer.alloc(100_000))) await new Promise((resolve) => stream.once("drain", resolve));
        stream.end();
        await fetch(end);
      });`, { InvokeMode: "RESPONSE_STREAM" });
    for (const path of ["/head", "/before", "/middle"]) {
      using hold = await gate();
      using end = await gate();
      const controller = new AbortController();
      const response = fetch(`${leaving}${path}${hold.query}&end=${end.url}`, { method: path === "/head" ? "HEAD" : "GET", signal: controller.signal }).then((it) => it.text());
      if (path === "/head") expect(await response).toBe("");
      else {
        await hold.asked;
        controller.abort();
        await expect(response).rejects.toThrow();
        hold.open();
      }
      await end.asked;
      end.open();
    }
  });

  test("passes on what a function that does not stream answers, as it is", async () => {
    const buffered = await serve(cloud, "buffered", "export const handler = async () => ({ statusCode: 418, body: 'x' });", { InvokeMode: "RESPONSE_STREAM" });
    const response = await fetch(buffered);
    expect([response.status, await response.text()]).toEqual([200, '{"statusCode":418,"body":"x"}']);
  });
});
