// Event source mappings as clients meet them: made, changed, listed and deleted with the JS SDK and boto3, and queues that feed functions.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CreateAliasCommand, CreateEventSourceMappingCommand, CreateFunctionCommand, DeleteEventSourceMappingCommand, GetEventSourceMappingCommand, type CreateEventSourceMappingCommandInput,
  ListEventSourceMappingsCommand, ListTagsCommand, PublishVersionCommand, PutFunctionConcurrencyCommand, DeleteFunctionConcurrencyCommand, TagResourceCommand, UpdateEventSourceMappingCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, has, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";
import { teller, told } from "./told.ts";

const run = promisify(execFile);
const boto3 = await has("python3", "-c", "import boto3");
let cloud: TestCloud;
let sqs: SQSClient;
beforeAll(async () => {
  cloud = await startCloud();
  sqs = new SQSClient({ endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 });
});
afterAll(async () => {
  sqs.destroy();
  await cloud[Symbol.asyncDispose]();
});

const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const make = (FunctionName: string, code: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": code }) }, ...more }));
const queue = async (QueueName: string, attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { ...(QueueName.endsWith(".fifo") ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {}), ...attributes } }))).QueueUrl ?? "";
const send = (QueueUrl: string, MessageBody: string, more: object = {}) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const map = (FunctionName: string, name: string, more: Partial<CreateEventSourceMappingCommandInput> = {}) =>
  cloud.lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn: queueArn(name), ...more }));
const get = (UUID: string | undefined) => cloud.lambda.send(new GetEventSourceMappingCommand({ UUID }));
const state = (UUID: string | undefined, wanted: string) => eventually(`the state ${wanted}`, async () => ((await get(UUID)).State === wanted ? true : undefined));
const left = async (QueueUrl: string): Promise<number> => {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] }));
  return Number(Attributes["ApproximateNumberOfMessages"]) + Number(Attributes["ApproximateNumberOfMessagesNotVisible"]);
};

const bodies = "export const handler = async (event) => { console.log('TOLD ' + JSON.stringify(event.Records.map((record) => record.body))); };";
interface Event {
  readonly Records: readonly Record<string, unknown>[];
}

