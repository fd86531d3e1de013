// Lambda's first operations, driven by the official clients against the whole server.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  AddPermissionCommand, CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand, GetFunctionConfigurationCommand, GetPolicyCommand, InvokeAsyncCommand,
  InvokeCommand, ListFunctionsCommand, RemovePermissionCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileBootstrap, hasCompiler } from "../compiled-bootstrap.ts";
import { eventually, has, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

const run = promisify(execFile);
const [hasPython, hasBoto3, hasAws] = await Promise.all([has("python3", "--version"), has("python3", "-c", "import boto3"), has("aws", "--version")] );

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const nodeCode = zipOf({ "index.mjs": "let calls = 0; export const handler = async (event, context) => { console.log('seen', event.n); if (event.fail) throw new RangeError('too far'); return { event, calls: ++calls, name: context.functionName }; };" });
const make = (FunctionName: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: nodeCode }, ...more }));
const invoke = async (FunctionName: string, event: unknown, more: object = {}) => {
  const reply = await cloud.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), ...more }));
  const text = Buffer.from(reply.Payload ?? []).toString();
  return { ...reply, payload: text === "" ? undefined : JSON.parse(text), log: Buffer.from(reply.LogResult ?? "", "base64").toString() };
};

describe("a function", () => {
  test("is created active, with every member tools rely on", async () => {
    const made = await make("whole", { Description: "d", Environment: { Variables: { COLOUR: "blue" } }, Timeout: 7, MemorySize: 256, Tags: { team: "a" } });
    expect(made).toMatchObject({
      FunctionName: "whole", FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:whole", State: "Active", LastUpdateStatus: "Successful", Version: "$LATEST",
      Runtime: "nodejs24.x", Handler: "index.handler", Description: "d", Timeout: 7, MemorySize: 256, PackageType: "Zip", Environment: { Variables: { COLOUR: "blue" } },
      EphemeralStorage: { Size: 512 }, LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/whole" },
    });
    expect(made.LastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    const found = await cloud.lambda.send(new GetFunctionCommand({ FunctionName: made.FunctionArn }));
    expect(found.Tags).toEqual({ team: "a" });
    const archive = await fetch(found.Code?.Location ?? "");
    expect(Buffer.from(await archive.arrayBuffer())).toEqual(Buffer.from(nodeCode));
    const unsigned = await fetch((found.Code?.Location ?? "").replace(/\?.*/, ""));
    expect([unsigned.status, await unsigned.text()]).toEqual([403, expect.stringContaining("<Error><Code>AccessDenied</Code><Message>Access Denied</Message>")]);
    expect((await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "000000000000:function:whole" }))).CodeSha256).toBe(made.CodeSha256);
  });

  test("runs, keeps its instance warm and shows its log", async () => {
    await make("runs");
    expect((await invoke("runs", { n: 1 })).payload).toEqual({ event: { n: 1 }, calls: 1, name: "runs" });
    const second = await invoke("runs", { n: 2 }, { LogType: "Tail" });
    expect(second.payload.calls).toBe(2);
    expect(second.ExecutedVersion).toBe("$LATEST");
    expect(second.log).toMatch(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST\n/);
    expect(second.log).toMatch(/\tINFO\tseen 2\nEND RequestId: .*\nREPORT RequestId: [0-9a-f-]{36}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t/);
  });

  test("that throws answers 200 with the error as payload", async () => {
    await make("throws");
    const reply = await invoke("throws", { fail: true });
    expect(reply).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled", payload: { errorType: "RangeError", errorMessage: "too far" } });
    expect(reply.payload.trace[0]).toBe("RangeError: too far");
  });

  test("that takes too long is stopped and says so", async () => {
    await make("slow", { Timeout: 1, Code: { ZipFile: zipOf({ "index.js": "exports.handler = () => new Promise((done) => setTimeout(done, 60000));" }) } });
    const reply = await invoke("slow", {});
    expect(reply.FunctionError).toBe("Unhandled");
    expect(reply.payload.errorType).toBe("Sandbox.Timedout");
    expect(reply.payload.errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
  });

  test("that eats its memory is stopped and says so", async () => {
    await make("hungry", { Timeout: 20, Code: { ZipFile: zipOf({ "index.js": "exports.handler = async () => { const kept = []; for (;;) kept.push(Buffer.alloc(4e6, 1)); };" }) } });
    const reply = await invoke("hungry", {});
    expect(reply.payload.errorType).toBe("Runtime.OutOfMemory");
    expect(reply.payload.errorMessage).toMatch(/signal: killed/);
  });

  test("takes new code and new settings with the next call", async () => {
    await make("changes");
    await invoke("changes", {});
    const code = zipOf({ "index.js": "exports.handler = async () => process.env.WORD;" });
    const updated = await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "changes", ZipFile: code }));
    expect(updated.LastUpdateStatus).toBe("Successful");
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "changes", Environment: { Variables: { WORD: "new" } } }));
    expect((await invoke("changes", {})).payload).toBe("new");
  });

  test("comes from a bucket as well as from the request", async () => {
    await cloud.s3.send(new CreateBucketCommand({ Bucket: "code-bucket" }));
    await cloud.s3.send(new PutObjectCommand({ Bucket: "code-bucket", Key: "f.zip", Body: nodeCode }));
    await make("from-s3", { Code: { S3Bucket: "code-bucket", S3Key: "f.zip" } });
    expect((await invoke("from-s3", { n: 3 })).payload.event).toEqual({ n: 3 });
    await expect(make("nowhere", { Code: { S3Bucket: "code-bucket", S3Key: "g.zip" } })).rejects.toMatchObject({
      name: "InvalidParameterValueException", message: "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
    });
  });

  test("runs later when invoked as an event, and only checks with DryRun", async () => {
    await make("later");
    expect((await invoke("later", { n: 41 }, { InvocationType: "Event" })).StatusCode).toBe(202);
    expect((await cloud.lambda.send(new InvokeAsyncCommand({ FunctionName: "later", InvokeArgs: Buffer.from('{"n":42}') }))).Status).toBe(202);
    expect((await invoke("later", {}, { InvocationType: "DryRun" })).StatusCode).toBe(204);
    await eventually("both events in the log", async () => {
      const { events = [] } = await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/later", filterPattern: "seen" })).catch(() => ({ events: [] }));
      const seen = events.map(({ message = "" }) => /seen (\d+)/.exec(message)?.[1]).sort();
      return seen.includes("41") && seen.includes("42") ? seen : undefined;
    });
  });

  test("is listed in pages and gone after deletion", async () => {
    for (const name of ["page-a", "page-b", "page-c"]) await make(name);
    const first = await cloud.lambda.send(new ListFunctionsCommand({ MaxItems: 1 }));
    expect(first.Functions).toHaveLength(1);
    const second = await cloud.lambda.send(new ListFunctionsCommand({ MaxItems: 1, Marker: first.NextMarker }));
    expect(second.Functions?.[0]?.FunctionName).not.toBe(first.Functions?.[0]?.FunctionName);
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "page-b" }));
    await expect(invoke("page-b", {})).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:page-b" });
  });
});

