// Queues as the official client manages them: attributes, FIFO rules, dead letters and their way back, permissions, tags, lists.
import {
  AddPermissionCommand, CancelMessageMoveTaskCommand, ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageCommand, GetQueueAttributesCommand, GetQueueUrlCommand, ListDeadLetterSourceQueuesCommand, ListMessageMoveTasksCommand, ListQueuesCommand,
  ListQueueTagsCommand, PurgeQueueCommand, ReceiveMessageCommand, type ReceiveMessageCommandInput, RemovePermissionCommand, SendMessageBatchCommand, SendMessageCommand, type SendMessageCommandInput, SetQueueAttributesCommand, SQSClient,
  StartMessageMoveTaskCommand, TagQueueCommand, UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { openSmallCloud, type SmallCloud } from "./small-cloud.ts";

let cloud: SmallCloud;
let sqs: SQSClient;

beforeAll(async () => {
  cloud = await openSmallCloud();
  sqs = new SQSClient(cloud.settings);
});
afterAll(async () => {
  sqs.destroy();
  await cloud[Symbol.asyncDispose]();
});

type Texts = Readonly<Record<string, string>>;
const create = async (QueueName: string, Attributes?: Texts, tags?: Texts): Promise<string> => (await sqs.send(new CreateQueueCommand({ QueueName, Attributes, tags }))).QueueUrl ?? "";
const attributes = async (QueueUrl: string): Promise<Texts> => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes ?? {};
const setAttributes = (QueueUrl: string, Attributes: Texts) => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
const sendTo = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, AttributeNames: ["All"], ...more }))).Messages ?? [];
const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const redrive = (name: string, maxReceiveCount = 1): Texts => ({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(name), maxReceiveCount }) });

