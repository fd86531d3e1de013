// What a deployment of a 50 MB archive takes beyond its upload, beside `unzip` on the same archive at the same time.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateFunctionCommand, DeleteFunctionCommand, LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type Zippable, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { AUTHORIZATION } from "./calls.ts";
import type { Row } from "./load.ts";

const run = promisify(execFile);
const Bucket = "bench-deployments";
const ROLE = "arn:aws:iam::000000000000:role/bench";
const FUNCTION = { Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE } as const;
/** Just under what a request may bring. */
const ZIPPED_BYTES = 50_000_000;

interface Shape {
  readonly name: string;
  readonly files: number;
  readonly fileBytes: number;
  /** As a share: the rest of each file repeats itself. */
  readonly random: number;
}

const SHAPES: readonly Shape[] = [
  { name: "4,000 files", files: 4000, fileBytes: 36_000, random: 0.34 },
  { name: "five large files", files: 5, fileBytes: 28_000_000, random: 0.35 },
];

export async function benchDeployments(settings: ReturnType<typeof clientSettings>, dir: string): Promise<readonly Row[]> {
  const [lambda, s3] = [new LambdaClient(settings), new S3Client(settings)];
  await s3.send(new CreateBucketCommand({ Bucket }));
  const rows: Row[] = [];
  for (const shape of SHAPES) {
    const [first, second] = [archive(shape, 1), archive(shape, 2)];
    if (first.byteLength > ZIPPED_BYTES * 1.04) throw new Error(`the archive of ${shape.name} has ${first.byteLength} bytes`);
    const unzipMs = await unzipped(first, join(dir, "unzip"));
    const direct = await created(settings.endpoint, "bench-direct", first);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "bench-direct" }));
    for (const [Key, Body] of [["first", first], ["second", second]] as const) await s3.send(new PutObjectCommand({ Bucket, Key: `${shape.files}/${Key}`, Body }));
    const fromS3 = { S3Bucket: Bucket, S3Key: `${shape.files}/first` };
    const create = await timed(() => lambda.send(new CreateFunctionCommand({ ...FUNCTION, FunctionName: "bench-from-s3", Code: fromS3 })));
    const update = await timed(() => lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "bench-from-s3", ...fromS3, S3Key: `${shape.files}/second` })));
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "bench-from-s3" }));
    const what = `${Math.round(first.byteLength / 1e6)} MB in ${shape.name}`;
    rows.push(
      { what: `unzip of ${what}`, value: unzipMs, unit: "ms" },
      { what: `CreateFunction with ZipFile, beyond the upload, ${what}`, value: direct, unit: "ms" },
      { what: `CreateFunction with ZipFile, beyond the upload / unzip, ${what}`, value: direct / unzipMs, unit: "x" },
      { what: `CreateFunction from S3 of an archive that is here already, ${what}`, value: create, unit: "ms" },
      { what: `UpdateFunctionCode from S3, ${what}`, value: update, unit: "ms" },
      { what: `UpdateFunctionCode from S3 / unzip, ${what}`, value: update / unzipMs, unit: "x" },
    );
  }
  return rows;
}

/** Text of which a part does not compress, as code is; another `seed` makes another archive. */
function archive({ files, fileBytes, random }: Shape, seed: number): Uint8Array {
  let state = seed * 7919;
  const made: Zippable = { "index.mjs": Buffer.from("export const handler = async () => 'hello';") };
  for (let n = 0; n < files; n++) {
    const bytes = Buffer.alloc(fileBytes, "const value = require('module'); ");
    for (let at = 0; at < fileBytes * random; at += 4) bytes.writeUInt32LE((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), at);
    made[`node_modules/package-${Math.floor(n / 20)}/lib/file-${n}.js`] = bytes;
  }
  return zipSync(made, { level: 1 });
}

async function unzipped(bytes: Uint8Array, dir: string): Promise<number> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "code.zip"), bytes);
  try {
    return await timed(() => run("unzip", ["-q", "code.zip", "-d", "out"], { cwd: dir })).catch(() => Number.NaN);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Milliseconds from the last byte of the request to the answer. */
async function created(endpoint: string, FunctionName: string, bytes: Uint8Array): Promise<number> {
  const body = JSON.stringify({ ...FUNCTION, FunctionName, Code: { ZipFile: Buffer.from(bytes).toString("base64") } });
  const call = request(`${endpoint}/2015-03-31/functions`, { method: "POST", headers: { authorization: AUTHORIZATION, "content-length": body.length } });
  const answered = once(call, "response");
  call.end(body);
  await once(call, "finish");
  const sentMs = systemClock.monotonicMs();
  const [response] = await answered;
  if (response.statusCode !== 201) throw new Error(`CreateFunction answered ${response.statusCode}`);
  response.resume();
  return systemClock.monotonicMs() - sentMs;
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const begun = systemClock.monotonicMs();
  await task();
  return systemClock.monotonicMs() - begun;
}
