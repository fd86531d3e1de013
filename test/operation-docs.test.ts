// The tables of operations in docs/ are those of today, and what has a handler has a test through an official client.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { operationDocs } from "../tools/operation-docs.ts";

const root = join(import.meta.dirname, "..");
const docs = await operationDocs();

test("the tables of operations are up to date: `npm run docs` writes them", () => {
  const stale = docs.filter(({ path, text }) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text);
  expect(stale.map(({ path }) => path)).toEqual([]);
});

test("every operation that has a handler is sent by a test in test/clients/", () => {
  expect(docs.flatMap(({ id, untested }) => untested.map((operation) => `${id}: ${operation}`))).toEqual([]);
});

test("the README leads to every page", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  expect(docs.filter(({ path }) => !readme.includes(`(${path})`)).map(({ path }) => path)).toEqual([]);
});