describe("a queue", () => {
  test("has the original's defaults, and each change acts and shows", async () => {
    const url = await create("defaults");
    const { CreatedTimestamp, LastModifiedTimestamp, ...shown } = await attributes(url);
    expect(shown).toEqual({
      QueueArn: arn("defaults"), ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "0", ApproximateNumberOfMessagesDelayed: "0", VisibilityTimeout: "30", MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600", DelaySeconds: "0", ReceiveMessageWaitTimeSeconds: "0", SqsManagedSseEnabled: "true",
    });
    expect([CreatedTimestamp, LastModifiedTimestamp]).toEqual([expect.stringMatching(/^\d{10}$/), CreatedTimestamp]);
    await setAttributes(url, { VisibilityTimeout: "69", Policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: arn("defaults") }] }) });
    expect(await attributes(url)).toMatchObject({ VisibilityTimeout: "69", Policy: expect.stringContaining("sqs:*") });
    await setAttributes(url, { Policy: "" });
    expect(await attributes(url)).not.toHaveProperty("Policy");
    expect(await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url }))).not.toHaveProperty("Attributes");
    expect((await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }))).Attributes).toEqual({ QueueArn: arn("defaults") });
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "defaults" }))).QueueUrl).toBe(url);
    expect(await failure(sqs.send(new GetQueueUrlCommand({ QueueName: "nobody" })))).toMatchObject({ name: "QueueDoesNotExist", status: 400 });
    // Any of the original's addresses means the queue.
    for (const other of ["https://sqs.us-east-1.amazonaws.com", "https://queue.amazonaws.com", "https://us-east-1.queue.amazonaws.com"]) {
      const QueueUrl = `${other}/000000000000/defaults`;
      expect((await new SQSClient({ ...cloud.settings, useQueueUrlAsEndpoint: false }).send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }))).Attributes).toEqual({ QueueArn: arn("defaults") });
    }
  });

  test("is created again only as it is", async () => {
    const url = await create("twice", { DelaySeconds: "1" });
    expect(await create("twice", { DelaySeconds: "1" })).toBe(url);
    expect(await create("twice")).toBe(url);
    expect(await failure(create("twice", { DelaySeconds: "2" }))).toMatchObject({ name: "QueueNameExists", status: 400, message: "A queue already exists with the same name and a different value for attribute DelaySeconds" });
  });

  const wrong: readonly (readonly [string, Texts, object])[] = [
    ["w", { VisibilityTimeout: "43201" }, { name: "InvalidAttributeValue", message: "Invalid value for the parameter VisibilityTimeout." }],
    ["w", { DelaySeconds: "x" }, { name: "InvalidAttributeValue", message: "Invalid value for the parameter DelaySeconds." }],
    ["w", { MaximumMessageSize: "1048577" }, { name: "InvalidAttributeValue" }],
    ["w", { Nothing: "1" }, { name: "InvalidAttributeName", message: "Unknown Attribute Nothing." }],
    ["w", { QueueArn: "1" }, { name: "InvalidAttributeName", message: "Unknown Attribute QueueArn." }],
    ["w", { Policy: "{" }, { name: "InvalidAttributeValue", message: "Invalid value for the parameter Policy." }],
    ["w", { FifoQueue: "false" }, { name: "InvalidAttributeName", message: "Unknown Attribute FifoQueue." }],
    ["w", { ContentBasedDeduplication: "true" }, { name: "InvalidAttributeName", message: "Unknown Attribute ContentBasedDeduplication." }],
    ["w", { DeduplicationScope: "queue" }, { name: "InvalidAttributeName", message: "You can specify the DeduplicationScope only when FifoQueue is set to true." }],
    ["w", { KmsMasterKeyId: "alias/aws/sqs" }, { name: "NotImplemented", message: "KmsMasterKeyId (encryption with a key of KMS) is not implemented." }],
    ["w w", {}, { name: "InvalidParameterValue", message: "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length" }],
    ["w.fifo", {}, { name: "InvalidParameterValue" }],
    ["w", { FifoQueue: "true" }, { name: "InvalidParameterValue", message: "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length" }],
    ["w.fifo", { FifoQueue: "true", FifoThroughputLimit: "perMessageGroupId" }, { name: "InvalidAttributeValue", message: "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup." }],
    ["w", { RedrivePolicy: "x" }, { name: "InvalidParameterValue", message: "Value x for parameter RedrivePolicy is invalid. Reason: Redrive policy is not a valid JSON map." }],
    ["w", { RedrivePolicy: '{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}' }, { message: 'Value {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.' }],
    ["w", redrive("nowhere"), { message: expect.stringMatching(/Reason: Dead letter target does not exist\.$/) }],
    ["w", redrive("defaults", 1001), { message: expect.stringMatching(/Reason: Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive\.$/) }],
    ["w", { RedriveAllowPolicy: '{"redrivePermission":"byQueue"}' }, { name: "InvalidParameterValue" }],
  ];
  test("is refused for wrong names and attributes in the original's words", async () => {
    for (const [name, given, expected] of wrong) expect(await failure(create(name, given)), JSON.stringify([name, given])).toMatchObject(expected);
    expect(await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "w" }))).not.toHaveProperty("QueueUrls");
  });

  test("is listed by prefix and in pages, and carries tags", async () => {
    for (const name of ["list-c", "list-a", "list-b"]) await create(name, {}, { of: name });
    const names = (page: { readonly QueueUrls?: string[] | undefined }) => (page.QueueUrls ?? []).map((url) => url.split("/").at(-1));
    expect(names(await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "list-" })))).toEqual(["list-a", "list-b", "list-c"]);
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "list-", MaxResults: 2 }));
    const second = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "list-", MaxResults: 2, NextToken: first.NextToken }));
    expect([names(first), names(second), second.NextToken]).toEqual([["list-a", "list-b"], ["list-c"], undefined]);
    const QueueUrl = await create("list-a");
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { more: "x", of: "all" } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["more", "nothing"] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ of: "all" });
    expect(await failure(sqs.send(new TagQueueCommand({ QueueUrl, Tags: { "aws:x": "b" } })))).toMatchObject({ name: "InvalidParameterValue", message: "Tag key aws:x can't start with aws:, which is reserved." });
    expect(await failure(sqs.send(new TagQueueCommand({ QueueUrl, Tags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, ""])) })))).toMatchObject({ name: "InvalidParameterValue" });
  });

  test("grows its policy by permissions under labels", async () => {
    const QueueUrl = await create("permissions");
    const add = (Label: string, Actions = ["ReceiveMessage"]) => sqs.send(new AddPermissionCommand({ QueueUrl, Label, AWSAccountIds: ["111111111111"], Actions }));
    await add("one");
    expect(JSON.parse((await attributes(QueueUrl))["Policy"] ?? "")).toEqual({
      Version: "2008-10-17", Id: `${arn("permissions")}/SQSDefaultPolicy`,
      Statement: [{ Sid: "one", Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Action: "SQS:ReceiveMessage", Resource: arn("permissions") }],
    });
    expect(await failure(add("one"))).toMatchObject({ message: "Value one for parameter Label is invalid. Reason: Already exists." });
    expect(await failure(add("two", ["Fly"]))).toMatchObject({ message: "Value SQS:Fly for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions." });
    await sqs.send(new RemovePermissionCommand({ QueueUrl, Label: "one" }));
    expect(await attributes(QueueUrl)).not.toHaveProperty("Policy");
    expect(await failure(sqs.send(new RemovePermissionCommand({ QueueUrl, Label: "one" })))).toMatchObject({ message: "Value one for parameter Label is invalid. Reason: can't find label." });
  });
});

