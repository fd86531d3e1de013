// What is plain, and that whatever is taken for plain means the same to Node's own parser.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "../../../test/contract/seeded.ts";
import { PLAIN_BODY_BYTES_MAX, readPlainHead } from "./head.ts";

const seed = 20261127;

const read = (head: string) => readPlainHead(Buffer.from(head, "latin1"));
const get = (...lines: readonly string[]): string => ["GET / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");

describe("a plain head", () => {
  test("is read with all its headers, as sent and by their small names, and tells where the body is", () => {
    expect(read("PUT /a%20b?c=d HTTP/1.1\r\nHOST: a:1\r\nX-Empty:\r\nX-Text: \t two  words \r\nContent-Length: 5\r\n\r\nhello")).toEqual({
      method: "PUT", url: "/a%20b?c=d", headers: { host: "a:1", "x-empty": "", "x-text": "two  words", "content-length": "5" },
      rawHeaders: ["HOST", "a:1", "X-Empty", "", "X-Text", "two  words", "Content-Length", "5"], lastOne: false, headBytes: 90, bodyBytes: 5,
    });
    expect(read(get("Connection: Keep-Alive"))).toMatchObject({ lastOne: false });
    expect(read(get("connection: CLOSE"))).toMatchObject({ lastOne: true });
  });

  test.each([
    ["that is not whole", "GET / HTTP/1.1\r\nHost: a\r\n"], ["of another version", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"], ["of a rare method", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["for a proxy", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"], ["without a host", "GET / HTTP/1.1\r\n\r\n"], ["with two hosts", get("host: b")], ["with a header sent twice", get("Cookie: a=b", "Cookie: c=d")],
    ["with two lengths", get("Content-Length: 1", "content-length: 2")], ["with a length that is none", get("Content-Length: +1")], ["with a list of lengths", get("Content-Length: 1, 1")], ["with an empty length", get("Content-Length:")],
    ["with a long body", get(`Content-Length: ${PLAIN_BODY_BYTES_MAX + 1}`)], ["with chunks", get("Transfer-Encoding: chunked")], ["with both", get("Content-Length: 1", "Transfer-Encoding: identity")],
    ["that wants to be told to go on", get("Expect: 100-continue")], ["that wants another protocol", get("Connection: Upgrade", "Upgrade: h2c")], ["with a folded line", get("X: a", " b")], ["with a blank before the colon", get("X : a")],
    ["with a line of no header", get("nothing")], ["with a bare line feed", get("X: a\nY: b")], ["with a bare carriage return", get("X: a\rY: b")], ["with a zero byte", get("X: a\0b")], ["with a header of no name", get(": a")],
    ["with a blank in its path", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"], ["with two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"], ["behind an empty line", `\r\n${get()}`], ["with a name that objects inherit", get("constructor: x")], ["with the name of a prototype", get("__proto__: x")],
    ["that is long", get(`X: ${"x".repeat(16 * 1024)}`)],
  ])("is not one %s", (_, head) => {
    expect(read(head)).toBeUndefined();
  });
});

describe("beside Node's parser", () => {
  const seen: Pick<IncomingMessage, "method" | "url" | "headers" | "rawHeaders">[] = [];
  const server = createServer({ maxHeaderSize: 64 * 1024 }, ({ method, url, headers, rawHeaders, socket }, response) => {
    seen.push({ method, url, headers, rawHeaders });
    response.end(() => socket.destroy());
  });
  beforeAll(() => once(server.listen(0, "127.0.0.1"), "listening"));
  afterAll(() => void server.close());

  const askNode = async (bytes: Buffer) => {
    seen.length = 0;
    const socket = connectTcp((server.address() as AddressInfo).port, "127.0.0.1");
    const closed = text(socket).catch(() => "");
    // A body that is not there must not keep it waiting.
    socket.end(bytes);
    await closed;
    return seen[0];
  };

  const next = seeded(seed);
  const random = (below: number): number => Math.floor(next() * below);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const anyByte = (): string => String.fromCharCode(random(4) === 0 ? random(256) : 33 + random(94));
  const some = (most: number): string => Array.from({ length: random(most) }, anyByte).join("");
  const names = ["Host", "host", "X-A", "x-a", "Content-Length", "Connection", "Cookie", "Accept", "Transfer-Encoding", "Expect", "a b", "X~"];
  const values = ["a", "0", "00", "close", "keep-alive", "chunked", " a ", "\ta\t", "", "\xff", "100-continue", "a, b"];

  function anyHead(): string {
    const lines = Array.from({ length: 1 + random(5) }, () => `${random(8) === 0 ? some(6) : pick(names)}${random(12) === 0 ? pick([" :", ":\r", "", "::"]) : ": "}${random(3) === 0 ? some(12) : pick(values)}`);
    if (random(4) > 0) lines.unshift("Host: a");
    return `${pick(["GET", "POST", "HEAD", "get", "PUT", "PURGE"])} ${random(3) === 0 ? `/${some(10)}` : pick(["/", "/a?b=c", "*", "/%zz", "//a"])} HTTP/1.${pick([1, 1, 1, 0])}\r\n${lines.join(random(20) === 0 ? "\n" : "\r\n")}\r\n\r\n`;
  }

  test(`what is plain means the same there (seed ${seed})`, async () => {
    let plain = 0;
    for (let round = 0; round < 12_000; round++) {
      const head = anyHead();
      const ours = read(head);
      if (!ours || ours.bodyBytes > 0) continue;
      plain++;
      const theirs = await askNode(Buffer.from(head, "latin1"));
      expect({ head, ...theirs }).toEqual({ head, method: ours.method, url: ours.url, headers: ours.headers, rawHeaders: ours.rawHeaders });
    }
    // Or it would show nothing.
    expect(plain).toBeGreaterThan(200);
  });
});
