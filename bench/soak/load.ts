// A mixed load of everything a server does for functions, the ugly included, at a pace that keeps about one core busy.
import { CreateEventSourceMappingCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, AddPermissionCommand, DeleteEventSourceMappingCommand, DeleteFunctionCommand, InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand, PublishVersionCommand, PutFunctionEventInvokeConfigCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand, type Runtime } from "@aws-sdk/client-lambda";
import { CreateStreamCommand, DeleteStreamCommand, KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import { clientSettings } from "../../src/main/cli/client.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import { invocations, openCalls } from "../calls.ts";

export interface SoakLoad {
  /** How often each thing was done, and the first words of what went otherwise than it must. */
  readonly done: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
  /** Ends it and deletes all that it made; rejects when the server is gone. */
  stop(): Promise<void>;
}

const Role = "arn:aws:iam::000000000000:role/soak";
const arn = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
/** Enough for any answer that must come, on a machine as busy as can be. */
const NODE = { Runtime: "nodejs24.x", Handler: "index.handler", Role, MemorySize: 128, Timeout: 30 } as const;
const PYTHON = { ...NODE, Runtime: "python3.11" as Runtime } as const;
const node = (text: string) => ({ ZipFile: zipSync({ "index.mjs": strToU8(text) }) });
const python = (text: string) => ({ ZipFile: zipSync({ "index.py": strToU8(text) }) });
const HELLO = "export const handler = async () => 'hello';";
const HELLO_PYTHON = "def handler(event, context):\n    return 'hello'\n";
const STREAMS = "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('a'); stream.end('b'); });";
const TROUBLE = `
  export const handler = async ({ act, n }) => {
    if (act === "late") await new Promise((resolve) => setTimeout(resolve, 60_000));
    if (act === "memory") { const all = []; for (;;) all.push(Buffer.alloc(8 << 20, 1)); }
    if (act === "exit") process.exit(3);
    if (n % 3 === 0) throw new Error("as it must");
    return act;
  };`;

const OBJECTS = 20;

/** Resolves when all it needs is there and it runs. */
export async function startSoakLoad(endpoint: string): Promise<SoakLoad> {
  const settings = clientSettings({ endpoint });
  const [lambda, s3, sqs, kinesis] = [new LambdaClient(settings), new S3Client(settings), new SQSClient(settings), new KinesisClient(settings)];
  const calls = openCalls(endpoint, 32);
  const done = new Map<string, number>();
  const wrong: string[] = [];
  const ending = new AbortController();

  const create = (FunctionName: string, Code: { readonly ZipFile: Uint8Array }, kind: typeof NODE | typeof PYTHON = NODE, more: object = {}) => lambda.send(new CreateFunctionCommand({ ...kind, FunctionName, Code, ...more }));
  const urlOf = async (FunctionName: string): Promise<string> => {
    const { FunctionUrl = "" } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }));
    await lambda.send(new AddPermissionCommand({ FunctionName, StatementId: "public", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }));
    return new URL(FunctionUrl).pathname;
  };
  await create("soak-node", node(HELLO));
  await create("soak-python", python(HELLO_PYTHON), PYTHON);
  await create("soak-streams", node(STREAMS));
  await create("soak-uploads", node(HELLO));
  await create("soak-messages", python(HELLO_PYTHON), PYTHON);
  await create("soak-records", node(HELLO));
  await create("soak-trouble", node(TROUBLE), NODE, { Timeout: 10 });
  await create("soak-cold-node", node(HELLO));
  await create("soak-cold-python", python(HELLO_PYTHON), PYTHON);
  await create("soak-code", node(HELLO));
  const [nodeUrl, pythonUrl] = [await urlOf("soak-node"), await urlOf("soak-python")];
  const [{ QueueUrl }, { QueueUrl: failures }] = [await sqs.send(new CreateQueueCommand({ QueueName: "soak" })), await sqs.send(new CreateQueueCommand({ QueueName: "soak-failures", Attributes: { MessageRetentionPeriod: "60" } }))];
  await kinesis.send(new CreateStreamCommand({ StreamName: "soak", ShardCount: 2 }));
  await s3.send(new CreateBucketCommand({ Bucket: "soak" }));
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: "soak", NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn("lambda", "function:soak-uploads"), Events: ["s3:ObjectCreated:*"] }] }, SkipDestinationValidation: true }));
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "soak-messages", EventSourceArn: arn("sqs", "soak") }));
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "soak-records", EventSourceArn: arn("kinesis", "stream/soak"), StartingPosition: "TRIM_HORIZON" }));
  await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "soak-trouble", MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: arn("sqs", "soak-failures") } } }));

  const invoke = async (FunctionName: string, event: object = {}, more: object = {}): Promise<string> => {
    const { Payload, FunctionError = "" } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));
    return FunctionError + Buffer.from(Payload ?? []).toString();
  };
  const answers = async (pattern: RegExp, answer: Promise<string | Buffer>): Promise<void> => {
    const text = String(await answer);
    if (!pattern.test(text)) throw new Error(`${text.slice(0, 250)} is not ${String(pattern)}`);
  };
  /** What is done, how long it rests in between, and how; `n` counts. */
  const actors: readonly (readonly [string, number, (n: number) => Promise<unknown>])[] = [
    ["warm Invoke, Node", 25, () => answers(/hello/, calls.send("POST", invocations("soak-node"), "{}"))],
    ["warm Invoke, Python", 40, () => answers(/hello/, calls.send("POST", invocations("soak-python"), "{}"))],
    ["warm URL, Node", 25, () => answers(/hello/, calls.send("GET", nodeUrl))],
    ["warm URL, Python", 40, () => answers(/hello/, calls.send("GET", pythonUrl))],
    ["streamed answer", 500, async () => {
      for await (const event of (await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "soak-streams", Payload: Buffer.from("{}") }))).EventStream ?? []) if (event.InvokeComplete?.ErrorCode) throw new Error(event.InvokeComplete.ErrorCode);
    }],
    ["cold start of a new configuration, Node", 900, async (n) => {
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "soak-cold-node", Environment: { Variables: { TURN: String(n) } } }));
      await answers(/hello/, invoke("soak-cold-node"));
    }],
    ["cold start of a new configuration, Python", 900, async (n) => {
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "soak-cold-python", Environment: { Variables: { TURN: String(n) } } }));
      await answers(/hello/, invoke("soak-cold-python"));
    }],
    ["new code, published, called, deleted", 2000, async (n) => {
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "soak-code", ...node(`${HELLO} // ${n}`) }));
      const { Version: Qualifier } = await lambda.send(new PublishVersionCommand({ FunctionName: "soak-code" }));
      await answers(/hello/, invoke("soak-code", {}, { Qualifier }));
      await lambda.send(new DeleteFunctionCommand({ FunctionName: "soak-code", Qualifier }));
    }],
    ["function created, called by URL, deleted", 1500, async (n) => {
      const name = `soak-new-${n}`;
      await create(name, node(HELLO));
      await answers(/hello/, calls.send("GET", await urlOf(name)));
      await lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    }],
    ["object put, notified", 150, (n) => s3.send(new PutObjectCommand({ Bucket: "soak", Key: String(n % OBJECTS), Body: Buffer.alloc(n % 5 === 0 ? 500_000 : 1000, n) }))],
    ["message to a queue with a mapping", 100, () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }))],
    ["record to a stream with a mapping", 150, (n) => kinesis.send(new PutRecordCommand({ StreamName: "soak", PartitionKey: String(n), Data: Buffer.from("hello") }))],
    ["event, every third fails", 150, (n) => invoke("soak-trouble", { n }, { InvocationType: "Event" })],
    ["event in error", 700, () => answers(/^Unhandled.*as it must/, invoke("soak-trouble", { n: 0 }))],
    ["event that takes too long", 4000, () => answers(/Task timed out/, invoke("soak-trouble", { act: "late" }))],
    ["event out of memory", 6000, () => answers(/signal: killed|OutOfMemory/, invoke("soak-trouble", { act: "memory" }))],
    ["crash", 3000, () => answers(/exit status 3/, invoke("soak-trouble", { act: "exit" }))],
  ];
  const act = async ([what, restMs, once]: (typeof actors)[number]): Promise<void> => {
    for (let n = 1; !ending.signal.aborted; n++) {
      await once(n).then(() => done.set(what, (done.get(what) ?? 0) + 1), (error: unknown) => void wrong.push(`${what}: ${String(error).slice(0, 400)}`));
      await systemClock.sleep(restMs, ending.signal).catch(() => undefined);
    }
  };
  const acting = Promise.all(actors.map(act));
  return {
    done, wrong,
    stop: async () => {
      ending.abort();
      await acting;
      try {
        for (const { UUID } of (await lambda.send(new ListEventSourceMappingsCommand({}))).EventSourceMappings ?? []) await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
        for (const { FunctionName } of (await lambda.send(new ListFunctionsCommand({}))).Functions ?? []) await lambda.send(new DeleteFunctionCommand({ FunctionName }));
        for (const url of [QueueUrl, failures]) await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
        await kinesis.send(new DeleteStreamCommand({ StreamName: "soak" }));
        for (let n = 0; n < OBJECTS; n++) await s3.send(new DeleteObjectCommand({ Bucket: "soak", Key: String(n) }));
        await s3.send(new DeleteBucketCommand({ Bucket: "soak" }));
      } finally {
        calls[Symbol.dispose]();
        for (const client of [lambda, s3, sqs, kinesis]) client.destroy();
      }
    },
  };
}
