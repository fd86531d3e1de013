// Quotas are the original's unless the owner moves them; then the same sentences have other numbers.
import { CreateFunctionCommand, GetAccountSettingsCommand, InvokeCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startCloud({ limits: "aws-2016,timeoutSecondsMax=3600,syncResponseBytesMax=1000,accountConcurrency=1,asyncRequestBytesMax=100" });
  await cloud.lambda.send(new CreateFunctionCommand({
    FunctionName: "f", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 3600,
    Code: { ZipFile: zipOf({ "index.mjs": "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = async ({ ms = 0, bytes = 0 }) => { await sleep(ms); return 'x'.repeat(bytes); };" }) },
  }));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

const change = (more: object) => cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f", ...more }));
const invoke = (event: object, more: object = {}) => cloud.lambda.send(new InvokeCommand({ FunctionName: "f", Payload: Buffer.from(JSON.stringify(event)), ...more }));

test("they bound what functions may ask for", async () => {
  expect(await failure(change({ Timeout: 3601 }))).toMatchObject({ name: "ValidationException", message: "1 validation error detected: Value '3601' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 3600" });
  expect(await failure(change({ MemorySize: 1537 }))).toMatchObject({ message: "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 1536" });
  expect(await failure(change({ EphemeralStorage: { Size: 513 } }))).toMatchObject({ name: "ValidationException", message: expect.stringContaining("Member must have value less than or equal to 512") });
  expect((await cloud.lambda.send(new GetAccountSettingsCommand({}))).AccountLimit).toMatchObject({ ConcurrentExecutions: 1, UnreservedConcurrentExecutions: 1 });
});

test("they bound events, answers and how many run at once", async () => {
  const short = await invoke({ bytes: 900 });
  expect(short.FunctionError).toBeUndefined();
  const long = await invoke({ bytes: 1100 });
  expect(JSON.parse(Buffer.from(long.Payload ?? []).toString())).toEqual({ errorType: "Function.ResponseSizeTooLarge", errorMessage: "Response payload size exceeded maximum allowed payload size (1000 bytes)." });
  expect(await failure(invoke({ pad: "x".repeat(100) }, { InvocationType: "Event" }))).toMatchObject({ name: "RequestTooLargeException", message: "Request must be smaller than 100 bytes for the InvokeFunction operation" });
  const outcomes = await Promise.allSettled([invoke({ ms: 400 }), invoke({ ms: 400 })]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});
