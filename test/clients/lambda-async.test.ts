// Asynchronous invocations, driven by the official client: who hears of their end, and how loops are stopped.
import {
  CreateAliasCommand, CreateFunctionCommand, DeleteFunctionEventInvokeConfigCommand, GetFunctionEventInvokeConfigCommand, GetFunctionRecursionConfigCommand, InvokeCommand,
  ListFunctionEventInvokeConfigsCommand, PublishVersionCommand, PutFunctionConcurrencyCommand, PutFunctionEventInvokeConfigCommand, PutFunctionRecursionConfigCommand, UpdateFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";
import { teller, told } from "./told.ts";

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const make = (FunctionName: string, code: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 20, Code: { ZipFile: zipOf({ "index.mjs": code }) }, ...more }));
const send = (FunctionName: string, event: unknown) => cloud.lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: Buffer.from(JSON.stringify(event)) }));
const put = (FunctionName: string, more: object) => cloud.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...more }));
interface Told {
  readonly round: number;
  readonly requestPayload: { readonly n: number };
  readonly responseContext?: unknown;
}

describe("destinations", () => {
  beforeAll(async () => {
    await make("well", "export const handler = async (event) => ({ got: event.n });");
    await make("ill", "export const handler = async () => { throw new RangeError('no'); };");
    for (const name of ["hears-success", "hears-failure", "hears-off"]) await make(name, teller);
  });

  test("hear of success with the answer", async () => {
    await put("well", { DestinationConfig: { OnSuccess: { Destination: arn("hears-success") } } });
    const { $metadata } = await send("well", { n: 7 });
    expect(await told<Told>(cloud, "hears-success", ({ length }) => length >= 1)).toMatchObject([{
      version: "1.0", timestamp: expect.stringMatching(/^\d{4}-.*Z$/), requestPayload: { n: 7 }, responsePayload: { got: 7 }, responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      requestContext: { requestId: $metadata.requestId, functionArn: `${arn("well")}:$LATEST`, condition: "Success", approximateInvokeCount: 1 },
    }]);
  });

  test("hear of failure with the error, after the retries", async () => {
    await put("ill", { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: arn("hears-failure") } } });
    await send("ill", { n: 8 });
    expect(await told<Told>(cloud, "hears-failure", ({ length }) => length >= 1)).toMatchObject([{
      requestPayload: { n: 8 }, responsePayload: { errorType: "RangeError", errorMessage: "no" }, responseContext: { statusCode: 200, functionError: "Unhandled" },
      requestContext: { functionArn: `${arn("ill")}:$LATEST`, condition: "RetriesExhausted", approximateInvokeCount: 1 },
    }]);
  });

  test("may be queues, and so may the dead-letter queue, which gets the event as it came", async () => {
    const sqs = new SQSClient({ endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    const queue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
    const [failures, letters] = [await queue("failures"), await queue("letters")];
    await make("dies", "export const handler = async () => { throw new RangeError('no'); };", { DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:letters" } });
    await put("dies", { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:failures" } } });
    const { $metadata } = await send("dies", { n: 9 });
    const receive = async (QueueUrl: string) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ["All"] }))).Messages?.[0];
    expect(JSON.parse((await receive(failures))?.Body ?? "")).toMatchObject({ requestPayload: { n: 9 }, requestContext: { condition: "RetriesExhausted" } });
    expect(await receive(letters)).toMatchObject({
      Body: '{"n":9}',
      MessageAttributes: { RequestID: { DataType: "String", StringValue: $metadata.requestId }, ErrorCode: { DataType: "Number", StringValue: "200" }, ErrorMessage: { DataType: "String", StringValue: "no" } },
    });
    expect(await failure(make("lost", teller, { DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:nowhere" } }))).toMatchObject({ message: "The dead letter queue arn:aws:sqs:us-east-1:000000000000:nowhere does not exist." });
  });

  test("of failures may be buckets", async () => {
    await cloud.s3.send(new CreateBucketCommand({ Bucket: "failures" }));
    await make("fails-to-bucket", "export const handler = async () => { throw new RangeError('no'); };");
    await put("fails-to-bucket", { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::failures" } } });
    await send("fails-to-bucket", { n: 10 });
    const key = await eventually("the record", async () => (await cloud.s3.send(new ListObjectsV2Command({ Bucket: "failures" }))).Contents?.[0]?.Key);
    expect(key).toMatch(/^aws\/lambda\/async\/fails-to-bucket\/(\d{4})\/(\d\d)\/(\d\d)\/\1-\2-\3T\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/);
    const object = await cloud.s3.send(new GetObjectCommand({ Bucket: "failures", Key: key }));
    expect(JSON.parse((await object.Body?.transformToString()) ?? "")).toMatchObject({ requestPayload: { n: 10 }, requestContext: { condition: "RetriesExhausted" } });
    expect(await failure(put("well", { DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::nowhere-at-all" } } }))).toMatchObject({ message: "The destination ARN arn:aws:s3:::nowhere-at-all is invalid." });
    expect(await failure(put("well", { DestinationConfig: { OnSuccess: { Destination: "arn:aws:s3:::failures" } } }))).toMatchObject({ message: "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::failures), onFailure=null) is invalid." });
  });

  test("hear at once of events for a function that is switched off", async () => {
    await make("off", teller);
    await cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "off", ReservedConcurrentExecutions: 0 }));
    await put("off", { DestinationConfig: { OnFailure: { Destination: arn("hears-off") } } });
    for (let n = 0; n < 50; n++) await send("off", { n });
    const records = await told<Told>(cloud, "hears-off", ({ length }) => length >= 50);
    expect(new Set(records.map(({ requestPayload }) => requestPayload.n)).size).toBe(50);
    expect(records[0]?.responseContext).toBeUndefined();
  });
});

describe("a configuration of asynchronous events", () => {
  test("is put, changed, listed and deleted, for a function and its alias", async () => {
    await make("configured", teller);
    const first = await put("configured", { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 });
    expect(first).toMatchObject({ FunctionArn: `${arn("configured")}:$LATEST`, MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60, DestinationConfig: { OnSuccess: {}, OnFailure: {} }, LastModified: expect.any(Date) });
    await cloud.lambda.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName: "configured", MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: arn("hears-failure") } } }));
    const get = () => cloud.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: "configured" }));
    expect(await get()).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60, DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: arn("hears-failure") } } });
    await put("configured", { MaximumRetryAttempts: 2 });
    const replaced = await get();
    expect([replaced.MaximumRetryAttempts, replaced.MaximumEventAgeInSeconds]).toEqual([2, undefined]);
    await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "configured" }));
    await cloud.lambda.send(new CreateAliasCommand({ FunctionName: "configured", Name: "live", FunctionVersion: "1" }));
    await put("configured", { Qualifier: "live", MaximumEventAgeInSeconds: 90 });
    const { FunctionEventInvokeConfigs = [] } = await cloud.lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName: "configured" }));
    expect(FunctionEventInvokeConfigs.map(({ FunctionArn }) => FunctionArn)).toEqual([`${arn("configured")}:$LATEST`, `${arn("configured")}:live`]);
    await cloud.lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: "configured" }));
    expect(await failure(get())).toMatchObject({ name: "ResourceNotFoundException", status: 404, message: `The function ${arn("configured")}:$LATEST doesn't have an EventInvokeConfig` });
  });

  const iam = "arn:aws:iam:us-east-1:000000000000:function:well";
  const onSuccess = (Destination: string) => ({ DestinationConfig: { OnSuccess: { Destination } } });
  test.each([
    ["without anything to set", () => put("well", {}), "InvalidParameterValueException", "You must specify at least one of error handling or destination setting."],
    ["with itself as destination", () => put("well", onSuccess(arn("well"))), "InvalidParameterValueException", "You can't specify the function as a destination for itself."],
    ["with a destination of another kind", () => put("well", onSuccess(iam)), "InvalidParameterValueException", `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${iam}), onFailure=null) is invalid.`],
    ["with a destination that is not there", () => put("well", onSuccess(arn("doesnotexist"))), "InvalidParameterValueException", `The destination ARN ${arn("doesnotexist")} is invalid.`],
    ["with a bus that is not there", () => put("well", onSuccess("arn:aws:events:us-east-1:000000000000:event-bus/nowhere")), "InvalidParameterValueException", "The destination ARN arn:aws:events:us-east-1:000000000000:event-bus/nowhere is invalid."],
    ["of nothing", () => put("doesnotexist", { MaximumRetryAttempts: 1 }), "ResourceNotFoundException", "The function doesn't exist."],
    ["that is not there, to be changed", () => cloud.lambda.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName: "doesnotexist", MaximumRetryAttempts: 1 })), "ResourceNotFoundException", `The function ${arn("doesnotexist")}:$LATEST doesn't have an EventInvokeConfig`],
  ])("is refused: %s", async (_what, ask, name, message) => {
    expect(await failure(ask())).toMatchObject({ name, message });
  });
});

