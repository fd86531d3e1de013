// Connections of plain requests, as clients meet them: in turn, in pieces, mixed with requests that are not plain, left in the middle.
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { HttpReply } from "../door.ts";
import { raw, say, servesForTests, until } from "../serve-for-test.ts";

const serve = servesForTests();

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const put = (path: string, body: string, more = ""): string => `PUT ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const LAST = "Connection: close\r\n";

describe("requests", () => {
  test("come in pieces, many at once, and mixed with others, and are answered in their order", async () => {
    const listener = await serve(async ({ rawPath, body }) => say(`<${rawPath} ${await text(body)}>`));
    const chunked = "PUT /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
    const all = [put("/1", "one"), get("/2"), put("/3", "x".repeat(60_000)), get("/4"), chunked, put("/5", "five"), get("/6", LAST)].join("");
    const expected = ["</1 one>", "</2 >", `</3 ${"x".repeat(60_000)}>`, "</4 >", "</chunked ab>", "</5 five>", "</6 >"];
    for (const size of [all.length, 50_000, 7_001, 977]) {
      const parts = Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
      expect((await raw(listener, ...parts)).match(/<[^>]*>/g)).toEqual(expected);
    }
  });

  test("with a body that never comes whole reach no door, and one that falls silent is told so", async () => {
    const seen: string[] = [];
    const listener = await serve(async ({ rawPath, body }) => {
      seen.push(rawPath);
      return say(await text(body).catch((error: { readonly code: string }) => error.code));
    }, { bodyIdleMs: 60 });
    const leaving = connectTcp(listener.port, "127.0.0.1").resume();
    leaving.end(put("/leaving", "hello").slice(0, -2));
    await once(leaving, "close");
    const silent = connectTcp(listener.port, "127.0.0.1");
    silent.write(put("/silent", "hello").slice(0, -2));
    expect(await until(silent, "RequestTimeout")).toMatch(/^HTTP\/1.1 200/);
    silent.destroy();
    expect(seen).toEqual(["/silent"]);
  });

  test("end with their client: who leaves, or ends their side, is told to the door", async () => {
    const aborted: string[] = [];
    const arrived: (() => void)[] = [];
    const listener = await serve(async ({ rawPath, signal }) => {
      arrived.shift()?.();
      await once(signal, "abort");
      aborted.push(rawPath);
      return say("never seen");
    });
    for (const [path, leave] of [["/destroy", "destroy"], ["/end", "end"]] as const) {
      const here = new Promise<void>((resolve) => arrived.push(resolve));
      const socket = connectTcp(listener.port, "127.0.0.1").resume();
      socket.write(get(path));
      await here;
      socket[leave]();
      await expect.poll(() => aborted).toContain(path);
    }
  });
});

test("a connection that nobody uses is ended in time, one in use is not", async () => {
  const clock = fakeClock();
  const { promise: gate, resolve: answer } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const listener = await serve(async ({ rawPath }) => {
    if (rawPath === "/slow") {
      begin();
      await gate;
    }
    return say(`<${rawPath}>`);
  }, { clock });
  const [idle, busy] = [connectTcp(listener.port, "127.0.0.1"), connectTcp(listener.port, "127.0.0.1")];
  idle.write(get("/quick"));
  await until(idle, "</quick>");
  const ended = once(idle.resume(), "close");
  busy.write(get("/slow"));
  await begun;
  await clock.advance(80_000);
  await ended;
  answer();
  await until(busy, "</slow>");
  busy.write(get("/again"));
  await until(busy, "</again>");
  busy.destroy();
});

describe("answers", () => {
  const replies: Readonly<Record<string, () => HttpReply>> = {
    "/none": () => ({ status: 204, headers: { "x-a": "1" } }),
    "/text": () => ({ status: 200, headers: {}, body: "grüße" }),
    "/bytes": () => ({ status: 404, headers: { "set-cookie": ["a=1", "b=2"] }, body: Buffer.alloc(20_000, "b") }),
    "/stream": () => ({ status: 200, headers: {}, body: Readable.from([Buffer.from("one"), Buffer.alloc(0), Buffer.from("two")]) }),
    "/known": () => ({ status: 200, headers: { "content-length": "6" }, body: Readable.from([Buffer.from("one"), Buffer.from("two")]) }),
    "/empty": () => ({ status: 200, headers: {}, body: Readable.from([]), headAtOnce: true }),
  };
  const heads = (answers: string): readonly string[] => answers.match(/HTTP\/1\.1 \d+ [^\r]*/g) ?? [];

  test("of all sorts follow each other on one connection", async () => {
    const listener = await serve(({ rawPath }) => replies[rawPath]?.() ?? say("?"));
    const answers = await raw(listener, ...Object.keys(replies).map((path) => get(path)), get("/last", LAST));
    expect(heads(answers)).toEqual(["HTTP/1.1 204 No Content", "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK"]);
    expect(answers).toContain("content-length: 7\r\n");
    expect(answers).toContain("grüße");
    expect(answers).toContain("set-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 20000\r\nDate: ");
    expect(answers).toContain("Connection: keep-alive\r\nKeep-Alive: timeout=75\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    expect(answers).toContain("content-length: 6\r\n");
    expect(answers).toContain("\r\n\r\nonetwoHTTP/1.1 200 OK");
    expect(answers).toMatch(/x-test: 1\r\ncontent-length: 1\r\nDate: [^\r]* GMT\r\nConnection: close\r\n\r\n\?$/);
    expect(answers.match(/Connection: close/g)).toHaveLength(1);
  });

  test("to HEAD have the head of all of them and no body", async () => {
    const listener = await serve(({ rawPath }) => replies[rawPath]?.() ?? say("?"));
    const answers = await raw(listener, ...Object.keys(replies).map((path) => get(path).replace("GET", "HEAD")), get("/last", LAST).replace("GET", "HEAD"));
    expect(heads(answers)).toHaveLength(7);
    expect(answers.replaceAll(/HTTP\/1\.1 [^]*?\r\n\r\n/g, "")).toBe("");
  });

  test("that break off, or are shorter than their head said, cut the connection", async () => {
    const broken = (): Readable => Readable.from((async function* () {
      yield Buffer.from("some");
      throw new Error("broken");
    })());
    const short = (): HttpReply => ({ status: 200, headers: { "content-length": "9" }, body: Readable.from([Buffer.from("some")]) });
    const listener = await serve(({ rawPath }) => (rawPath === "/short" ? short() : { status: 200, headers: {}, body: broken() }));
    for (const path of ["/short", "/broken"]) {
      const socket = connectTcp(listener.port, "127.0.0.1");
      let seen = "";
      socket.on("data", (chunk) => (seen += String(chunk))).on("error", () => {});
      socket.write(get(path) + get("/never"));
      await once(socket, "close");
      expect(seen).toMatch(/some(\r\n)?$/);
    }
    expect(listener.logged).toEqual(["A reply's body broke off", "A reply's body broke off"]);
  });

  test("are made no faster than they are read, and what is made for nobody ends", async () => {
    let made = 0;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const listener = await serve(() => ({ status: 200, headers: {}, body: Readable.from((async function* () {
      try {
        for (;;) {
          made += 65_536;
          yield Buffer.alloc(65_536);
        }
      } finally {
        end();
      }
    })()) }));
    const socket = connectTcp(listener.port, "127.0.0.1");
    socket.write(get("/"));
    let before = -1;
    await expect.poll(() => {
      const still = made === before;
      before = made;
      return still;
    }, { interval: 100, timeout: 20_000 }).toBe(true);
    expect(made).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
    await ended;
    expect(listener.logged).toEqual([]);
  });
});
