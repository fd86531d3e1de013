// Requests by chance, of every operation that is here and as its model allows or nearly so: whatever comes back is an answer, and no bug of ours.
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Model, OperationModel, ShapeModel } from "../../src/wire/model.ts";
import { loadModel } from "../../src/wire/models/load-model.ts";
import type { Service } from "../../src/wire/service.ts";
import { seeded } from "../contract/seeded.ts";
import { FUZZ_SECONDS, FUZZ_SEED, FUZZ_TIMEOUT_MS } from "../fuzz.ts";
import { ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

type Random = () => number;

interface Target {
  readonly model: Model;
  readonly name: string;
  readonly operation: OperationModel;
}

/** What there is, what there might be, and what breaks things elsewhere. */
const TEXTS = [
  "", "a", "default", "table", "bucket", "queue", "function", "key", "$LATEST", ROLE, `arn:aws:lambda:us-east-1:000000000000:function:function`, "arn:aws:sqs:us-east-1:000000000000:queue",
  "arn:aws:dynamodb:us-east-1:000000000000:table/table", "arn:aws:events:us-east-1:000000000000:event-bus/default", "arn:aws:kinesis:us-east-1:000000000000:stream/s", "{}", "[]", "null", '{"a":[1]}', '{"Statement":[]}', "rate(1 minute)",
  "cron(0 0 * * ? *)", "#n = :v", "SET a = :v", "SELECT * FROM table", "../..", "\u0000", "\ud800", "é".repeat(70), "x".repeat(1100), "-1", "1e999", "NaN", "__proto__", "constructor", "toString", " ", "a.fifo", "nodejs24.x", "index.handler", "*",
];
const NUMBERS = [0, 1, -1, 3, 10, 100, 1.5, 2_147_483_647, -2_147_483_648, 1e15, 1e308];
const TIMES = [0, 1.5, 1.7e9, -1e12, 9e15];
const BYTES = ["", "AAAA", "UEsDBA==", "!!"];
const WRONG = [null, 1, "x", [], {}, true, [[]], { a: {} }];
/** Shapes that contain themselves end somewhere. */
const DEPTH_MAX = 7;
/** Answered by streams that last, or that wait for others to finish. */
const LONG: ReadonlySet<string> = new Set(["SubscribeToShard", "InvokeWithResponseStream"]);

let cloud: TestCloud;
let targets: readonly Target[];
beforeAll(async () => {
  cloud = await startCloud();
  targets = (await Promise.all(readdirSync(new URL("../../src/services/", import.meta.url)).map(targetsOf))).flat();
  const client = { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  await cloud.s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
  await cloud.s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "key", Body: "x" }));
  await new SQSClient(client).send(new CreateQueueCommand({ QueueName: "queue" }));
  await new DynamoDBClient(client).send(new CreateTableCommand({ TableName: "table", BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "a", KeyType: "HASH" }], AttributeDefinitions: [{ AttributeName: "a", AttributeType: "S" }] }));
  await cloud.lambda.send(new CreateFunctionCommand({ FunctionName: "function", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": "export const handler = async (event) => event;" }) } }));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

/** Every operation of a room that has a handler. */
async function targetsOf(room: string): Promise<readonly Target[]> {
  const exported = (await import(`../../src/services/${room}/service.ts`)) as Readonly<Record<string, unknown>>;
  return Object.values(exported).flatMap((value) => {
    if (typeof value !== "object" || value === null || !("handlers" in value)) return [];
    const { id, handlers } = value as Service<unknown>;
    const model = loadModel(id, new Map());
    return Object.keys(handlers).flatMap((name) => {
      const operation = model.operations[name];
      return operation && !LONG.has(name) ? [{ model, name, operation }] : [];
    });
  });
}

test("are all answered, and never by a failure", { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const untilMs = performance.now() + FUZZ_SECONDS * 1000;
  const counts = { answered: 0, refused: 0 };
  for (let seed = FUZZ_SEED; performance.now() < untilMs; seed++) {
    const random = seeded(seed);
    const target = pick(random, targets);
    const { url, init } = requestFor(target, random);
    const reply = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000), redirect: "manual" });
    const text = await reply.text();
    counts[reply.ok ? "answered" : "refused"]++;
    if (reply.status >= 500) expect({ status: reply.status, text }, `${target.model.id}.${target.name}: FUGAZ_TEST_SEED=${seed} repeats it`).toMatchObject({ status: 501 });
  }
  process.stdout.write(`random requests: ${counts.answered} answered, ${counts.refused} refused, first seed ${FUZZ_SEED}\n`);
  expect(counts.answered).toBeGreaterThan(0);
  expect(await (await fetch(`${cloud.endpoint}/_fugaz/health`)).json()).toMatchObject({ status: "ready" });
});

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

