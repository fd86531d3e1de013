// Many functions of many versions each, and how long their lists take, page by page as tools ask for them.
import { CreateAliasCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { openCalls, type Calls } from "./calls.ts";
import { at, type Row } from "./load.ts";

const BUILDERS = 16;
const ROUNDS = 20;
const PATH = "/2015-03-31/functions/";

/** Makes `count` functions of `count` versions, each a deployment, and lists them. */
export async function benchLists(settings: ReturnType<typeof clientSettings>, count: number): Promise<readonly Row[]> {
  const names = Array.from({ length: count }, (_, n) => `list-${String(n).padStart(3, "0")}`);
  using calls = openCalls(settings.endpoint, BUILDERS);
  await build(new LambdaClient(settings), calls, names, count);
  const lists: readonly (readonly [what: string, path: string, member: string])[] = [
    ["ListFunctions", PATH, "Functions"],
    ["ListFunctions of ALL versions", `${PATH}?FunctionVersion=ALL`, "Functions"],
    ["ListVersionsByFunction", `${PATH}${names[1]}/versions`, "Versions"],
    ["ListAliases", `${PATH}${names[1]}/aliases`, "Aliases"],
  ];
  const rows: Row[] = [];
  for (const [what, path, member] of lists) {
    const pages: number[] = [];
    const wholes: number[] = [];
    let items = 0;
    // All versions are a list of two hundred pages: twice is enough.
    for (let round = 0; round < (what.includes("ALL") ? 2 : ROUNDS); round++) {
      const whole = await listed(calls, path, member);
      pages.push(...whole.pagesMs);
      wholes.push(whole.pagesMs.reduce((sum, ms) => sum + ms, 0));
      items = whole.items;
    }
    rows.push({ what: `${what}, a page, p50`, value: median(pages), unit: "ms" }, { what: `${what}, all ${items}, p50`, value: median(wholes), unit: "ms" });
  }
  return rows;
}

async function build(lambda: LambdaClient, calls: Calls, names: readonly string[], versions: number): Promise<void> {
  const codes = ["one", "two"].map((word) => zipSync({ "index.mjs": strToU8(`export const handler = async () => "${word}";`) }));
  const bodies = codes.map((code) => JSON.stringify({ ZipFile: Buffer.from(code).toString("base64"), Publish: true }));
  for (const FunctionName of names) await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile: codes[0] } }));
  const left = [...names];
  const builder = async (): Promise<void> => {
    const name = left.pop();
    if (name === undefined) return;
    // Turn by turn, as what has not changed is not published again.
    for (let n = 1; n <= versions; n++) await calls.send("PUT", `${PATH}${name}/code`, bodies[n % 2]);
    return builder();
  };
  await Promise.all(Array.from({ length: BUILDERS }, builder));
  for (let n = 1; n <= versions; n++) await lambda.send(new CreateAliasCommand({ FunctionName: names[1], Name: `alias-${n}`, FunctionVersion: String(n) }));
}

async function listed(calls: Calls, path: string, member: string): Promise<{ readonly items: number; readonly pagesMs: readonly number[] }> {
  const pagesMs: number[] = [];
  let items = 0;
  for (let marker = ""; ; ) {
    const begun = systemClock.monotonicMs();
    const answer = await calls.send("GET", marker === "" ? path : `${path}${path.includes("?") ? "&" : "?"}Marker=${marker}`);
    pagesMs.push(systemClock.monotonicMs() - begun);
    const page = JSON.parse(answer.toString()) as Readonly<Record<string, unknown>>;
    items += (page[member] as readonly unknown[]).length;
    if (typeof page["NextMarker"] !== "string") return { items, pagesMs };
    marker = encodeURIComponent(page["NextMarker"]);
  }
}

const median = (values: readonly number[]): number => at(values.toSorted((a, b) => a - b), 0.5);
