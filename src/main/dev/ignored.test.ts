import { expect, test } from "vitest";
import { isPassingFile } from "./ignored.ts";

test("editors' temporary files are no saves, sources are", () => {
  expect([".index.mjs.swp", ".index.mjs.swx", "4913", "index.mjs~", "#index.mjs#", ".#index.mjs", "app.py___jb_tmp___", ".goutputstream-A1B2C3", "app.cpython-312.pyc", ".DS_Store"].filter((name) => !isPassingFile(name))).toEqual([]);
  expect(["index.mjs", ".env", "package.json", "app.py", "data.json", "swap.ts", "a~b.js", "Makefile"].filter(isPassingFile)).toEqual([]);
});
