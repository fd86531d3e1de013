// Messages as the official client sends and receives them: attributes and their MD5s (which the client checks), visibility, delays, long polling, batches, limits.
import { createHash } from "node:crypto";
import {
  ChangeMessageVisibilityBatchCommand, ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageBatchCommand, DeleteMessageCommand, DeleteQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand, PurgeQueueCommand,
  QueueDoesNotExist, ReceiveMessageCommand, type ReceiveMessageCommandInput, ReceiptHandleIsInvalid, SendMessageBatchCommand, SendMessageCommand, type SendMessageCommandInput, SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { openSmallCloud, type SmallCloud } from "./small-cloud.ts";

let cloud: SmallCloud;
let sqs: SQSClient;
let made = 0;

beforeAll(async () => {
  cloud = await openSmallCloud();
  sqs = new SQSClient(cloud.settings);
});
afterAll(async () => {
  sqs.destroy();
  await cloud[Symbol.asyncDispose]();
});

const queueWith = async (Attributes: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName: `m-${++made}${Attributes["FifoQueue"] ? ".fifo" : ""}`, Attributes }))).QueueUrl ?? "";
const sendTo = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
const counts = async (QueueUrl: string) => {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible, Attributes.ApproximateNumberOfMessagesDelayed].map(Number);
};

