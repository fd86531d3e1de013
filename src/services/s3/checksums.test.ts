// Known answers, and combinations that must equal the checksum of the whole.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type ChecksumAlgorithm, checksumAlgorithms, checksumTypeOf, combineChecksums, isChecksumText, openDigest } from "./checksums.ts";

const sum = (algorithm: ChecksumAlgorithm, ...chunks: readonly Uint8Array[]): string => {
  const digest = openDigest(algorithm);
  for (const chunk of chunks) digest.update(chunk);
  return digest.value();
};

describe("known answers", () => {
  test.each([
    ["CRC32", "y/Q5Jg=="], ["CRC32C", "4waSgw=="], ["CRC64NVME", "rosUhgp5mIg="], ["SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="], ["SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="],
  ] as const)("%s of 123456789 is %s", (algorithm, expected) => {
    expect(sum(algorithm, Buffer.from("123456789"))).toBe(expected);
    expect(isChecksumText(algorithm, expected)).toBe(true);
  });

  test.each([["CRC32", "AAAAAA=="], ["CRC32C", "AAAAAA=="], ["CRC64NVME", "AAAAAAAAAAA="]] as const)("%s of nothing is %s", (algorithm, expected) => {
    expect(sum(algorithm)).toBe(expected);
  });

  test("CRC-32C of 32 bytes of ones, zeroes and counting up are those of RFC 3720", () => {
    const bytes = [Buffer.alloc(32, 0), Buffer.alloc(32, 255), Buffer.from(Array.from({ length: 32 }, (_, at) => at))];
    expect(bytes.map((chunk) => Buffer.from(sum("CRC32C", chunk), "base64").toString("hex"))).toEqual(["8a9136aa", "62a8ab43", "46dd794e"]);
  });
});

test("how the bytes are cut makes no difference", () => {
  const bytes = randomBytes(300_000);
  for (const algorithm of checksumAlgorithms) {
    const cuts = [0, 1, 7, 8, 9, 65_536, 120_001, 299_999, 300_000];
    const chunks = cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end));
    expect([algorithm, sum(algorithm, ...chunks)]).toEqual([algorithm, sum(algorithm, bytes)]);
  }
});

test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)("the %s of the whole follows from those of its parts", (algorithm) => {
  const parts = [randomBytes(1000), randomBytes(1000), Buffer.alloc(0), randomBytes(1), randomBytes(4097)];
  const whole = combineChecksums(algorithm, "FULL_OBJECT", parts.map((part) => ({ value: sum(algorithm, part), sizeBytes: part.length })));
  expect(whole).toEqual({ algorithm, type: "FULL_OBJECT", value: sum(algorithm, Buffer.concat(parts)) });
});

test("a composite is the checksum of the parts' checksums, with their count", () => {
  const values = [sum("SHA256", Buffer.from("a")), sum("SHA256", Buffer.from("b"))];
  const expected = sum("SHA256", ...values.map((value) => Buffer.from(value, "base64")));
  expect(combineChecksums("SHA256", "COMPOSITE", values.map((value) => ({ value, sizeBytes: 1 })))).toEqual({ algorithm: "SHA256", type: "COMPOSITE", value: `${expected}-2` });
});

test("not every algorithm has both types", () => {
  expect([checksumTypeOf("CRC32", undefined), checksumTypeOf("CRC64NVME", undefined), checksumTypeOf("CRC32C", "FULL_OBJECT")]).toEqual(["COMPOSITE", "FULL_OBJECT", "FULL_OBJECT"]);
  expect(() => checksumTypeOf("CRC64NVME", "COMPOSITE")).toThrow("The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.");
  expect(() => checksumTypeOf("SHA1", "FULL_OBJECT")).toThrow("The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.");
});

test.each(["", "!", "y/Q5Jg", "y/Q5Jg==x", "AAAA"])("%j is no CRC32", (text) => {
  expect(isChecksumText("CRC32", text)).toBe(false);
});
