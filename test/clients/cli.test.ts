// The command line as a person uses it: real processes, real exit codes, sentences instead of stacks.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

const command = join(import.meta.dirname, "../../bin/fugaz.js");

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let cloud: TestCloud;
let dir: string;
beforeAll(async () => {
  cloud = await startCloud();
  dir = await mkdtemp(join(tmpdir(), "fugaz-cli-"));
  await cloud.lambda.send(
    new CreateFunctionCommand({ FunctionName: "greet", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.js": "exports.handler = async ({ name }) => { console.log('greeting', name); if (!name) throw new Error('who?'); return `hello ${name}`; };" }) } }),
  );
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const fugaz = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], { env: cloud.env }, (error, stdout, stderr) => resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr }));
    child.stdin?.end();
  });

describe("clients of a running server", () => {
  test("invoke prints the answer, and the log on request", async () => {
    const event = join(dir, "event.json");
    await writeFile(event, '{"name":"world"}');
    const ran = await fugaz("invoke", "greet", "--event", event, "--log");
    expect(ran).toMatchObject({ code: 0, stdout: '"hello world"\n' });
    expect(ran.stderr).toMatch(/^START RequestId: /);
    expect(ran.stderr).toContain("greeting world");
  });

  test("invoke exits 1 when the function fails, when there is none, and when the event is no JSON", async () => {
    const failed = await fugaz("invoke", "greet");
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({ errorMessage: "who?" });
    expect(await fugaz("invoke", "nobody")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: Function not found: .*nobody/) });
    await writeFile(join(dir, "bad.json"), "{");
    expect(await fugaz("invoke", "greet", "--event", join(dir, "bad.json"))).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: The event is not JSON: /) });
  });

  test("sample events are listed, changed, piped and invoked with by name", async () => {
    const list = JSON.parse((await fugaz("events", "--json")).stdout) as readonly { readonly name: string; readonly what: string }[];
    expect(list).toEqual(expect.arrayContaining([{ name: "s3:put", what: "an object was uploaded" }]));
    expect((await fugaz("events")).stdout).toMatch(/^NAME +WHAT HAPPENED\n(.*\n)*sqs:fifo +two messages of a FIFO queue/);
    const event = await fugaz("events", "sqs", "--set", "name=pipe", "--set", "Records.0.body=hello");
    expect(JSON.parse(event.stdout)).toMatchObject({ name: "pipe", Records: [{ eventSource: "aws:sqs", body: "hello" }] });
    await writeFile(join(dir, "sqs.json"), event.stdout);
    expect(await fugaz("invoke", "greet", "--event", join(dir, "sqs.json"))).toMatchObject({ code: 0, stdout: '"hello pipe"\n' });
    // The sample has no name, which this function minds: it has run.
    expect(JSON.parse((await fugaz("invoke", "greet", "--event", "apigw:v2")).stdout)).toMatchObject({ errorMessage: "who?" });
    expect(await fugaz("events", "s3:nothing")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: There is no sample event s3:nothing\. Of s3 there are: s3:put, /) });
    expect(await fugaz("events", "s3:put", "--set", "Records.7.x=1")).toMatchObject({ code: 1, stderr: expect.stringContaining("a number from 0 to 1") });
  });

  test("list and logs show what is there, as tables and as JSON", async () => {
    expect((await fugaz("list")).stdout).toMatch(/^NAME +RUNTIME +MEMORY .*\ngreet +nodejs24\.x +128 MB +3 s /);
    expect(JSON.parse((await fugaz("list", "--json")).stdout)).toMatchObject([{ FunctionName: "greet" }]);
    await fugaz("invoke", "greet");
    expect((await fugaz("logs", "greet")).stdout).toMatch(/REPORT RequestId: /);
    const [first] = (await fugaz("logs", "greet", "--json", "--since", "1h")).stdout.split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ timestamp: expect.any(Number), stream: expect.any(String), message: expect.any(String) });
    expect(await fugaz("logs", "nobody")).toMatchObject({ code: 1, stderr: "fugaz: There is no log group /aws/lambda/nobody: no such function has run here yet.\n" });
  });

  test("env prints exports that a shell can evaluate", async () => {
    expect((await fugaz("env")).stdout).toContain(`export AWS_ENDPOINT_URL=${cloud.endpoint}\n`);
    expect(JSON.parse((await fugaz("env", "--json")).stdout)).toMatchObject({ AWS_ENDPOINT_URL: cloud.endpoint, AWS_REGION: "us-east-1" });
  });

  test("tail prints the changes of a table, and ends with its stream", async () => {
    const db = new DynamoDBClient({ endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    await db.send(new CreateTableCommand({ TableName: "pets", BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }], KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" } }));
    await db.send(new PutItemCommand({ TableName: "pets", Item: { id: { S: "rex" }, facts: { M: { age: { N: "3" }, tags: { L: [{ S: "dog" }, { NULL: true }] }, photo: { B: Buffer.from("x") } } } } }));
    await db.send(new DeleteItemCommand({ TableName: "pets", Key: { id: { S: "rex" } } }));
    await db.send(new UpdateTableCommand({ TableName: "pets", StreamSpecification: { StreamEnabled: false } }));
    db.destroy();
    const { code, stdout, stderr } = await fugaz("tail", "dynamodb-stream", "pets", "--from", "trim-horizon");
    const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(stdout).toMatch(new RegExp(`^${instant}  INSERT  {"id":"rex"}  {"id":"rex","facts":{"age":"3","tags":\\["dog",null\\],"photo":"eA=="}}\n${instant}  REMOVE  {"id":"rex"}\n$`));
    expect([code, stderr]).toEqual([0, ""]);
    const json = (await fugaz("tail", "dynamodb-stream", "pets", "--from", "trim-horizon", "--json")).stdout.trim().split("\n").map((text) => JSON.parse(text) as unknown);
    expect(json).toEqual([expect.objectContaining({ eventName: "INSERT", dynamodb: expect.objectContaining({ NewImage: expect.objectContaining({ id: { S: "rex" } }) }) }), expect.objectContaining({ eventName: "REMOVE" })]);
    expect(await fugaz("tail", "dynamodb-stream", "nobody")).toEqual({ code: 1, stdout: "", stderr: "fugaz: There is no stream of a table nobody. Give the table one with StreamSpecification.\n" });
  });

  test("health says ready, with isolation, runtimes and services", async () => {
    const reply = await fetch(`${cloud.endpoint}/_fugaz/health`);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ status: "ready", version: expect.any(String), isolation: { level: expect.any(Number) }, runtimes: expect.arrayContaining([expect.objectContaining({ name: "nodejs24.x" })]), services: expect.arrayContaining(["lambda", "s3"]) });
  });
});