describe("a function that calls itself", () => {
  const again = `import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";
const client = new LambdaClient({});
export const handler = async (event) => {
  console.log("TOLD", JSON.stringify({ round: event.round }));
  if (event.round < 25) await client.send(new InvokeCommand({ FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME, InvocationType: "Event", Payload: JSON.stringify({ round: event.round + 1 }) }));
};`;

  test("is stopped after sixteen rounds, which its destination hears", async () => {
    await make("loops", again);
    await make("hears-loop", teller);
    await put("loops", { DestinationConfig: { OnFailure: { Destination: arn("hears-loop") } } });
    await send("loops", { round: 1 });
    expect(await told<Told>(cloud, "hears-loop", ({ length }) => length >= 1)).toMatchObject([{ requestContext: { condition: "RecursiveInvocation" }, requestPayload: { round: 17 } }]);
    expect((await told<Told>(cloud, "loops", ({ length }) => length >= 16)).map(({ round }) => round).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  test("is let go on where that is allowed", async () => {
    await make("may-loop", again);
    expect(await cloud.lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName: "may-loop" }))).toMatchObject({ RecursiveLoop: "Terminate" });
    await cloud.lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName: "may-loop", RecursiveLoop: "Allow" }));
    expect(await cloud.lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName: "may-loop" }))).toMatchObject({ RecursiveLoop: "Allow" });
    await send("may-loop", { round: 1 });
    expect((await told<Told>(cloud, "may-loop", ({ length }) => length >= 25)).length).toBe(25);
  });

  test("is refused at once when somebody waits for the answer", async () => {
    const client = cloud.lambda;
    const looping = new InvokeCommand({ FunctionName: "well" });
    const lineage = (await import("node:crypto")).createHash("sha256").update(arn("well")).digest("hex").slice(0, 8);
    looping.middlewareStack.add((next) => (args) => ((args.request as { headers: Record<string, string> }).headers["x-amzn-trace-id"] = `Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=${lineage}:16`, next(args)), { step: "build" });
    expect(await failure(client.send(looping))).toMatchObject({
      name: "RecursiveInvocationException", status: 400, message: "Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function from being invoked.",
    });
    expect(await failure(cloud.lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName: "well", RecursiveLoop: "InvalidValue" as "Allow" })))).toMatchObject({
      name: "ValidationException", message: "1 validation error detected: Value 'InvalidValue' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]",
    });
  });
});
