// boto3 (JSON), Debian's AWS CLI and hand-made requests (the older Query protocol) drive SQS unmodified; tools are skipped with a message where they are not installed.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { openSmallCloud, type SmallCloud } from "./small-cloud.ts";

const run = promisify(execFile);
/** Debian's CLI is the one that speaks Query; a newer one on the PATH speaks JSON. */
const DEBIAN_CLI = "/usr/bin/aws";
let cloud: SmallCloud;

beforeAll(async () => void (cloud = await openSmallCloud()));
afterAll(() => cloud[Symbol.asyncDispose]());

const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"], HOME: process.env["HOME"], AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_DEFAULT_REGION: "us-east-1", AWS_ENDPOINT_URL: cloud.endpoint, AWS_EC2_METADATA_DISABLED: "true", AWS_PAGER: "",
});
async function have(context: TestContext, program: string, ...args: string[]): Promise<void> {
  await run(program, args).catch(() => context.skip(`${program} ${args.join(" ")} does not work here`));
}
const python = async (script: string): Promise<unknown> => JSON.parse((await run("python3", ["-c", `import boto3, json\nsqs = boto3.client("sqs")\n${script}`], { env: environment() })).stdout);
const aws = async (...args: string[]) => {
  const { stdout } = await run(DEBIAN_CLI, ["--endpoint-url", cloud.endpoint, "sqs", ...args], { env: environment() });
  return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as Readonly<Record<string, never>>);
};

test("boto3 sends, receives with attributes, works in batches and with FIFO queues, and sees the older error codes", async (context) => {
  await have(context, "python3", "-c", "import boto3");
  expect(await python(`
url = sqs.create_queue(QueueName="boto", Attributes={"VisibilityTimeout": "5"}, tags={"a": "b"})["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="grüße", MessageAttributes={"n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\\x00\\xff"}})
m = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"], WaitTimeSeconds=1)["Messages"][0]
sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
batch = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "MessageBody": str(i)} for i in range(3)])
got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
deleted = sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "ReceiptHandle": g["ReceiptHandle"]} for i, g in enumerate(got)])
empty = "Messages" in sqs.receive_message(QueueUrl=url)
fifo = sqs.create_queue(QueueName="boto.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
one = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
two = sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
queue = boto3.resource("sqs").get_queue_by_name(QueueName="boto")
errors = []
for call in (lambda: sqs.get_queue_url(QueueName="nope"), lambda: sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=1000), lambda: sqs.delete_message(QueueUrl=url, ReceiptHandle="x"), lambda: sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "1"}, {"Id": "a", "MessageBody": "2"}])):
    try: call()
    except Exception as error: errors.append([error.response["Error"]["Code"], error.response["Error"]["QueryErrorCode"], error.response["Error"]["Type"], isinstance(error, sqs.exceptions.QueueDoesNotExist)])
print(json.dumps([url, m["Body"], m["MessageAttributes"]["n"], m["MessageAttributes"]["b"]["BinaryValue"].hex(), m["Attributes"]["ApproximateReceiveCount"], len(batch["Successful"]), "Failed" in batch, len(deleted["Successful"]), empty, one["MessageId"] == two["MessageId"], queue.attributes["QueueArn"], errors]))
`)).toEqual([
    `${cloud.endpoint}/000000000000/boto`, "grüße", { DataType: "Number", StringValue: "1" }, "00ff", "1", 3, false, 3, false, true, "arn:aws:sqs:us-east-1:000000000000:boto",
    [
      ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "Sender", true], ["InvalidParameterValue", "InvalidParameterValueException", "Sender", false],
      ["ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", "Sender", false], ["AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "BatchEntryIdsNotDistinct", "Sender", false],
    ],
  ]);
});

test("Debian's AWS CLI manages queues and messages in the Query protocol", async (context) => {
  await have(context, DEBIAN_CLI, "--version");
  const url = (await aws("create-queue", "--queue-name", "cli", "--attributes", "VisibilityTimeout=300", "--tags", "k=v"))?.["QueueUrl"] ?? "";
  expect(url).toBe(`${cloud.endpoint}/000000000000/cli`);
  // Each start of the CLI costs seconds: what does not depend on the other runs beside it.
  const [sent, received] = await Promise.all([
    aws("send-message", "--queue-url", url, "--message-body", "hello <&>", "--message-attributes", '{"a":{"DataType":"String","StringValue":"1"}}'),
    aws("receive-message", "--queue-url", url, "--attribute-names", "All", "--message-attribute-names", "All", "--wait-time-seconds", "20"),
  ]);
  expect(received?.["Messages"]).toMatchObject([{ MessageId: sent?.["MessageId"], Body: "hello <&>", Attributes: { ApproximateReceiveCount: "1" }, MessageAttributes: { a: { StringValue: "1", DataType: "String" } } }]);
  const shown = await aws("get-queue-attributes", "--queue-url", url, "--attribute-names", "All");
  expect(shown?.["Attributes"]).toMatchObject({ VisibilityTimeout: "300", QueueArn: "arn:aws:sqs:us-east-1:000000000000:cli", ApproximateNumberOfMessagesNotVisible: "1" });
  await expect(aws("get-queue-url", "--queue-name", "nope")).rejects.toThrow(/\(AWS\.SimpleQueueService\.NonExistentQueue\) when calling the GetQueueUrl operation: The specified queue does not exist for this wsdl version\./);
}, 60_000);