describe("a FIFO queue", () => {
  const fifo = (name: string, more: Texts = {}) => create(`${name}.fifo`, { FifoQueue: "true", ...more });
  const bodies = (messages: readonly { readonly Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

  test("keeps the order of each group, one receiver at a time, with growing sequence numbers of 20 digits", async () => {
    const url = await fifo("order");
    expect(await attributes(url)).toMatchObject({ FifoQueue: "true", ContentBasedDeduplication: "false", DeduplicationScope: "queue", FifoThroughputLimit: "perQueue" });
    const sent = [];
    for (const [group, body] of [["a", "a1"], ["b", "b1"], ["a", "a2"]] as const) sent.push(await sendTo(url, body, { MessageGroupId: group, MessageDeduplicationId: body }));
    const numbers = sent.map(({ SequenceNumber = "" }) => SequenceNumber);
    expect(numbers).toEqual([...numbers].sort());
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
    const [first] = await receive(url, { MaxNumberOfMessages: 1 });
    expect(first).toMatchObject({ Body: "a1", Attributes: { MessageGroupId: "a", MessageDeduplicationId: "a1", SequenceNumber: numbers[0] } });
    expect(bodies(await receive(url))).toEqual(["b1"]);
    const waiting = receive(url, { WaitTimeSeconds: 20 });
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    expect(bodies(await waiting)).toEqual(["a2"]);
  });

  test("gives what was given up of a group again, though what follows it is still with its receiver", async () => {
    const url = await fifo("given-up", { ContentBasedDeduplication: "true" });
    for (const body of ["a1", "a2", "a3", "b1"]) await sendTo(url, body, { MessageGroupId: body.slice(0, 1) });
    const [first] = await receive(url, { MaxNumberOfMessages: 2 });
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }));
    // Recorded on AWS: not what waits behind the second either.
    expect(bodies(await receive(url))).toEqual(["b1", "a1"]);
  });

  test("takes a message once per id or content, in the queue or in the group", async () => {
    const url = await fifo("dedup", { ContentBasedDeduplication: "true" });
    const first = await sendTo(url, "same", { MessageGroupId: "a" });
    expect(await sendTo(url, "same", { MessageGroupId: "b" })).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    await sendTo(url, "same", { MessageGroupId: "a", MessageDeduplicationId: "other" });
    const batch = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: ["x", "y", "x"].map((MessageBody, index) => ({ Id: String(index), MessageBody, MessageGroupId: "c" })) }));
    expect(batch.Successful?.[2]).toMatchObject({ MessageId: batch.Successful?.[0]?.MessageId });
    expect(bodies(await receive(url)).sort()).toEqual(["same", "same", "x", "y"]);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    await sendTo(url, "same", { MessageGroupId: "d" });
    expect(bodies(await receive(url))).toEqual(["same"]);
    const scoped = await fifo("scoped", { ContentBasedDeduplication: "true", DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" });
    const equal = await Promise.all(["a", "b", "a", "b"].map((MessageGroupId) => sendTo(scoped, "same", { MessageGroupId })));
    expect(new Set(equal.map(({ MessageId }) => MessageId)).size).toBe(2);
    expect(await receive(scoped)).toHaveLength(2);
  });

  test("gives the same messages to the same receive attempt, and refuses handles whose time is over", async () => {
    const url = await fifo("attempt", { ContentBasedDeduplication: "true" });
    await sendTo(url, "m", { MessageGroupId: "g" });
    const [first] = await receive(url, { ReceiveRequestAttemptId: "try" });
    const [again] = await receive(url, { ReceiveRequestAttemptId: "try", VisibilityTimeout: 1 });
    expect(again?.ReceiptHandle).toBe(first?.ReceiptHandle);
    expect(await receive(url, { ReceiveRequestAttemptId: "another" })).toEqual([]);
    await expect.poll(async () => (await attributes(url))["ApproximateNumberOfMessages"], { timeout: 20_000 }).toBe("1");
    expect(await failure(sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle })))).toMatchObject({
      name: "InvalidParameterValue", message: `Value ${first?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    });
  });

  test("wants its ids", async () => {
    const url = await fifo("ids");
    expect(await failure(sendTo(url, "m"))).toMatchObject({ name: "MissingParameter", message: "The request must contain the parameter MessageGroupId." });
    expect(await failure(sendTo(url, "m", { MessageGroupId: "g" }))).toMatchObject({ name: "InvalidParameterValue", message: "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly" });
    expect(await failure(sendTo(url, "m", { MessageGroupId: "g h", MessageDeduplicationId: "d" }))).toMatchObject({ message: "Value g h for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length." });
    expect(await failure(sendTo(url, "m", { MessageGroupId: "g", MessageDeduplicationId: "d", DelaySeconds: 2 }))).toMatchObject({ message: "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type." });
    expect(await failure(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: "a", MessageBody: "m" }] })))).toMatchObject({ name: "InvalidParameterValue", message: "The request must contain the parameter MessageGroupId." });
  });
});

describe("dead letters", () => {
  test("move at the receive after the last allowed one, with their id and where they came from", async () => {
    const dead = await create("dead");
    const url = await create("source", { ...redrive("dead", 2), VisibilityTimeout: "0" });
    const { MessageId } = await sendTo(url, "poison");
    for (const count of ["1", "2"]) expect((await receive(url))[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: count });
    expect(await receive(dead)).toEqual([]);
    expect(await receive(url)).toEqual([]);
    expect((await receive(dead, { VisibilityTimeout: 0 }))[0]).toMatchObject({ MessageId, Body: "poison", Attributes: { DeadLetterQueueSourceArn: arn("source"), ApproximateReceiveCount: "3" } });
    expect((await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }))).queueUrls).toEqual([url]);

    const { TaskHandle } = await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn("dead") }));
    expect(TaskHandle).toMatch(/.+/);
    await expect.poll(async () => (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn("dead") }))).Results).toMatchObject([{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: 1, SourceArn: arn("dead") }]);
    const [back] = await receive(url);
    expect(back).toMatchObject({ Body: "poison", Attributes: { ApproximateReceiveCount: "1" } });
    expect(back?.MessageId).not.toBe(MessageId);
    expect(back?.Attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
    await setAttributes(url, { RedrivePolicy: "" });
    expect((await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }))).queueUrls).toEqual([]);
  });

  test("move at a rate, one task at a time, until they are cancelled", async () => {
    const dead = await create("slow-dead");
    await create("slow-source", redrive("slow-dead"));
    await create("elsewhere");
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: dead, Entries: Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: String(n) })) }));
    const start = (SourceArn: string, DestinationArn = arn("elsewhere"), MaxNumberOfMessagesPerSecond = 1) => sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }));
    const { TaskHandle } = await start(arn("slow-dead"));
    expect(await failure(start(arn("slow-dead")))).toMatchObject({ message: "There is already a task running. Only one active task is allowed for a source queue arn at a given time." });
    expect((await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn("slow-dead") }))).Results).toMatchObject([{ Status: "RUNNING", TaskHandle, MaxNumberOfMessagesPerSecond: 1, DestinationArn: arn("elsewhere"), ApproximateNumberOfMessagesToMove: 10 }]);
    await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    await expect.poll(async () => (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn("slow-dead") }))).Results?.[0]?.Status, { timeout: 20_000 }).toBe("CANCELLED");
    expect(Number((await attributes(dead))["ApproximateNumberOfMessages"])).toBeGreaterThan(5);
    expect(await failure(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: "nonsense" })))).toMatchObject({ name: "InvalidParameterValue", message: "Value for parameter TaskHandle is invalid." });
    expect(await failure(start(arn("elsewhere")))).toMatchObject({ name: "InvalidParameterValue", message: "Source queue must be configured as a Dead Letter Queue." });
    expect(await failure(start(arn("nowhere")))).toMatchObject({ name: "ResourceNotFoundException", status: 404, message: "The resource that you specified for the SourceArn parameter doesn't exist." });
    expect(await failure(start(arn("slow-dead"), arn("nowhere")))).toMatchObject({ name: "ResourceNotFoundException", message: "The resource that you specified for the DestinationArn parameter doesn't exist." });
  });

  test("go only where they are allowed, to a queue of their kind", async () => {
    await create("strict", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arn("friend")] }) });
    await create("friend", redrive("strict"));
    expect(await failure(create("stranger", redrive("strict")))).toMatchObject({ name: "InvalidParameterValue", message: expect.stringContaining("redrive allow policy") });
    await create("deaf", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    const url = await create("friendly");
    expect(await failure(setAttributes(url, redrive("deaf")))).toMatchObject({ name: "InvalidParameterValue" });
    expect(await failure(create("mixed.fifo", { FifoQueue: "true", ...redrive("strict") }))).toMatchObject({ message: expect.stringContaining("same type") });
    await create("dead.fifo", { FifoQueue: "true" });
    const source = await create("source.fifo", { FifoQueue: "true", VisibilityTimeout: "0", ...redrive("dead.fifo") });
    for (const body of ["1", "2"]) await sendTo(source, body, { MessageGroupId: "g", MessageDeduplicationId: body });
    expect((await receive(source, { MaxNumberOfMessages: 1 }))[0]?.Body).toBe("1");
    expect((await receive(source, { MaxNumberOfMessages: 1 }))[0]?.Body).toBe("2");
    const dead = await create("dead.fifo", { FifoQueue: "true" });
    expect((await receive(dead))[0]).toMatchObject({ Body: "1", Attributes: { MessageGroupId: "g", MessageDeduplicationId: "1", DeadLetterQueueSourceArn: arn("source.fifo") } });
  });
});
