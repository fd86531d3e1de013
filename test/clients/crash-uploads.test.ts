// The promise of the whole house: kill the server in the middle of uploads, start it again, and every acknowledged upload still fires its function.
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, HeadObjectCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { killableServer } from "./child-server.ts";
import { eventually, ROLE, zipOf } from "./harness.ts";

/** Covers both retries of an event whose run failed on a crowded machine: lease, run, one minute, run, two minutes, run. */
const EVENT_MS = 260_000;
const MARK = `import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
const s3 = new S3Client({});
export const handler = async ({ Records }) => { for (const { s3: { object, bucket } } of Records) await s3.send(new PutObjectCommand({ Bucket: bucket.name + "-seen", Key: object.key, Body: "x" })); };`;

const server = killableServer();
const start = async () => {
  const settings = await server.start();
  return { s3: new S3Client(settings), lambda: new LambdaClient(settings) };
};

test("every acknowledged upload fires its function, also when the server is killed under load", async () => {
  const first = await start();
  await first.s3.send(new CreateBucketCommand({ Bucket: "inbox" }));
  await first.s3.send(new CreateBucketCommand({ Bucket: "inbox-seen" }));
  const { FunctionArn } = await first.lambda.send(new CreateFunctionCommand({ FunctionName: "mark", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 10, MemorySize: 256, Code: { ZipFile: zipOf({ "index.mjs": MARK }) } }));
  await first.lambda.send(new AddPermissionCommand({ FunctionName: "mark", StatementId: "s3", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", SourceArn: "arn:aws:s3:::inbox" }));
  await first.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: "inbox", NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn: FunctionArn, Events: ["s3:ObjectCreated:*"] }] } }));

  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  process.stdout.write(`uploads before the kill, seed ${seed}\n`);
  const acknowledged: string[] = [];
  const upload = async (worker: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const Key = `${worker}-${n}`;
      await first.s3.send(new PutObjectCommand({ Bucket: "inbox", Key, Body: `content of ${Key}` }));
      acknowledged.push(Key);
      if (acknowledged.length === 20 + (seed % 20)) server.kill();
    }
  };
  await Promise.allSettled([0, 1, 2, 3].map(upload));
  expect(acknowledged.length).toBeGreaterThanOrEqual(20);

  const second = await start();
  for (const Key of acknowledged) {
    await second.s3.send(new HeadObjectCommand({ Bucket: "inbox", Key }));
    await eventually(`the event of ${Key}`, () => second.s3.send(new HeadObjectCommand({ Bucket: "inbox-seen", Key })).then(() => true, () => undefined), EVENT_MS);
  }
}, 2 * EVENT_MS);
