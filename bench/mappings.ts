// From SendMessage and PutRecord to the handler's first line, through an event source mapping: alone, and while a neighbour's function sleeps on its queue.
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { at, type Row } from "./load.ts";

const SENDS = 100;
/** One after the other, with a pause that lets everything come to rest. */
const PAUSE_MS = 20;
/** Sleepers at once on the neighbour's queue. */
const SLEEPERS = 3;
const WAIT_MS = 20_000;

const latency =
  "export const handler = async ({ Records }) => { const now = performance.timeOrigin + performance.now(); for (const { body, kinesis } of Records) console.log('TOOK ' + (now - Number(body ?? Buffer.from(kinesis.data, 'base64')))); };";
const sleeper = "export const handler = () => new Promise((done) => setTimeout(done, 15_000));";

export async function benchMappings(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const [lambda, sqs, logs] = [new LambdaClient(settings), new SQSClient({ ...settings, md5: false }), new CloudWatchLogsClient(settings)];
  const kinesis = new KinesisClient(settings);
  const map = async (name: string, code: string, EventSourceArn: string, more: object): Promise<void> => {
    await lambda.send(new CreateFunctionCommand({ FunctionName: name, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Timeout: 30, Code: { ZipFile: zipSync({ "index.mjs": strToU8(code) }) } }));
    await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn, ...more }));
  };
  const now = (): string => String(performance.timeOrigin + performance.now());
  const join = async (name: string, code: string): Promise<Send> => {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    await map(name, code, `arn:aws:sqs:us-east-1:000000000000:${name}`, { BatchSize: 1 });
    return () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: now() }));
  };
  const joinStream = async (name: string): Promise<Send> => {
    await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }));
    await map(name, latency, `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`, { StartingPosition: "LATEST" });
    return () => kinesis.send(new PutRecordCommand({ StreamName: name, PartitionKey: "a", Data: Buffer.from(now()) }));
  };
  const tookMs = async (name: string, count: number): Promise<readonly number[]> => {
    for (const endsMs = systemClock.now() + WAIT_MS; ; await systemClock.sleep(100)) {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: "TOOK" })).catch(() => ({ events: [] }));
      if (events.length >= count) return events.map(({ message = "" }) => Number(message.slice(message.indexOf("TOOK") + 5)));
      if (systemClock.now() > endsMs) throw new Error(`${name} got ${events.length} of ${count} messages`);
    }
  };
  const measure = async (what: string, name: string, send: Send): Promise<readonly Row[]> => {
    // The first one boots the container.
    await send();
    await tookMs(name, 1);
    for (let n = 0; n < SENDS; n++) {
      await send();
      await systemClock.sleep(PAUSE_MS);
    }
    const warm = (await tookMs(name, SENDS + 1)).slice(1).toSorted((a, b) => a - b);
    return [{ what: `${what}, p50`, value: at(warm, 0.5), unit: "ms" }, { what: `${what}, p99`, value: at(warm, 0.99), unit: "ms" }];
  };

  const both = async (beside: string): Promise<readonly Row[]> => [
    ...(await measure(`SendMessage to handler${beside}, warm`, `bench-queue${beside.length}`, await join(`bench-queue${beside.length}`, latency))),
    ...(await measure(`PutRecord to handler${beside}, warm`, `bench-stream${beside.length}`, await joinStream(`bench-stream${beside.length}`))),
  ];
  const alone = await both("");
  const asleep = await join("bench-sleeper", sleeper);
  for (let n = 0; n < SLEEPERS; n++) await asleep();
  return [...alone, ...(await both(" beside a sleeping neighbour"))];
}

type Send = () => Promise<unknown>;
