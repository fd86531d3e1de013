// Items put and got per second, and queries of a hundred; beside dynalite (npm), the best-known table server for tests, in the same run.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../src/main/system-clock.ts";
import { freePort } from "./free-port.ts";
import { load, type Row } from "./load.ts";

const RUN_MS = 2000;
const CLIENTS: readonly number[] = [1, 64];
const KEYS = 5000;
const DYNALITE = "dynalite@4.0.0";
/** What a reader might have: eight attributes, about 300 bytes. */
const item = (n: number) => ({
  id: { S: `user-${n % KEYS}` }, name: { S: "Ada Lovelace" }, mail: { S: "ada@example.org" }, born: { N: "1815" }, tags: { SS: ["math", "engines"] }, active: { BOOL: true },
  address: { M: { street: { S: "12 St James's Square" }, city: { S: "London" }, lines: { L: [{ S: "a" }, { S: "b" }] } } }, text: { S: "x".repeat(80) },
});

/** Rows for the server at `endpoint`; with dynalite's beside them when npm can fetch it. */
export async function benchTables(endpoint: string): Promise<readonly Row[]> {
  const ours = await measure(endpoint);
  const theirs = await besideDynalite().catch(() => undefined);
  return ours.flatMap(({ what, value }, at) => {
    const row = { what: `DynamoDB ${what}`, value, unit: "/s" };
    const other = theirs?.[at];
    return other ? [row, { what: `  dynalite (not flushed to disk)`, value: other.value, unit: "/s" }, { what: "  ratio", value: value / other.value, unit: "x" }] : [row];
  });
}

interface Measured {
  readonly what: string;
  readonly value: number;
}

async function measure(endpoint: string): Promise<readonly Measured[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: Math.max(...CLIENTS) });
  const call = (operation: string, input: object): Promise<void> => send(endpoint, agent, operation, JSON.stringify(input));
  const key = { AttributeName: "id", KeyType: "HASH" };
  const attribute = { AttributeName: "id", AttributeType: "S" };
  await call("CreateTable", { TableName: "bench", BillingMode: "PAY_PER_REQUEST", KeySchema: [key], AttributeDefinitions: [attribute] });
  await call("CreateTable", { TableName: "ranged", BillingMode: "PAY_PER_REQUEST", KeySchema: [key, { AttributeName: "pos", KeyType: "RANGE" }], AttributeDefinitions: [attribute, { AttributeName: "pos", AttributeType: "N" }] });
  // dynalite makes its tables in half a second, like the original.
  await systemClock.sleep(1000);
  for (let n = 0; n < 200; n++) await call("PutItem", { TableName: "ranged", Item: { ...item(0), pos: { N: String(n) } } });
  const put = (n: number) => call("PutItem", { TableName: "bench", Item: item(n) });
  const get = (n: number) => call("GetItem", { TableName: "bench", Key: { id: { S: `user-${n % KEYS}` } } });
  const update = (n: number) => call("UpdateItem", { TableName: "bench", Key: { id: { S: `user-${n % KEYS}` } }, UpdateExpression: "SET born = born + :one", ConditionExpression: "attribute_exists(id)", ExpressionAttributeValues: { ":one": { N: "1" } } });
  const query = () => call("Query", { TableName: "ranged", KeyConditionExpression: "id = :id AND pos >= :pos", Limit: 100, ExpressionAttributeValues: { ":id": { S: "user-0" }, ":pos": { N: "50" } } });
  let next = 0;
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (next < KEYS) await put(next++);
  }));
  const measured: Measured[] = [];
  for (const [what, once] of [["PutItem", put], ["GetItem", get], ["UpdateItem with a condition", update], ["Query of 100 items", query]] as const) {
    for (const clients of CLIENTS) {
      await load(clients, RUN_MS / 5, once);
      measured.push({ what: `${what}, ${clients} client${clients === 1 ? "" : "s"}`, value: (await load(clients, RUN_MS, once)).perSecond });
    }
  }
  agent.destroy();
  return measured;
}

/** The clients' protocol by hand: the official client would take more of the machine than the servers. */
function send(endpoint: string, agent: Agent, operation: string, body: string): Promise<void> {
  const headers = {
    "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}`, "content-length": Buffer.byteLength(body), "x-amz-date": "20260101T000000Z",
    authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000",
  };
  return new Promise((resolve, reject) => {
    request(endpoint, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        if (response.statusCode !== 200) text += chunk.toString();
      });
      response.on("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`${operation}: ${text}`))));
    }).on("error", reject).end(body);
  });
}

async function besideDynalite(): Promise<readonly Measured[]> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-dynalite-"));
  let server: ChildProcess | undefined;
  try {
    await promisify(execFile)("npm", ["install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", DYNALITE], { timeout: 60_000 });
    const port = await freePort();
    server = spawn(process.execPath, [join(dir, "node_modules/dynalite/cli.js"), "--port", String(port), "--path", join(dir, "data"), "--createTableMs", "0"], { stdio: ["ignore", "pipe", "inherit"] });
    if (server.stdout) await once(server.stdout, "data");
    return await measure(`http://127.0.0.1:${port}`);
  } finally {
    server?.kill();
    await rm(dir, { recursive: true, force: true });
  }
}
