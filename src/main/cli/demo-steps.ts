// The demo's steps as any AWS user would write them with the SDK; nothing in here is special to Fugaz.
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient, type Runtime } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, NoSuchKey, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PNG } from "pngjs";
import { systemClock } from "../system-clock.ts";
import { clientSettings } from "./client.ts";
import type { DemoPackage } from "./demo-packages.ts";
import { UserError } from "./user-error.ts";

interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly afterMs: number;
}

export interface DemoCloud {
  createBucket(name: string): Promise<void>;
  deploy(code: DemoPackage): Promise<void>;
  notifyOnCreate(bucket: string, functionName: string): Promise<void>;
  /** Resolves to the keys. */
  dropPictures(bucket: string): Promise<readonly string[]>;
  /** When the picture does not come, what the function wrote says why. */
  waitForPicture(bucket: string, key: string, functionName: string, deadlineMs: number): Promise<Thumbnail>;
  /** At least `count` REPORT lines of the function's log. */
  reports(functionName: string, count: number): Promise<readonly string[]>;
}

const POLL_MS = 20;
const LINES = 8;

export function demoAccount(endpoint: string): DemoCloud {
  const settings = clientSettings({ endpoint });
  const s3 = new S3Client(settings);
  const lambda = new LambdaClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const droppedAt = new Map<string, number>();
  const functionArns = new Map<string, string>();

  const lastLines = async (functionName: string): Promise<string> => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${functionName}` })).catch(() => ({ events: [] }));
    return events.slice(-LINES).map(({ message = "" }) => `  ${message.trimEnd()}`).join("\n") || "  nothing";
  };

  return {
    createBucket: async (Bucket) => void (await s3.send(new CreateBucketCommand({ Bucket }))),

    deploy: async ({ name, runtime, handler, zip }) => {
      const made = await lambda.send(
        new CreateFunctionCommand({
          FunctionName: name, Runtime: runtime as Runtime, Handler: handler, Code: { ZipFile: zip },
          Role: "arn:aws:iam::000000000000:role/thumbnails", MemorySize: 512, Timeout: 30,
        }),
      );
      functionArns.set(name, made.FunctionArn ?? "");
    },

    notifyOnCreate: async (Bucket, functionName) => {
      await lambda.send(
        new AddPermissionCommand({ FunctionName: functionName, StatementId: "bucket", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", SourceArn: `arn:aws:s3:::${Bucket}` }),
      );
      const LambdaFunctionConfigurations = [{ LambdaFunctionArn: functionArns.get(functionName), Events: ["s3:ObjectCreated:*" as const] }];
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { LambdaFunctionConfigurations } }));
    },

    dropPictures: async (Bucket) => {
      const pictures = { "sunset.png": paint(640, 400, 20), "holiday photos/beach 1.png": paint(800, 600, 110), "größe.png": paint(321, 123, 200) };
      for (const [Key, Body] of Object.entries(pictures)) {
        droppedAt.set(Key, systemClock.monotonicMs());
        await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "image/png" }));
      }
      return Object.keys(pictures);
    },

    waitForPicture: async (Bucket, Key, functionName, deadlineMs) => {
      const began = systemClock.monotonicMs();
      for (;;) {
        const reply = await s3.send(new GetObjectCommand({ Bucket, Key })).catch((error: unknown) => {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        });
        if (reply?.Body) {
          const bytes = Buffer.from(await reply.Body.transformToByteArray());
          const { width, height } = PNG.sync.read(bytes);
          return { width, height, bytes: bytes.length, afterMs: Math.round(systemClock.monotonicMs() - (droppedAt.get(Key) ?? began)) };
        }
        if (systemClock.monotonicMs() - began > deadlineMs) throw new UserError(`No thumbnail s3://${Bucket}/${Key} after ${deadlineMs / 1000} s. The function wrote:\n${await lastLines(functionName)}`);
        await systemClock.sleep(POLL_MS);
      }
    },

    reports: async (functionName, count) => {
      const logGroupName = `/aws/lambda/${functionName}`;
      for (const began = systemClock.monotonicMs(); ; await systemClock.sleep(POLL_MS)) {
        const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: '"REPORT RequestId"' }));
        if (events.length >= count) return events.map(({ message = "" }) => message.trim().replaceAll("\t", "  "));
        if (systemClock.monotonicMs() - began > 10_000) throw new UserError(`The log group ${logGroupName} has ${events.length} REPORT lines, expected ${count}.`);
      }
    },
  };
}

/** A picture with some life in it: two gradients and a disc. */
function paint(width: number, height: number, hue: number): Buffer {
  const picture = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inDisc = Math.hypot(x - width * 0.7, y - height * 0.35) < height * 0.2;
      picture.data.set(inDisc ? [255, 220, 90, 255] : [(hue + (x * 120) / width) & 255, (y * 200) / height, 160, 255], 4 * (y * width + x));
    }
  return PNG.sync.write(picture);
}