function valueOf(model: Model, name: string, random: Random, depth: number): unknown {
  const shape: ShapeModel | undefined = model.shapes[name];
  if (!shape || depth > DEPTH_MAX) return null;
  if (depth > 0 && random() < 0.03) return pick(random, WRONG);
  switch (shape.type) {
    case "structure": {
      const required: readonly string[] = shape.required;
      const chosen = Object.entries(shape.members).filter(([member]) => random() < (required.includes(member) ? 0.95 : 0.3));
      return Object.fromEntries(chosen.map(([member, { shape: of }]) => [member, valueOf(model, of, random, depth + 1)]));
    }
    case "list":
      return Array.from({ length: pick(random, [0, 1, 1, 2, 3]) }, () => valueOf(model, shape.member.shape, random, depth + 1));
    case "map":
      return Object.fromEntries(Array.from({ length: pick(random, [0, 1, 1, 2]) }, () => [pick(random, TEXTS), valueOf(model, shape.value.shape, random, depth + 1)]));
    case "string":
      return shape.enum && random() < 0.8 ? pick(random, shape.enum) : pick(random, TEXTS);
    case "boolean":
      return random() < 0.5;
    case "timestamp":
      return pick(random, TIMES);
    case "blob":
      return pick(random, BYTES);
    default:
      return pick(random, NUMBERS);
  }
}

function requestFor({ model, name, operation }: Target, random: Random): { readonly url: string; readonly init: RequestInit } {
  const input = (operation.input === undefined ? {} : valueOf(model, operation.input, random, 0)) as Record<string, unknown>;
  if (name === "ReceiveMessage") input["WaitTimeSeconds"] = 0;
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${model.signingName}/aws4_request, SignedHeaders=host, Signature=x`;
  const [protocol] = model.protocols;
  if (protocol === "restJson1" || protocol === "restXml") return restRequest({ model, name, operation }, input, random, authorization);
  if (protocol === "awsQuery") {
    const form = new URLSearchParams({ Action: name, Version: model.apiVersion });
    addForm(form, "", input);
    return { url: cloud.endpoint, init: { method: "POST", headers: { authorization }, body: form } };
  }
  const type = `application/x-amz-json-${protocol === "awsJson1_0" ? "1.0" : "1.1"}`;
  return { url: cloud.endpoint, init: { method: "POST", headers: { authorization, "content-type": type, "x-amz-target": `${model.targetPrefix}.${name}` }, body: JSON.stringify(input) } };
}

function addForm(form: URLSearchParams, prefix: string, value: unknown): void {
  if (Array.isArray(value)) value.forEach((item, index) => addForm(form, `${prefix}.member.${index + 1}`, item));
  else if (typeof value === "object" && value !== null) for (const [name, item] of Object.entries(value)) addForm(form, prefix === "" ? name : `${prefix}.${name}`, item);
  else form.append(prefix, String(value));
}

/** Of a body in XML only the members are there, so what S3 gets is its own kind of nonsense. */
function restRequest({ model, operation }: Target, input: Record<string, unknown>, random: Random, authorization: string): { readonly url: string; readonly init: RequestInit } {
  const shape = model.shapes[operation.input ?? ""];
  const members = shape?.type === "structure" ? shape.members : {};
  const uri: Record<string, unknown> = {};
  const headers = new Headers({ authorization });
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(input)) {
    const { location, name = member } = members[member] ?? {};
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    if (location === "uri") uri[member] = text;
    else if (location === "querystring") query.append(name, text);
    // The client counts for itself.
    else if (location === "header" && name.toLowerCase() === "content-length") continue;
    else if (location === "header") headers.set(name, text.replace(/[^\x20-\x7e]/g, "?"));
    else if (location === undefined) body[name] = value;
  }
  const path = operation.uri.replace(/\{(\w+)\+?\}/g, (_, member: string) => encodeURIComponent(String(uri[member] ?? pick(random, TEXTS)).toWellFormed()));
  const isXml = model.protocols[0] === "restXml";
  const content = isXml ? `<A>${Object.entries(body).map(([name, value]) => `<${name}>${JSON.stringify(value)}</${name}>`).join("")}</A>` : JSON.stringify(body);
  const bodiless = operation.method === "GET" || operation.method === "HEAD";
  return { url: `${cloud.endpoint}${path}${query.size > 0 ? `${path.includes("?") ? "&" : "?"}${query}` : ""}`, init: { method: operation.method, headers, ...(bodiless ? {} : { body: content }) } };
}