test("metrics are in Prometheus' format, and a bucket of that name is still a bucket", async () => {
  const reply = await fetch(`${cloud.endpoint}/metrics`);
  expect(reply.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await reply.text()).trimEnd().split("\n");
  const sample = /^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e+-]+$/;
  expect(lines.filter((line) => !/^# (HELP|TYPE) [a-z_]+ /.test(line) && !sample.test(line))).toEqual([]);
  for (const name of ["fugaz_instances{state=\"idle\"}", "fugaz_invocation_seconds_count{outcome=\"success\"}", "fugaz_throttles_total", "fugaz_instances_memory_bytes", "fugaz_instances_memory_max_bytes", "fugaz_event_loop_delay_seconds{quantile=\"0.99\"}", "process_resident_memory_bytes"])
    expect(lines.filter((line) => line.startsWith(`${name} `)), name).toHaveLength(1);
  const signed = await fetch(`${cloud.endpoint}/metrics`, { headers: { authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00" } });
  expect([signed.status, await signed.text()]).toEqual([404, expect.stringContaining("NoSuchBucket")]);
});

describe("mistakes get one clear sentence", () => {
  test("a client without a server", async () => {
    expect(await fugaz("list", "--endpoint", "http://127.0.0.1:9")).toMatchObject({ code: 1, stderr: "fugaz: No Fugaz answers at 127.0.0.1 port 9. Start one with `fugaz start`, or name its address with --endpoint.\n" });
  });

  test("a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const ran = await fugaz("start", "--port", String(port), "--data-dir", join(dir, "taken"));
    other.close();
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: `fugaz: Port ${port} on 127.0.0.1 is taken. Choose another with --port, or --port 0 for any free one.\n` });
  });

  test("a data directory that another Fugaz uses, and one that is a file", async () => {
    const locked = await fugaz("start", "--port", "0", "--data-dir", cloud.dataDir);
    expect(locked.code).toBe(1);
    expect(locked.stderr).toContain(cloud.dataDir);
    expect(locked.stderr.trim().split("\n")).toHaveLength(1);
    await writeFile(join(dir, "file"), "");
    const file = await fugaz("start", "--port", "0", "--data-dir", join(dir, "file"));
    expect(file.code).toBe(1);
    expect(file.stderr.trim().split("\n")).toHaveLength(1);
  });

  test("unknown flags, commands and values", async () => {
    expect(await fugaz("start", "--nonsense")).toMatchObject({ code: 1, stderr: expect.stringContaining("unknown option '--nonsense'") });
    expect(await fugaz("dance")).toMatchObject({ code: 1, stderr: expect.stringContaining("unknown command 'dance'") });
    expect(await fugaz("start", "--port", "many", "--data-dir", join(dir, "p"))).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: The setting port is not right/) });
  });
});

test("start says one line when ready and exits 0 after SIGTERM", async () => {
  const child = spawn(process.execPath, [command, "start", "--port", "0", "--data-dir", join(dir, "own")], { env: cloud.env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    if (stdout.includes("\n")) child.kill("SIGTERM");
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(stdout).toMatch(/^Fugaz is ready at http:\/\/127\.0\.0\.1:\d+\n$/);
  expect(code).toBe(0);
});

test("doctor explains isolation and runtimes without a server", async () => {
  const { code, stdout } = await fugaz("doctor", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ isolation: { enforced: { memory: expect.any(String) } }, runtimes: expect.arrayContaining([expect.objectContaining({ name: "nodejs24.x", interpreter: expect.stringContaining("/") })]), diskFreeMb: expect.any(Number) });
  expect((await fugaz("doctor")).stdout).toContain("Runtimes\n");
});