describe("a mapping of a queue", () => {
  test("hides messages for as long as the function may take since its last change", async () => {
    await make("longer", `import { setTimeout } from "node:timers/promises";
export const handler = async ({ Records }) => {
  console.log("TOLD " + JSON.stringify(Records.map(({ body }) => body)));
  if (Records[0].body === "slow") await setTimeout(2500);
};`, { Timeout: 1 });
    const url = await queue("longer", { VisibilityTimeout: "1" });
    const { UUID } = await map("longer", "longer", { BatchSize: 1 });
    await state(UUID, "Enabled");
    await send(url, "first");
    await told(cloud, "longer", ({ length }) => length === 1);
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "longer", Timeout: 10 }));
    await send(url, "slow");
    await eventually("the end of the slow one", async () => ((await left(url)) === 0 ? true : undefined));
    expect(await told(cloud, "longer", ({ length }) => length >= 2)).toEqual([["first"], ["slow"]]);
  });

  test("that is made to be off is so at once", async () => {
    await make("off", teller);
    await queue("off");
    expect((await map("off", "off", { Enabled: false })).State).toBe("Disabled");
  });

  test("passes through its states, shows itself as the original does, and hands messages over", async () => {
    await make("first", teller);
    const url = await queue("first");
    const made = await map("first", "first", { Tags: { team: "a" } });
    expect(made.$metadata.httpStatusCode).toBe(202);
    const { $metadata: _, ...shown } = made;
    const id = made.UUID ?? "";
    expect(shown).toEqual({
      UUID: expect.stringMatching(/^[0-9a-f-]{36}$/), EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${id}`, EventSourceArn: queueArn("first"), FunctionArn: functionArn("first"),
      BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [], LastModified: expect.any(Date), State: "Creating", StateTransitionReason: "USER_INITIATED",
    });
    await state(id, "Enabled");
    await send(url, "hello", { MessageAttributes: { kind: { DataType: "String", StringValue: "greeting" }, bytes: { DataType: "Binary", BinaryValue: Buffer.from("x") } } });
    const [event] = await told<Event>(cloud, "first", ({ length }) => length === 1);
    expect(event?.Records).toEqual([{
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/), receiptHandle: expect.any(String), body: "hello", md5OfBody: "5d41402abc4b2a76b9719d911017c592", md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: "aws:sqs", eventSourceARN: queueArn("first"), awsRegion: "us-east-1",
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: expect.stringMatching(/^\d{13}$/), SenderId: "000000000000", ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) },
      messageAttributes: {
        kind: { stringValue: "greeting", stringListValues: [], binaryListValues: [], dataType: "String" },
        bytes: { binaryValue: "eA==", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      },
    }]);
    await expect.poll(() => left(url)).toBe(0);

    const arn = made.EventSourceMappingArn;
    await cloud.lambda.send(new TagResourceCommand({ Resource: arn, Tags: { stage: "b" } }));
    expect((await cloud.lambda.send(new ListTagsCommand({ Resource: arn }))).Tags).toEqual({ team: "a", stage: "b" });

    const off = await cloud.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: false, BatchSize: 3 }));
    expect([off.$metadata.httpStatusCode, off.State, off.BatchSize]).toEqual([202, "Disabling", 3]);
    await state(id, "Disabled");
    await send(url, "later");
    expect((await cloud.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: true }))).State).toBe("Enabling");
    await told<Event>(cloud, "first", ({ length }) => length === 2);
    expect((await cloud.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, BatchSize: 5 }))).State).toBe("Updating");
    await state(id, "Enabled");

    const gone = await cloud.lambda.send(new DeleteEventSourceMappingCommand({ UUID: id }));
    expect([gone.$metadata.httpStatusCode, gone.State]).toEqual([202, "Deleting"]);
    await eventually("the end of the mapping", async () => ((await failure(get(id)).catch(() => undefined)) ? true : undefined));
    expect(await failure(get(id))).toMatchObject({ name: "ResourceNotFoundException", status: 404, message: "The resource you requested does not exist." });
    expect(await failure(cloud.lambda.send(new ListTagsCommand({ Resource: arn })))).toMatchObject({ name: "ResourceNotFoundException", message: `Event source mapping not found: ${arn}` });
  });

  test("is found by source and by function, alias and version included, page by page", async () => {
    await make("listed", teller);
    await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "listed" }));
    await cloud.lambda.send(new CreateAliasCommand({ FunctionName: "listed", Name: "live", FunctionVersion: "1" }));
    for (const name of ["listed-a", "listed-b"]) await queue(name);
    const ids = [await map("listed", "listed-a"), await map("listed", "listed-b"), await map(`${functionArn("listed")}:live`, "listed-a")].map(({ UUID }) => UUID);
    const list = async (more: object) => (await cloud.lambda.send(new ListEventSourceMappingsCommand(more))).EventSourceMappings?.map(({ UUID }) => UUID).toSorted();
    expect(await list({ EventSourceArn: queueArn("listed-a") })).toEqual([ids[0], ids[2]].toSorted());
    expect(await list({ FunctionName: "listed" })).toEqual([ids[0], ids[1]].toSorted());
    expect(await list({ FunctionName: "listed:live" })).toEqual([ids[2]]);
    expect(await list({ FunctionName: "listed", EventSourceArn: queueArn("listed-b") })).toEqual([ids[1]]);
    const first = await cloud.lambda.send(new ListEventSourceMappingsCommand({ FunctionName: "listed", MaxItems: 1 }));
    const second = await cloud.lambda.send(new ListEventSourceMappingsCommand({ FunctionName: "listed", MaxItems: 1, Marker: first.NextMarker }));
    expect([...(first.EventSourceMappings ?? []), ...(second.EventSourceMappings ?? [])].map(({ UUID }) => UUID).toSorted()).toEqual([ids[0], ids[1]].toSorted());
    expect(second.NextMarker).toBeUndefined();
    expect(await failure(map("listed", "listed-a"))).toMatchObject({
      name: "ResourceConflictException", status: 409, message: `An event source mapping with SQS arn (" ${queueArn("listed-a")} ") and function (" listed ") already exists. Please update or delete the existing mapping with UUID ${ids[0]}`,
    });
    expect(await failure(cloud.lambda.send(new UpdateEventSourceMappingCommand({ UUID: ids[0], FunctionName: "listed:live" })))).toMatchObject({ name: "ResourceConflictException" });
    for (const UUID of ids) await cloud.lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  });

  const pattern = (Pattern: string) => ({ FilterCriteria: { Filters: [{ Pattern }] } });
  test.each<[string, () => Promise<unknown>, string, string]>([
    ["of no function", () => map("nobody", "refused"), "InvalidParameterValueException", "Function does not exist"],
    ["of no queue", () => map("refused", "nowhere"), "InvalidParameterValueException", "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."],
    ["of no source", () => cloud.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "refused" })), "InvalidParameterValueException", "Unrecognized event source."],
    ["of Kafka", () => cloud.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "refused", SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["kafka:1000"] } } })), "InvalidParameterValueException", "Required 'sourceAccessConfigurations' parameter is missing."],
    ["with a large batch and no window", () => map("refused", "refused", { BatchSize: 11 }), "InvalidParameterValueException", "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"],
    ["with a window over a FIFO queue", () => map("refused", "refused.fifo", { MaximumBatchingWindowInSeconds: 1 }), "InvalidParameterValueException", "Batching window is not supported for FIFO queues"],
    ["with a destination", () => map("refused", "refused", { DestinationConfig: { OnFailure: { Destination: queueArn("refused") } } }), "InvalidParameterValueException", "Unsupported DestinationConfig parameter for given event source mapping type."],
    ["with what only streams have", () => map("refused", "refused", { ParallelizationFactor: 2 }), "InvalidParameterValueException", "Unsupported ParallelizationFactor parameter for given event source mapping type."],
    ["with a starting position", () => map("refused", "refused", { StartingPosition: "LATEST" }), "InvalidParameterValueException", "StartingPosition is not valid for SQS event sources."],
    ["of a slow function", () => map("slow", "refused"), "InvalidParameterValueException", "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"],
    ["with a pattern that is a text", () => map("refused", "refused", pattern("simple string")), "InvalidParameterValueException", "Invalid filter pattern definition."],
    ["with a pattern without a list", () => map("refused", "refused", pattern('{"eventSource":"aws:sqs"}')), "InvalidParameterValueException", "Invalid filter pattern definition."],
    ["with both ways to scale", () => map("refused", "refused", { ScalingConfig: { MaximumConcurrency: 2 }, ProvisionedPollerConfig: { MinimumPollers: 2 } }), "InvalidParameterValueException", "ScalingConfig and ProvisionedPollerConfig can not be used together."],
    ["with metrics", () => map("refused", "refused", { MetricsConfig: { Metrics: ["EventCount"] } }), "InvalidParameterValueException", "MetricsConfig is not supported by Fugaz yet; leave it out."],
    ["that is not there, to be changed", () => cloud.lambda.send(new UpdateEventSourceMappingCommand({ UUID: "00000000-0000-4000-8000-000000000000" })), "ResourceNotFoundException", "The resource you requested does not exist."],
  ])("is refused: %s", async (_what, ask, name, message) => {
    await Promise.all([make("refused", teller).catch(() => undefined), make("slow", teller, { Timeout: 60 }).catch(() => undefined), queue("refused"), queue("refused.fifo")]);
    expect(await failure(ask())).toMatchObject({ name, message });
  });

  test("fills batches within its window", async () => {
    await make("windowed", teller);
    const url = await queue("windowed");
    await map("windowed", "windowed", { BatchSize: 20, MaximumBatchingWindowInSeconds: 2 });
    for (const half of [0, 1]) await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: `${half}${n}` })) }));
    const [batch] = await told<Event>(cloud, "windowed", ({ length }) => length === 1);
    expect(batch?.Records.map(({ md5OfMessageAttributes }) => md5OfMessageAttributes)).toEqual(Array.from({ length: 20 }, () => null));
  });

  test("drops what its filters do not want, by body and by metadata", async () => {
    await make("filtered", bodies);
    const url = await queue("filtered");
    await map("filtered", "filtered", { FilterCriteria: { Filters: [{ Pattern: '{"body":{"n":[{"numeric":[">",1]}]}}' }, { Pattern: '{"messageAttributes":{"kind":{"stringValue":["vip"]}}}' }, { Pattern: '{"body":["plain"]}' }] } });
    await send(url, "plain");
    await send(url, "not wanted");
    await send(url, '{"n":1}');
    await send(url, '{"n":2}');
    await send(url, "vip", { MessageAttributes: { kind: { DataType: "String", StringValue: "vip" } } });
    const seen = await told<string[]>(cloud, "filtered", (lines) => lines.flat().length >= 3);
    expect(seen.flat().toSorted()).toEqual(["plain", "vip", '{"n":2}']);
    await expect.poll(() => left(url)).toBe(0);
  });

  test("keeps only the messages that its function names as failed, and they go to the dead letters", async () => {
    await make("partial", "export const handler = async (event) => { console.log('TOLD ' + JSON.stringify(event.Records.map((record) => record.body))); return { batchItemFailures: event.Records.filter((record) => record.body === 'bad').map((record) => ({ itemIdentifier: record.messageId })) }; };", { Timeout: 1 });
    const letters = await queue("partial-dead");
    const url = await queue("partial", { VisibilityTimeout: "1", RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("partial-dead"), maxReceiveCount: 2 }) });
    await map("partial", "partial", { FunctionResponseTypes: ["ReportBatchItemFailures"] });
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: ["good", "bad", "fine"].map((MessageBody, n) => ({ Id: String(n), MessageBody })) }));
    await expect.poll(() => left(letters), { timeout: 10_000 }).toBe(1);
    const seen = (await told<string[]>(cloud, "partial", (lines) => lines.flat().filter((body) => body === "bad").length === 2)).flat();
    expect(seen.filter((body) => body !== "bad").toSorted()).toEqual(["fine", "good"]);
    expect(await left(url)).toBe(0);
  });

  test("runs as many batches at once as it may, and those of a FIFO queue in the order of their groups", async () => {
    const slow = "export const handler = async (event) => { const begun = Date.now(); await new Promise((done) => setTimeout(done, 150)); console.log('TOLD ' + JSON.stringify({ begun, ended: Date.now(), bodies: event.Records.map((record) => record.body) })); };";
    interface Ran {
      readonly begun: number;
      readonly ended: number;
      readonly bodies: readonly string[];
    }
    await Promise.all([make("two-at-once", slow), make("in-order", slow)]);
    const [url, fifo] = [await queue("two-at-once"), await queue("in-order.fifo")];
    await map("two-at-once", "two-at-once", { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    await map("in-order", "in-order.fifo", { BatchSize: 2 });
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: Array.from({ length: 8 }, (_, n) => ({ Id: String(n), MessageBody: String(n) })) }));
    for (let n = 0; n < 5; n++) for (const group of ["a", "b"]) await send(fifo, `${group}${n}`, { MessageGroupId: group });
    const runs = await told<Ran>(cloud, "two-at-once", ({ length }) => length === 8);
    const most = Math.max(...runs.map(({ begun }) => runs.filter((other) => other.begun <= begun && begun < other.ended).length));
    expect(most).toBe(2);
    const ordered = (await told<Ran>(cloud, "in-order", (lines) => lines.flatMap((line) => line.bodies).length === 10)).toSorted((a, b) => a.begun - b.begun);
    for (const group of ["a", "b"]) {
      const mine = ordered.filter((line) => line.bodies.some((body) => body.startsWith(group)));
      expect(mine.flatMap((line) => line.bodies.filter((body) => body.startsWith(group)))).toEqual(["0", "1", "2", "3", "4"].map((n) => group + n));
      expect(mine.every((line, at) => at === 0 || line.begun >= (mine[at - 1]?.ended ?? 0))).toBe(true);
    }
  });

  test("leaves messages alone while its function has no concurrency: no receive is spent on them", async () => {
    await make("held", teller);
    const url = await queue("held");
    await cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "held", ReservedConcurrentExecutions: 0 }));
    await map("held", "held");
    await send(url, "patient");
    // The neighbour has run by then.
    await told<unknown>(cloud, "in-order", ({ length }) => length > 0);
    await cloud.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "held" }));
    const [event] = await told<Event>(cloud, "held", ({ length }) => length === 1);
    expect(event?.Records).toMatchObject([{ body: "patient", attributes: { ApproximateReceiveCount: "1" } }]);
  });

  test("keeps to the pace that its function's reservation sets, and loses nothing", async () => {
    await make("paced", "export const handler = async (event) => { console.log('TOLD ' + JSON.stringify({ id: event.Records[0].messageId, received: event.Records[0].attributes.ApproximateReceiveCount, at: Date.now() })); };");
    const url = await queue("paced");
    await cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "paced", ReservedConcurrentExecutions: 1 }));
    for (let batch = 0; batch < 3; batch++) await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: Array.from({ length: 7 }, (_, n) => ({ Id: `${n}`, MessageBody: `${batch}` })) }));
    await map("paced", "paced", { BatchSize: 1 });
    const lines = await told<{ readonly id: string; readonly received: string; readonly at: number }>(cloud, "paced", ({ length }) => length >= 21);
    expect([new Set(lines.map(({ id }) => id)).size, new Set(lines.map(({ received }) => received))]).toEqual([21, new Set(["1"])]);
    // Two seconds that are counted have ten each, and the third begins after the whole of the second.
    const times = lines.map(({ at }) => at).toSorted((a, b) => a - b);
    expect((times[20] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900);
    await expect.poll(() => left(url)).toBe(0);
  });

  test("reaches its function at once while that sleeps over another queue's message", async () => {
    await make("two-queues", "export const handler = async (event) => { const [{ body }] = event.Records; console.log('TOLD ' + JSON.stringify({ body, at: Date.now() })); if (body === 'sleep') await new Promise((done) => setTimeout(done, 2500)); };");
    const [one, two] = [await queue("two-queues-1"), await queue("two-queues-2")];
    for (const name of ["two-queues-1", "two-queues-2"]) await map("two-queues", name, { BatchSize: 1 });
    const count = (n: number) => told<{ readonly body: string; readonly at: number }>(cloud, "two-queues", ({ length }) => length >= n);
    // Its events are short as a rule.
    for (let n = 0; n < 5; n++) await send(two, `short ${n}`);
    await count(5);
    await send(one, "sleep");
    const slept = (await count(6)).find(({ body }) => body === "sleep")?.at ?? 0;
    await send(two, "awake");
    const awake = (await count(7)).find(({ body }) => body === "awake")?.at ?? Infinity;
    expect(awake - slept).toBeLessThan(2000);
  });

  test("hands on where an event has been, so that a loop through the queue ends among the dead letters", async () => {
    const letters = await queue("loop-dead");
    const url = await queue("loop", { VisibilityTimeout: "1", RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("loop-dead"), maxReceiveCount: 1 }) });
    await make("loop", `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs"; const sqs = new SQSClient({});
export const handler = async (event) => { for (const { body } of event.Records) { console.log("TOLD " + body); await sqs.send(new SendMessageCommand({ QueueUrl: ${JSON.stringify(url)}, MessageBody: String(Number(body) + 1) })); } };`, { Timeout: 1, MemorySize: 512 });
    await map("loop", "loop", { BatchSize: 1 });
    await send(url, "1");
    await expect.poll(() => left(letters), { timeout: 20_000 }).toBe(1);
    expect(Math.max(...(await told<number>(cloud, "loop", ({ length }) => length >= 16)))).toBe(16);
  });
});

test.skipIf(!boto3)("boto3 makes, reads, changes and deletes a mapping", async () => {
  await make("from-python", bodies);
  await queue("from-python");
  const program = `
import boto3, json, time
lam, sqs = boto3.client("lambda"), boto3.client("sqs")
url = sqs.get_queue_url(QueueName="from-python")["QueueUrl"]
made = lam.create_event_source_mapping(EventSourceArn="${queueArn("from-python")}", FunctionName="from-python", BatchSize=1, ScalingConfig={"MaximumConcurrency": 3})
uuid = made["UUID"]
def state():
    return lam.get_event_source_mapping(UUID=uuid)["State"]
while state() != "Enabled": time.sleep(0.02)
sqs.send_message(QueueUrl=url, MessageBody="from python")
changed = lam.update_event_source_mapping(UUID=uuid, BatchSize=7, ScalingConfig={})
while state() != "Enabled": time.sleep(0.02)
listed = lam.list_event_source_mappings(FunctionName="from-python")["EventSourceMappings"]
print(json.dumps([made["ScalingConfig"]["MaximumConcurrency"], changed["BatchSize"], "ScalingConfig" in changed, len(listed), made["ResponseMetadata"]["HTTPStatusCode"]]))
`;
  const { stdout } = await run("python3", ["-c", program], { env: { ...cloud.env } });
  expect(JSON.parse(stdout)).toEqual([3, 7, false, 1, 202]);
  expect((await told<string[]>(cloud, "from-python", ({ length }) => length === 1)).flat()).toEqual(["from python"]);
  const [mapping] = (await cloud.lambda.send(new ListEventSourceMappingsCommand({ FunctionName: "from-python" }))).EventSourceMappings ?? [];
  await run("python3", ["-c", `import boto3; boto3.client("lambda").delete_event_source_mapping(UUID="${mapping?.UUID}")`], { env: { ...cloud.env } });
  await eventually("the end of the mapping", async () => ((await failure(get(mapping?.UUID)).catch(() => undefined)) ? true : undefined));
});
