import { expect, it } from "vitest";
import { accountInAccessKey, accountOfIssuedKey, newAccessKeyId } from "./access-key.ts";

it("carries every account in a key of the usual form", () => {
  for (const account of ["000000000000", "123456789012", "999999999999", "000000000001"]) {
    const key = newAccessKeyId("ASIA", account);
    expect(key).toMatch(/^ASIA[A-P][A-Z2-7]{15}$/);
    expect(accountInAccessKey(key)).toBe(account);
    expect(accountOfIssuedKey(key)).toBe(account);
  }
});

it("reads the account out of the original's keys, as its documentation's example shows", () => {
  expect(accountInAccessKey("ASIAQNZGKIQY56JQ7WML")).toBe("029608264753");
});

it("takes no account from keys it did not issue", () => {
  for (const key of ["ASIAQNZGKIQY56JQ7WML", "AKIAIOSFODNN7EXAMPLE", "test", "123456789012", ""]) expect(accountOfIssuedKey(key)).toBeUndefined();
});

it("finds no account in what is no access key", () => {
  for (const key of ["test", "ASIA", "ASIA0000000000000000", "asiaqnzgkiqy56jq7wml"]) expect(accountInAccessKey(key)).toBeUndefined();
});
