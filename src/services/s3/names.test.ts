// Names of buckets, keys and places.
import { expect, test } from "vitest";
import { bucketRegion, checkKey, encodeKey, isBucketName } from "./names.ts";

test.each(["abc", "a.b-c", "0".repeat(63), "my.bucket.example.com", "1.2.3", "a-b"])("%s is a bucket name", (name) => {
  expect(isBucketName(name)).toBe(true);
});

test.each(["", "ab", "A-b", "a_b", "a b", ".ab", "ab.", "-ab", "ab-", "a..b", "1.2.3.4", "xn--abc", "sthree-abc", "amzn-s3-demo-x", "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "../x", "x".repeat(64), "é-é"])("%j is none", (name) => {
  expect(isBucketName(name)).toBe(false);
});

test.each([
  [undefined, "us-east-1", "us-east-1"], ["", "us-east-1", "us-east-1"], ["eu-west-1", "us-east-1", "eu-west-1"], ["EU", "us-east-1", "eu-west-1"], ["eu-west-1", "eu-west-1", "eu-west-1"], ["us-gov-west-1", "us-gov-west-1", "us-gov-west-1"],
])("a constraint of %s at the endpoint of %s means %s", (constraint, region, expected) => {
  expect(bucketRegion(constraint, region)).toBe(expected);
});

test.each([
  [undefined, "eu-west-1", "IllegalLocationConstraintException"], ["us-west-2", "eu-west-1", "IllegalLocationConstraintException"], ["us-east-1", "us-east-1", "InvalidLocationConstraint"], ["moon", "us-east-1", "InvalidLocationConstraint"],
])("a constraint of %s at the endpoint of %s is refused: %s", (constraint, region, code) => {
  expect(() => bucketRegion(constraint, region)).toThrow(expect.objectContaining({ code }));
});

test("keys are any text of 1024 bytes without NUL", () => {
  for (const key of ["x", "é".repeat(512), "../../..", "\u0001", "\u{10ffff}"]) expect(() => checkKey(key)).not.toThrow();
  for (const key of ["é".repeat(513), "a\0b", "\ud800"]) expect(() => checkKey(key)).toThrow();
});

test("keys are written as Java's form encoding writes them, but for slashes", () => {
  expect(encodeKey("a b/c+d@é~(1)*'!._-")).toBe("a+b/c%2Bd%40%C3%A9%7E%281%29*%27%21._-");
});
