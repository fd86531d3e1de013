// Large bodies in both directions through the whole wire while memory stays flat.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveServices, serviceOf, type TestCloud } from "./serve-services-for-test.ts";

const mib = 1024 * 1024;
const total = 200 * mib;
const growthMax = 100 * mib;
const piece = Buffer.alloc(mib, "fugaz");

function megabytes(count: number, before: readonly Buffer[] = [], after: readonly Buffer[] = [], last: readonly Buffer[] = []): Readable {
  function* parts(): Generator<Buffer> {
    for (let i = 0; i < count; i++) yield* [...before, piece, ...after];
    yield* last;
  }
  return Readable.from(parts(), { objectMode: false });
}

let cloud: TestCloud;
let received = 0;
let rssMax = 0;
beforeAll(async () => {
  const s3 = serviceOf("s3", {
    PutObject: async (input: { Body: Readable }) => {
      received = 0;
      for await (const chunk of input.Body) {
        received += (chunk as Buffer).length;
        rssMax = Math.max(rssMax, process.memoryUsage.rss());
      }
      return {};
    },
    GetObject: async () => ({ Body: megabytes(total / mib), ContentLength: total }),
  });
  cloud = await serveServices([s3]);
});
afterAll(() => cloud.close(0));

async function put(body: Readable, headers: Record<string, string>): Promise<IncomingMessage> {
  const outgoing = httpRequest({ port: cloud.port, host: "127.0.0.1", method: "PUT", path: "/b/k", headers, agent: false });
  body.pipe(outgoing);
  const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
  reply.resume();
  return reply;
}

test("a plain upload with a hash to check", async () => {
  const hash = createHash("sha256");
  for (let i = 0; i < total / mib; i++) hash.update(piece);
  const before = (rssMax = process.memoryUsage.rss());
  const reply = await put(megabytes(total / mib), { "content-length": String(total), "x-amz-content-sha256": hash.digest("hex") });
  expect([reply.statusCode, received]).toEqual([200, total]);
  expect(rssMax - before).toBeLessThan(growthMax);
});

test("an aws-chunked upload", async () => {
  const body = megabytes(total / mib, [Buffer.from(`${mib.toString(16)}\r\n`)], [Buffer.from("\r\n")], [Buffer.from("0\r\n\r\n")]);
  const before = (rssMax = process.memoryUsage.rss());
  const reply = await put(body, { "transfer-encoding": "chunked", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": String(total) });
  expect([reply.statusCode, received]).toEqual([200, total]);
  expect(rssMax - before).toBeLessThan(growthMax);
});

test("a download", async () => {
  const outgoing = httpRequest({ port: cloud.port, host: "127.0.0.1", path: "/b/k", agent: false }).end();
  const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
  const before = (rssMax = process.memoryUsage.rss());
  let bytes = 0;
  for await (const chunk of reply) {
    bytes += (chunk as Buffer).length;
    rssMax = Math.max(rssMax, process.memoryUsage.rss());
  }
  expect(bytes).toBe(total);
  expect(rssMax - before).toBeLessThan(growthMax);
});