test("a resource policy grows, is read and shrinks as the original's", async () => {
  await make("guarded");
  const permission = { FunctionName: "guarded", StatementId: "s3", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", SourceArn: "arn:aws:s3:::pictures", SourceAccount: "000000000000" };
  const { Statement } = await cloud.lambda.send(new AddPermissionCommand(permission));
  expect(JSON.parse(Statement ?? "")).toEqual({
    Sid: "s3", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:us-east-1:000000000000:function:guarded",
    Condition: { StringEquals: { "AWS:SourceAccount": "000000000000" }, ArnLike: { "AWS:SourceArn": "arn:aws:s3:::pictures" } },
  });
  await expect(cloud.lambda.send(new AddPermissionCommand(permission))).rejects.toMatchObject({ name: "ResourceConflictException", message: "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement." });
  await expect(cloud.lambda.send(new AddPermissionCommand({ ...permission, StatementId: "x", Principal: "nobody" }))).rejects.toMatchObject({ message: "The provided principal was invalid. Please check the principal and try again." });
  const { Policy } = await cloud.lambda.send(new GetPolicyCommand({ FunctionName: "guarded" }));
  expect(JSON.parse(Policy ?? "")).toMatchObject({ Version: "2012-10-17", Id: "default", Statement: [{ Sid: "s3" }] });
  await expect(cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "guarded", StatementId: "y" }))).rejects.toMatchObject({ message: "Statement y is not found in resource policy." });
  await cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "guarded", StatementId: "s3" }));
  await expect(cloud.lambda.send(new GetPolicyCommand({ FunctionName: "guarded" }))).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "The resource you requested does not exist." });
});