describe("the Query protocol by hand", () => {
  const post = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ Version: "2012-11-05", ...parameters });
    const reply = await fetch(`${cloud.endpoint}${path}`, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" } });
    return { status: reply.status, text: await reply.text() };
  };
  const urlIn = (text: string): string => /<QueueUrl>([^<]+)</.exec(text)?.[1] ?? "";

  test("goes to the queue's own URL, with or without saying so in a parameter", async () => {
    const made = await post("/", { Action: "CreateQueue", QueueName: "old", "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0" });
    const url = urlIn(made.text);
    expect([made.status, url]).toEqual([200, `${cloud.endpoint}/000000000000/old`]);
    const path = new URL(url).pathname;
    const sent = await post(path, { Action: "SendMessage", MessageBody: "<one>" });
    expect([sent.status, /<MD5OfMessageBody>[0-9a-f]{32}<\/MD5OfMessageBody>/.test(sent.text)]).toEqual([200, true]);
    expect((await post(path, { Action: "SendMessageBatch", QueueUrl: url, "SendMessageBatchRequestEntry.1.Id": "a", "SendMessageBatchRequestEntry.1.MessageBody": "two" })).text).toContain("<SendMessageBatchResultEntry><Id>a</Id>");
    const got = await fetch(`${url}?Action=ReceiveMessage&Version=2012-11-05&MaxNumberOfMessages=10&AttributeName.1=All`).then((reply) => reply.text());
    expect([...got.matchAll(/<Body>([^<]*)<\/Body>/g)].map(([, body]) => body)).toEqual(["&lt;one&gt;", "two"]);
    const handle = /<ReceiptHandle>([^<]*)</.exec(got)?.[1] ?? "";
    expect((await post(path, { Action: "DeleteMessage", ReceiptHandle: handle })).status).toBe(200);
    expect((await post(path, { Action: "GetQueueAttributes", "AttributeName.1": "ApproximateNumberOfMessagesNotVisible" })).text).toContain("<Attribute><Name>ApproximateNumberOfMessagesNotVisible</Name><Value>1</Value></Attribute>");
  });

  test("answers errors with the older codes", async () => {
    const missing = await post("/000000000000/nowhere", { Action: "ReceiveMessage" });
    expect([missing.status, /<Code>(.*?)<\/Code>/.exec(missing.text)?.[1], /<Type>(.*?)<\/Type>/.exec(missing.text)?.[1]]).toEqual([400, "AWS.SimpleQueueService.NonExistentQueue", "Sender"]);
    const url = urlIn((await post("/", { Action: "CreateQueue", QueueName: "errors" })).text);
    for (const [parameters, code, message] of [
      [{ Action: "SendMessage", QueueUrl: url }, "MissingParameter", "The request must contain the parameter MessageBody."],
      [{ Action: "SendMessage", MessageBody: "x" }, "MissingParameter", "The request must contain the parameter QueueUrl."],
      [{ Action: "ReceiveMessage", QueueUrl: url, MaxNumberOfMessages: "11" }, "InvalidParameterValue", "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."],
      [{ Action: "DeleteMessageBatch", QueueUrl: url, DeleteMessageBatchRequestEntry: "" }, "AWS.SimpleQueueService.EmptyBatchRequest", "There should be at least one entry in the request."],
      [{ Action: "CreateQueue", QueueName: "errors", "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "9" }, "QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute DelaySeconds"],
      [{ Action: "SendMessage", QueueUrl: "http://nonsense/", MessageBody: "x" }, "InvalidAddress", "The address http://nonsense/ is not valid for this endpoint."],
      [{ Action: "SendMessage", QueueUrl: "nobody", MessageBody: "x" }, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist for this wsdl version."],
    ] as const) {
      const { text } = await post("/", parameters);
      expect([/<Code>(.*?)<\/Code>/.exec(text)?.[1], /<Message>(.*?)<\/Message>/.exec(text)?.[1]], JSON.stringify(parameters)).toEqual([code, message]);
    }
  });
});
