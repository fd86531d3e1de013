// Writes the tables of operations into docs/; run by `npm run docs`, its output is committed.
import { writeFileSync } from "node:fs";
import { operationDocs } from "./operation-docs.ts";

for (const { path, text, untested } of await operationDocs()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(untested.length === 0 ? path : `${path}: no client test sends ${untested.join(", ")}`);
}