describe("the same mistake gets the same answer as on the original", () => {
  const role = "arn:aws:iam::000000000000:role/r";
  test.each([
    ["an unknown function", () => invoke("doesnotexist", {}), "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:doesnotexist"],
    ["an unknown qualifier", async () => (await make("q1"), invoke("q1", {}, { Qualifier: "7" })), "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:q1:7"],
    ["another region's ARN", () => invoke("arn:aws:lambda:ap-southeast-1:000000000000:function:f", {}), "ResourceNotFoundException", "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"],
    ["qualifiers that disagree", () => invoke("f:one", {}, { Qualifier: "two" }), "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."],
    ["a taken name", async () => (await make("taken"), make("taken")), "ResourceConflictException", "Function already exist: taken"],
    ["a broken zip", () => make("broken", { Code: { ZipFile: Buffer.from("no zip at all") } }), "InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again."],
    ["a long name", () => make("a".repeat(65)), "InvalidParameterValueException", `1 validation error detected: Value '${"a".repeat(65)}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`],
    ["a bad role", () => make("r1", { Role: "nobody" }), "ValidationException", /^1 validation error detected: Value 'nobody' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: /],
    ["a reserved variable", () => make("v1", { Role: role, Environment: { Variables: { AWS_REGION: "x" } } }), "InvalidParameterValueException", /reserved keys that are currently not supported for modification\. Reserved keys used in this request: AWS_REGION$/],
    ["too much environment", () => make("v2", { Environment: { Variables: { LARGE_VAR: "x".repeat(5000) } } }), "InvalidParameterValueException", /exceeded the 4KB limit\. String measured: \{"LARGE_VAR":"xxx/],
    ["an unknown runtime", () => make("u1", { Runtime: "non-existent-runtime" }), "InvalidParameterValueException", /^Value non-existent-runtime at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[.*\] or be a valid ARN$/],
    ["a setting that would not act", () => make("l1", { SnapStart: { ApplyOn: "PublishedVersions" } }), "InvalidParameterValueException", /^SnapStart is not supported/],
    ["a payload that is no JSON", async () => (await make("j1"), cloud.lambda.send(new InvokeCommand({ FunctionName: "j1", Payload: Buffer.from("{oops") }))), "InvalidRequestContentException", /^Could not parse request body into json: /],
    ["deleting $LATEST", () => cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "taken", Qualifier: "$LATEST" })), "InvalidParameterValueException", "$LATEST version cannot be deleted without deleting the function."],
  ])("%s", async (_what, act, name, message) => {
    const error: unknown = await act().then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, message: typeof message === "string" ? message : expect.stringMatching(message) });
  });
});