describe("a message", () => {
  test("travels with its attributes and system attributes; asked for by name, prefix or all", async () => {
    const QueueUrl = await queueWith();
    expect(QueueUrl).toBe(`${cloud.endpoint}/000000000000/m-${made}`);
    const sent = await sendTo(QueueUrl, "grüße 😀", {
      MessageAttributes: {
        "foo.ä": { DataType: "String", StringValue: "ä" }, "foo.b": { DataType: "Number.int", StringValue: "12.5" }, bar: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 1]) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1" } },
    });
    expect(sent).toMatchObject({ MD5OfMessageBody: createHash("md5").update("grüße 😀").digest("hex"), MD5OfMessageSystemAttributes: "5ae4d5d7636402d80f4eb6d213245a88" });
    const look = async (more: Partial<ReceiveMessageCommandInput>) => (await receive(QueueUrl, { VisibilityTimeout: 0, ...more }))[0];
    const all = await look({ MessageAttributeNames: ["All"], AttributeNames: ["All"] });
    expect(all).toMatchObject({
      MessageId: sent.MessageId, Body: "grüße 😀", MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: { "foo.ä": { DataType: "String", StringValue: "ä" }, "foo.b": { DataType: "Number.int", StringValue: "12.5" }, bar: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 1]) } },
      Attributes: { SenderId: "000000000000", ApproximateReceiveCount: "1", AWSTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", SentTimestamp: expect.stringMatching(/^\d{13}$/), ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) },
    });
    expect(Object.keys((await look({ MessageAttributeNames: ["foo.*", "nope"] }))?.MessageAttributes ?? {})).toEqual(["foo.ä", "foo.b"]);
    const named = await look({ MessageAttributeNames: ["bar"], MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
    expect([Object.keys(named?.MessageAttributes ?? {}), named?.Attributes]).toEqual([["bar"], { ApproximateReceiveCount: "3" }]);
    expect(await look({})).not.toHaveProperty("MessageAttributes");
    expect(await failure(look({ AttributeNames: ["Nope" as "All"] }))).toMatchObject({ name: "InvalidAttributeName", message: "Unknown Attribute Nope." });
  });

  test("has the MD5 of attributes that the original computed", async () => {
    // A queue's name will do for its URL.
    const QueueUrl = (await queueWith()).split("/").at(-1) ?? "";
    const attributes = { Hello: "There", General: "Kenobi", "Help.Me": "Me" };
    const MessageAttributes = Object.fromEntries(Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]));
    // Recorded on AWS.
    expect((await sendTo(QueueUrl, "msg", { MessageAttributes })).MD5OfMessageAttributes).toBe("4c360f3fdafd970e05fae2f149d997f5");
    expect((await receive(QueueUrl, { MessageAttributeNames: ["Hel.*"] }))[0]?.MD5OfMessageAttributes).toBe("83fee93c1bcd8b9a5a923ffacdc636c7");
  });

  test("is hidden while somebody works on it, comes back when the time is over or given up, and is gone when deleted", async () => {
    const QueueUrl = await queueWith({ VisibilityTimeout: "1" });
    await sendTo(QueueUrl, "m");
    const [first] = await receive(QueueUrl);
    expect(await receive(QueueUrl)).toEqual([]);
    expect(await counts(QueueUrl)).toEqual([0, 1, 0]);
    const [second] = await receive(QueueUrl, { WaitTimeSeconds: 3, MessageSystemAttributeNames: ["ApproximateReceiveCount"], VisibilityTimeout: 30 });
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(await counts(QueueUrl)).toEqual([0, 1, 0]);
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await counts(QueueUrl)).toEqual([1, 0, 0]);
    // An ended lease hides nothing any more, without a word, and still deletes while nobody else has the message.
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 5 }));
    expect(await counts(QueueUrl)).toEqual([1, 0, 0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(await counts(QueueUrl)).toEqual([0, 0, 0]);
    const gone = sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 5 }));
    expect(await failure(gone)).toMatchObject({ name: "InvalidParameterValue", message: expect.stringContaining("Reason: Message does not exist or is not available for visibility timeout change.") });
  });

  test("can be hidden for twelve hours in all, and a handle is the queue's own", async () => {
    const QueueUrl = await queueWith();
    await sendTo(QueueUrl, "m");
    const [message] = await receive(QueueUrl);
    const hide = (VisibilityTimeout: number, ReceiptHandle = message?.ReceiptHandle) => failure(sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })));
    await expect.poll(async () => (await hide(43_200)).message).toBe("Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
    expect(await hide(43_201)).toMatchObject({ name: "InvalidParameterValue" });
    const other = await queueWith();
    await expect(sqs.send(new DeleteMessageCommand({ QueueUrl: other, ReceiptHandle: message?.ReceiptHandle }))).rejects.toBeInstanceOf(ReceiptHandleIsInvalid);
    expect(await hide(1, "nonsense")).toMatchObject({ name: "ReceiptHandleIsInvalid", message: 'The input receipt handle "nonsense" is not a valid receipt handle.' });
  });

  test("is delayed by its queue or by itself", async () => {
    const QueueUrl = await queueWith({ DelaySeconds: "900" });
    await sendTo(QueueUrl, "late");
    await sendTo(QueueUrl, "soon", { DelaySeconds: 0 });
    expect(await counts(QueueUrl)).toEqual([1, 0, 1]);
    await sendTo(QueueUrl, "in a second", { DelaySeconds: 1 });
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(["soon"]);
    expect((await receive(QueueUrl, { WaitTimeSeconds: 5 })).map(({ Body }) => Body)).toEqual(["in a second"]);
  });

  const refused: readonly (readonly [string, Partial<SendMessageCommandInput>, object])[] = [
    ["with characters outside of XML", { MessageBody: "a\u0000b" }, { name: "InvalidMessageContents", message: "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF" }],
    ["that is empty", { MessageBody: "" }, { name: "MissingParameter", message: "The request must contain the parameter MessageBody." }],
    ["over a mebibyte", { MessageBody: "x".repeat(1_048_577) }, { name: "InvalidParameterValue", message: "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes." }],
    ["with a negative delay", { DelaySeconds: -1 }, { name: "InvalidParameterValue", message: "Value -1 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900." }],
    ["with a deduplication id in a standard queue", { MessageDeduplicationId: "d" }, { message: "Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type" }],
    ["with an attribute of no type", { MessageAttributes: { a: { DataType: "Foo", StringValue: "x" } } }, { message: "The type of message (user) attribute 'a' is invalid. You must use only the following supported type prefixes: Binary, Number, String." }],
    ["with an empty attribute", { MessageAttributes: { a: { DataType: "String", StringValue: "" } } }, { message: "Message (user) attribute 'a' must contain a non-empty value of type 'String'." }],
    ["with a number that is none", { MessageAttributes: { a: { DataType: "Number", StringValue: "x" } } }, { message: "Can't cast the value of message (user) attribute 'a' to a number." }],
    ["with a reserved attribute name", { MessageAttributes: { "AWS.a": { DataType: "String", StringValue: "x" } } }, { message: expect.stringContaining("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'.") }],
    ["with eleven attributes", { MessageAttributes: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, { DataType: "String", StringValue: "x" }])) }, { message: "Number of message attributes [11] exceeds the allowed maximum [10]." }],
  ];
  test("is refused for what the original refuses", async () => {
    const QueueUrl = await queueWith();
    for (const [title, input, expected] of refused) expect(await failure(sendTo(QueueUrl, "m", input)), title).toMatchObject({ status: 400, ...expected });
    expect(await counts(QueueUrl)).toEqual([0, 0, 0]);
    const small = await queueWith({ MaximumMessageSize: "1024" });
    expect(await failure(sendTo(small, "x".repeat(1025)))).toMatchObject({ message: "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes." });
    await sendTo(small, "x".repeat(1024));
    const missing = `${cloud.endpoint}/000000000000/nowhere`;
    await expect(sendTo(missing, "m")).rejects.toBeInstanceOf(QueueDoesNotExist);
    expect(await failure(sendTo(missing, "m"))).toMatchObject({ message: "The specified queue does not exist." });
    for (const [input, message] of [[{ MaxNumberOfMessages: 11 }, "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."], [{ WaitTimeSeconds: 21 }, "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."]] as const)
      expect(await failure(receive(QueueUrl, input))).toMatchObject({ message });
  });
});

