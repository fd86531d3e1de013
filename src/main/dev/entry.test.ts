import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entryOf } from "./entry.ts";
import { findFunctions } from "./find-functions.ts";

let root: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), "fugaz-entry-"))));
afterAll(() => rm(root, { recursive: true, force: true }));

let count = 0;
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = join(root, `f${++count}`);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}
const handlerOf = async (files: Readonly<Record<string, string>>): Promise<string | undefined> => (await entryOf(await folder(files)))?.handler;

test("the usual files and the names of their functions are known", async () => {
  expect(await handlerOf({ "index.mjs": "export const handler = () => 1;" })).toBe("index.handler");
  expect(await handlerOf({ "index.js": "exports.handler = async () => 1;", "app.js": "" })).toBe("index.handler");
  expect(await handlerOf({ "app.mjs": "export const lambdaHandler = async () => 1;" })).toBe("app.lambdaHandler");
  expect(await handlerOf({ "index.cjs": "module.exports = { run };" })).toBe("index.run");
  expect(await handlerOf({ "index.mjs": "export async function first() {}\nexport function second() {}" })).toBe("index.handler");
  expect(await handlerOf({ "index.mjs": "const a = 1; export { a as handler, b };" })).toBe("index.handler");
  expect(await handlerOf({ "lambda_function.py": "def lambda_handler(event, context):\n  pass", "app.py": "" })).toBe("lambda_function.lambda_handler");
  expect(await handlerOf({ "handler.py": "def other(): pass\nasync def handler(event, context): pass" })).toBe("handler.handler");
  expect(await handlerOf({ "main.rb": "def handler(event:, context:)\nend" })).toBe("main.handler");
  expect(await handlerOf({ "README.md": "" })).toBeUndefined();
});

test("package.json says more than the usual names, as far as it leads to a file", async () => {
  const code = "exports.handler = 1;";
  expect(await handlerOf({ "package.json": '{"main":"./src/start.js"}', "src/start.js": code, "index.js": code })).toBe("src/start.handler");
  expect(await handlerOf({ "package.json": '{"main":"src/start"}', "src/start.cjs": code })).toBe("src/start.handler");
  expect(await handlerOf({ "package.json": '{"main":"gone.js"}', "index.js": code })).toBe("index.handler");
  expect(await handlerOf({ "package.json": "{", "index.js": code })).toBe("index.handler");
});

test("a bootstrap counts when it can be executed", async () => {
  const dir = await folder({ bootstrap: "#!/bin/sh" });
  expect(await entryOf(dir)).toBeUndefined();
  await chmod(join(dir, "bootstrap"), 0o755);
  expect(await entryOf(dir)).toMatchObject({ language: "provided" });
});

test("a folder is a function, or holds some, and their names are what AWS takes", async () => {
  const dir = await folder({ "b fn/index.js": "", "a/app.py": "", "node_modules/x/index.js": "", ".hidden/index.js": "", "docs/x.txt": "" });
  expect((await findFunctions(dir, false)).map(({ name }) => name)).toEqual(["a", "b-fn"]);
  expect((await findFunctions(join(dir, "a"), false)).map(({ name }) => name)).toEqual(["a"]);
  expect(await findFunctions(join(dir, "docs"), true)).toMatchObject([{ name: "docs" }]);
  await expect(findFunctions(join(dir, "docs"), false)).rejects.toThrow("nor a folder in it holds a function");
  const same = await folder({ "x y/index.js": "", "x-y/index.js": "" });
  await expect(findFunctions(same, false)).rejects.toThrow("would be the function x-y");
});
