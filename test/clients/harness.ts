// Starts a whole Fugaz in this process, on a free port and an empty directory, with the official clients pointed at it.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { pino } from "pino";
import { startFugaz } from "../../src/main/compose.ts";
import { readConfig } from "../../src/main/config.ts";

const run = promisify(execFile);

export interface TestCloud extends AsyncDisposable {
  readonly endpoint: string;
  readonly dataDir: string;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  /** The environment that points boto3 and the AWS CLI here. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startCloud(settings: Readonly<Record<string, unknown>> = {}): Promise<TestCloud> {
  const dataDir = await mkdtemp(join(tmpdir(), "fugaz-test-"));
  const config = readConfig({ port: 0, dataDir, path: process.env["PATH"], home: process.env["HOME"], ...settings });
  const fugaz = await startFugaz(config, pino({ level: process.env["FUGAZ_TEST_LOG"] ?? "error" }, pino.destination(2)));
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = { endpoint: fugaz.endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  return {
    endpoint: fugaz.endpoint,
    dataDir,
    lambda: new LambdaClient(client),
    s3: new S3Client(client),
    logs: new CloudWatchLogsClient(client),
    env: {
      PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", AWS_ENDPOINT_URL: fugaz.endpoint, AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_PAGER: "",
    },
    [Symbol.asyncDispose]: async () => {
      await fugaz.stop(0);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A zip of texts and bytes; equal ones are equal whenever they are made. */
export const zipOf = (files: Readonly<Record<string, string | Uint8Array>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, typeof content === "string" ? strToU8(content) : content])), { mtime: "2026-01-01" });

/** Asks until the answer is there; rejects after the deadline with what was asked for. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, deadlineMs = 20_000): Promise<T> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`${what} did not happen within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Whether a program (and, for Python, a module) is there, for `test.skipIf`. */
export const has = (program: string, ...args: readonly string[]): Promise<boolean> => run(program, [...args]).then(() => true, () => false);

export const ROLE = "arn:aws:iam::000000000000:role/test";