describe("other runtimes", () => {
  test.skipIf(!hasPython)("a Python function runs with the SDK pointed at this server", async () => {
    const code = zipOf({ "app.py": "import os\ndef handler(event, context):\n    print('python here')\n    return {'n': event['n'] * 2, 'endpoint': os.environ['AWS_ENDPOINT_URL'], 'id': context.aws_request_id}\n" });
    await make("py", { Runtime: "python3.11", Handler: "app.handler", Code: { ZipFile: code } });
    const reply = await invoke("py", { n: 21 }, { LogType: "Tail" });
    expect(reply.payload).toMatchObject({ n: 42, endpoint: cloud.endpoint });
    expect(reply.log).toContain("python here\n");
  });

  test("a bash bootstrap serves as a custom runtime", async () => {
    const bootstrap = '#!/bin/bash\nset -eu\nwhile true; do\n  headers=$(mktemp)\n  event=$(curl -sS -LD "$headers" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")\n  id=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$headers" | tr -d "[:space:]" | cut -d: -f2)\n  echo "bash got $event"\n  curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d "{\\"echo\\":$event}" > /dev/null\ndone\n';
    await make("bash", { Runtime: "provided.al2023", Handler: "x", Code: { ZipFile: zipOf({ bootstrap }) } });
    const reply = await invoke("bash", { n: 5 }, { LogType: "Tail" });
    expect(reply.payload).toEqual({ echo: { n: 5 } });
    expect(reply.log).toContain('bash got {"n":5}');
  });

  test.skipIf(!hasCompiler)("a compiled program serves as a custom runtime (skipped without gcc)", async () => {
    await make("compiled", { Runtime: "provided.al2023", Handler: "x", Code: { ZipFile: zipOf({ bootstrap: compileBootstrap() }) } });
    const reply = await invoke("compiled", { n: 5 }, { LogType: "Tail" });
    expect(reply.payload).toEqual({ compiled: { n: 5 } });
    expect(reply.log).toMatch(/^START RequestId: (\S+) Version: \$LATEST\nanswering \1\nEND /);
    expect((await invoke("compiled", "again")).payload).toEqual({ compiled: "again" });
  });
});

test.skipIf(!hasBoto3)("boto3 drives the same operations unmodified", async () => {
  const script = "import boto3,io,json,zipfile\nl=boto3.client('lambda')\nb=io.BytesIO()\nwith zipfile.ZipFile(b,'w') as z: z.writestr('index.js','exports.handler=async e=>e.x+1')\nl.create_function(FunctionName='boto',Runtime='nodejs22.x',Handler='index.handler',Role='arn:aws:iam::000000000000:role/r',Code={'ZipFile':b.getvalue()})\nl.get_waiter('function_active_v2').wait(FunctionName='boto')\nprint(l.invoke(FunctionName='boto',Payload=b'{\"x\":1}')['Payload'].read().decode())\nprint([f['FunctionName'] for f in l.list_functions()['Functions'] if f['FunctionName']=='boto'])\nl.delete_function(FunctionName='boto')\ntry:\n  l.get_function(FunctionName='boto')\nexcept l.exceptions.ResourceNotFoundException as e: print('gone')\n";
  const { stdout } = await run("python3", ["-c", script], { env: cloud.env });
  expect(stdout.trim().split("\n")).toEqual(["2", "['boto']", "gone"]);
});

test.skipIf(!hasAws)("the AWS CLI invokes a function", async () => {
  await make("cli");
  // Versions 1 and 2 of the CLI read a text payload differently, a file of bytes alike.
  const event = join(cloud.dataDir, "event.json");
  await writeFile(event, '{"n":9}');
  const { stdout } = await run("aws", ["--endpoint-url", cloud.endpoint, "lambda", "invoke", "--function-name", "cli", "--payload", `fileb://${event}`, join(cloud.dataDir, "reply.json")], { env: cloud.env });
  expect(await readFile(join(cloud.dataDir, "reply.json"), "utf8")).toBe('{"event":{"n":9},"calls":1,"name":"cli"}');
  expect(stdout).toContain('"StatusCode": 200');
});

test("an operation that is not there yet answers 501 and names itself", async () => {
  const reply = await fetch(`${cloud.endpoint}/2025-11-30/capacity-providers`, { headers: { authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00" } });
  expect(reply.status).toBe(501);
  expect(await reply.text()).toContain("lambda.ListCapacityProviders");
});
