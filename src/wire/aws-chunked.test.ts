// aws-chunked bodies cut into pieces of every size, with all its signatures and trailers, and broken in every place.
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { decodeAwsChunked } from "./aws-chunked.ts";

const signature = "a".repeat(64);

/** The framed bytes, delivered in pieces of `piece` bytes. */
function pieces(framed: string | Buffer, piece = 65_536): Readable {
  const bytes = Buffer.from(framed);
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    })(),
    { objectMode: false },
  );
}

async function decode(framed: string, length: number, piece?: number): Promise<[string, Readonly<Record<string, string>>]> {
  const { body, trailers } = decodeAwsChunked(pieces(framed, piece), length);
  return [await text(body), await trailers()];
}

describe("whole bodies", () => {
  const big = "x".repeat(9000);
  const forms: readonly (readonly [string, string, Record<string, string>])[] = [
    ["unsigned with a trailer", `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n`, { "x-amz-checksum-crc32": "NhCmhg==" }],
    ["signed", `5;chunk-signature=${signature}\r\nhello\r\n0;chunk-signature=${signature}\r\n\r\n`, {}],
    [
      "signed with trailers and their signature",
      `5;chunk-signature=${signature}\r\nhello\r\n0;chunk-signature=${signature}\r\nX-Amz-Checksum-CRC32C:sOO8/Q==\n\r\nx-amz-trailer-signature:${signature}\r\n\r\n`,
      { "x-amz-checksum-crc32c": "sOO8/Q==", "x-amz-trailer-signature": signature },
    ],
    ["without a final line", "5\r\nhello\r\n0\r\n", {}],
  ];
  test.each(forms)("%s", async (_name, framed, trailers) => {
    for (const piece of [1, 2, 3, 7, 1000]) expect(await decode(framed, 5, piece)).toEqual(["hello", trailers]);
  });

  test("several chunks, sizes in capitals, and CR LF inside the content", async () => {
    const content = `${big}\r\n0\r\n\r\n`;
    const framed = `2328\r\n${big}\r\n7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n`;
    for (const piece of [1, 11, 65_536]) expect(await decode(framed, content.length, piece)).toEqual([content, {}]);
    expect((await decode(`A\r\n0123456789\r\n0\r\n\r\n`, 10))[0]).toBe("0123456789");
  });

  test("an empty body", async () => {
    expect(await decode("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", 0)).toEqual(["", { "x-amz-checksum-crc32": "AAAAAA==" }]);
  });

  test("nothing is read before somebody asks, and a slow reader holds the source back", async () => {
    const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(1024 * 1024), Buffer.from("\r\n")]);
    let pulled = 0;
    const source = new Readable({
      read() {
        pulled += 1;
        this.push(pulled <= 64 ? chunk : pulled === 65 ? Buffer.from("0\r\n\r\n") : null);
      },
    });
    const { body } = decodeAwsChunked(source, 64 * 1024 * 1024);
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBe(0);
    body.read(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThan(8);
    expect((await buffer(body)).length).toBe(64 * 1024 * 1024);
  });
});

describe("broken bodies", () => {
  test.each([
    ["nothing at all", "", 5, "IncompleteBody"],
    ["an end within the content", "5\r\nhel", 5, "IncompleteBody"],
    ["an end before the last chunk", "5\r\nhello\r\n", 5, "IncompleteBody"],
    ["a size that is no number", "five\r\nhello\r\n0\r\n\r\n", 5, "IncompleteBody"],
    ["a negative size", "-5\r\nhello\r\n0\r\n\r\n", 5, "IncompleteBody"],
    ["a monstrous size", "ffffffffffffffff\r\n", 5, "IncompleteBody"],
    ["a chunk longer than its size", "3\r\nhello\r\n0\r\n\r\n", 5, "IncompleteBody"],
    ["a header without an end", "5".repeat(5000), 5, "IncompleteBody"],
    ["less than announced", "5\r\nhello\r\n0\r\n\r\n", 6, "IncompleteBody"],
    ["more than announced", "5\r\nhello\r\n0\r\n\r\n", 4, "IncompleteBody"],
    ["a trailer without a colon", "5\r\nhello\r\n0\r\nnonsense\r\n\r\n", 5, "MalformedTrailerError"],
    ["endless trailers", `5\r\nhello\r\n0\r\n${"a:b\r\n".repeat(10_000)}`, 5, "MalformedTrailerError"],
  ])("%s", async (_name, framed, length, code) => {
    const { body, trailers } = decodeAwsChunked(pieces(framed), length);
    await expect(text(body)).rejects.toMatchObject({ code });
    await expect(trailers()).rejects.toMatchObject({ code });
  });

  test("only the last chunk may be small", async () => {
    await expect(decode("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 5)).rejects.toMatchObject({ code: "InvalidChunkSizeError", status: 403, members: { Chunk: "2", BadChunkSize: "3" } });
  });

  test("a source that breaks breaks the reader with its own error", async () => {
    const source = new Readable({ read() {} });
    const { body } = decodeAwsChunked(source, 5);
    source.push("5\r\nhe");
    const reading = text(body);
    source.destroy(new Error("gone"));
    await expect(reading).rejects.toThrow("gone");
  });
});