describe("long polling", () => {
  test("is woken by a send, gives each waiting receiver its own, and does not lose what comes to one who left", async () => {
    const QueueUrl = await queueWith();
    const begun = performance.now();
    const waiting = ["a", "b"].map(() => receive(QueueUrl, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }));
    const leaver = new AbortController();
    const left = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: leaver.signal });
    await expect.poll(() => counts(QueueUrl)).toEqual([0, 0, 0]);
    leaver.abort();
    await expect(left).rejects.toThrow();
    await sendTo(QueueUrl, "1");
    await sendTo(QueueUrl, "2");
    const got = (await Promise.all(waiting)).flat();
    expect(got.map(({ Body }) => Body).sort()).toEqual(["1", "2"]);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test("ends when its time is over, and at once when the server stops", async () => {
    const QueueUrl = await queueWith({ ReceiveMessageWaitTimeSeconds: "1" });
    expect(await receive(QueueUrl)).toEqual([]);
    const second = await openSmallCloud();
    const client = new SQSClient(second.settings);
    const { QueueUrl: url } = await client.send(new CreateQueueCommand({ QueueName: "q" }));
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
    const begun = performance.now();
    await client.send(new GetQueueUrlCommand({ QueueName: "q" }));
    await second.queues[Symbol.asyncDispose]();
    expect(await waiting).not.toHaveProperty("Messages");
    expect(performance.now() - begun).toBeLessThan(5000);
    client.destroy();
    await second[Symbol.asyncDispose]();
  });
});

describe("a batch", () => {
  test("sends, hides and deletes with a result per entry", async () => {
    const QueueUrl = await queueWith();
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a", MessageBody: "1" }, { Id: "b", MessageBody: "\u0001" }, { Id: "c", MessageBody: "3", MessageAttributes: { n: { DataType: "Number", StringValue: "1" } } }] }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect(sent.Failed).toEqual([{ Id: "b", SenderFault: true, Code: "InvalidMessageContents", Message: expect.stringMatching(/^Invalid characters found/) }]);
    const got = await receive(QueueUrl);
    expect(got.map(({ Body }) => Body)).toEqual(["1", "3"]);
    const handles = got.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const hidden = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [...handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })), { Id: "x", ReceiptHandle: "y", VisibilityTimeout: 1 }] }));
    expect([hidden.Successful?.length, hidden.Failed?.map(({ Code }) => Code)]).toEqual([2, ["ReceiptHandleIsInvalid"]]);
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect([deleted.Successful, "Failed" in deleted]).toEqual([[{ Id: "0" }, { Id: "1" }], false]);
    expect(await counts(QueueUrl)).toEqual([0, 0, 0]);
  });

  test("is refused as a whole when its ids, number or size are wrong", async () => {
    const QueueUrl = await queueWith();
    const entries = (...ids: string[]) => ids.map((Id) => ({ Id, MessageBody: "m" }));
    const send = (Entries: ReturnType<typeof entries>) => failure(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
    expect(await send([])).toMatchObject({ name: "EmptyBatchRequest" });
    expect(await send(entries(..."abcdefghijk"))).toMatchObject({ name: "TooManyEntriesInBatchRequest", message: "Maximum number of entries per request are 10. You have sent 11." });
    expect(await send(entries("a", "a"))).toMatchObject({ name: "BatchEntryIdsNotDistinct", message: "Id a repeated." });
    expect(await send(entries("a b"))).toMatchObject({ name: "InvalidBatchEntryId", message: "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long." });
    expect(await send([{ Id: "a", MessageBody: "x".repeat(600_000) }, { Id: "b", MessageBody: "x".repeat(600_000) }])).toMatchObject({ name: "BatchRequestTooLong", message: "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes." });
  });
});

test("purging empties a queue, once a minute; deleting one takes its messages and its name is free at once", async () => {
  const QueueUrl = await queueWith();
  await sendTo(QueueUrl, "m");
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await counts(QueueUrl)).toEqual([0, 0, 0]);
  expect(await failure(sqs.send(new PurgeQueueCommand({ QueueUrl })))).toMatchObject({ name: "PurgeQueueInProgress", status: 403, message: `Only one PurgeQueue operation on m-${made} is allowed every 60 seconds.` });
  await sendTo(QueueUrl, "old");
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect(await failure(receive(QueueUrl))).toMatchObject({ name: "QueueDoesNotExist" });
  expect(await failure(sqs.send(new DeleteQueueCommand({ QueueUrl })))).toMatchObject({ name: "QueueDoesNotExist" });
  expect((await sqs.send(new CreateQueueCommand({ QueueName: `m-${made}` }))).QueueUrl).toBe(QueueUrl);
  expect(await receive(QueueUrl)).toEqual([]);
});
