// boto3, the AWS CLI and presigned URLs drive S3 unmodified; each is skipped with a message where it is not installed.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutBucketVersioningCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { openS3, type S3Cloud } from "./s3-harness.ts";

const run = promisify(execFile);
let cloud: S3Cloud;
let client: S3Client;
let dir: string;

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  dir = await mkdtemp(join(tmpdir(), "fugaz-s3-tools-"));
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_DEFAULT_REGION: "us-east-1", AWS_ENDPOINT_URL: cloud.endpoint, AWS_EC2_METADATA_DISABLED: "true", AWS_PAGER: "",
});

async function have(context: TestContext, program: string, ...args: string[]): Promise<void> {
  await run(program, args).catch(() => context.skip(`${program} ${args.join(" ")} does not work here`));
}

const python = async (script: string): Promise<string> => (await run("python3", ["-c", `import boto3, json\ns3 = boto3.client("s3")\n${script}`], { env: environment() })).stdout.trim();
const aws = async (...args: string[]): Promise<string> => (await run("aws", args, { env: environment(), cwd: dir })).stdout.trim();

describe("boto3", () => {
  test("uploads and downloads files in parts, and sees its errors by their names", async (context) => {
    await have(context, "python3", "-c", "import boto3");
    await writeFile(join(dir, "big"), randomBytes(18 * 1024 * 1024));
    const printed = await python(`
from boto3.s3.transfer import TransferConfig
import hashlib
s3.create_bucket(Bucket="boto")
config = TransferConfig(multipart_threshold=8 * 1024 ** 2)
s3.upload_file("${dir}/big", "boto", "in/big file", ExtraArgs={"Metadata": {"k": "v"}, "ContentType": "image/png"}, Config=config)
s3.download_file("boto", "in/big file", "${dir}/back", Config=config)
digest = lambda path: hashlib.sha256(open(path, "rb").read()).hexdigest()
head = s3.head_object(Bucket="boto", Key="in/big file")
errors = []
for call in (lambda: s3.get_object(Bucket="boto", Key="nope"), lambda: s3.head_object(Bucket="boto", Key="nope"), lambda: s3.head_bucket(Bucket="nope"), lambda: s3.put_object(Bucket="boto", Key="x", Body=b"", ACL="public-read")):
    try: call()
    except Exception as error: errors.append([error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]])
print(json.dumps([digest("${dir}/big") == digest("${dir}/back"), head["ETag"][-3:], head["Metadata"], head["ContentType"], errors]))
`);
    expect(JSON.parse(printed)).toEqual([true, '-3"', { k: "v" }, "image/png", [["NoSuchKey", 404], ["404", 404], ["404", 404], ["AccessControlListNotSupported", 400]]]);
  });

  test("pages, copies, versions, tags, lists and the resource interface", async (context) => {
    await have(context, "python3", "-c", "import boto3");
    const printed = await python(`
s3.create_bucket(Bucket="boto2")
for key in ["a b", "a+b", "ä/1", "ä/2", "z"]: s3.put_object(Bucket="boto2", Key=key, Body=key.encode())
pages = [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="boto2", PaginationConfig={"PageSize": 2}) for entry in page.get("Contents", [])]
rolled = s3.list_objects_v2(Bucket="boto2", Delimiter="/")["CommonPrefixes"]
s3.copy_object(Bucket="boto2", Key="copied +", CopySource={"Bucket": "boto2", "Key": "a+b"})
s3.put_bucket_versioning(Bucket="boto2", VersioningConfiguration={"Status": "Enabled"})
first = s3.put_object(Bucket="boto2", Key="v", Body=b"1")["VersionId"]
s3.put_object(Bucket="boto2", Key="v", Body=b"2")
s3.put_object_tagging(Bucket="boto2", Key="v", Tagging={"TagSet": [{"Key": "t", "Value": "1"}]})
acl = s3.get_bucket_acl(Bucket="boto2")["Grants"][0]["Grantee"]["Type"]
old = s3.get_object(Bucket="boto2", Key="v", VersionId=first)["Body"].read().decode()
part = s3.get_object(Bucket="boto2", Key="a b", Range="bytes=1-2")["Body"].read().decode()
copied = s3.get_object(Bucket="boto2", Key="copied +")["Body"].read().decode()
bucket = boto3.resource("s3").Bucket("boto2")
bucket.object_versions.delete()
bucket.delete()
print(json.dumps([pages, rolled, acl, old, part, copied]))
`);
    expect(JSON.parse(printed)).toEqual([["a b", "a+b", "z", "ä/1", "ä/2"], [{ Prefix: "ä/" }], "CanonicalUser", "1", " b", "a+b"]);
  });
});

describe("the AWS CLI", () => {
  test("makes buckets, copies, syncs, lists and removes", async (context) => {
    await have(context, "aws", "--version");
    await mkdir(join(dir, "tree/deep"), { recursive: true });
    await writeFile(join(dir, "tree/one.txt"), "one");
    await writeFile(join(dir, "tree/deep/two +&.txt"), "two");
    await writeFile(join(dir, "tree/large"), randomBytes(9 * 1024 * 1024));
    await aws("s3", "mb", "s3://cli");
    await aws("s3", "cp", "tree/one.txt", "s3://cli/copied/one.txt", "--metadata", "a=b");
    await aws("s3", "sync", "tree", "s3://cli/tree");
    expect((await aws("s3", "ls", "s3://cli", "--recursive")).split("\n").map((line) => line.slice(31))).toEqual(["copied/one.txt", "tree/deep/two +&.txt", "tree/large", "tree/one.txt"]);
    expect(await aws("s3", "ls", "s3://cli/")).toMatch(/PRE copied\/\s+PRE tree\//);
    await aws("s3", "sync", "s3://cli/tree", "synced");
    expect([(await readFile(join(dir, "synced/large"))).equals(await readFile(join(dir, "tree/large"))), await readdir(join(dir, "synced/deep"))]).toEqual([true, ["two +&.txt"]]);
    expect(await aws("s3", "sync", "tree", "s3://cli/tree")).toBe("");
    await aws("s3", "mv", "s3://cli/copied/one.txt", "s3://cli/moved.txt");
    await aws("s3", "rm", "s3://cli", "--recursive");
    await aws("s3", "rb", "s3://cli");
    expect(await aws("s3", "ls")).not.toContain("cli");
  });

  test("speaks the API, with documents in files", async (context) => {
    await have(context, "aws", "--version");
    await aws("s3api", "create-bucket", "--bucket", "cli-api", "--create-bucket-configuration", "LocationConstraint=eu-west-1");
    expect(JSON.parse(await aws("s3api", "get-bucket-location", "--bucket", "cli-api"))).toEqual({ LocationConstraint: "eu-west-1" });
    cloud.permitted.add("arn:aws:lambda:eu-west-1:000000000000:function:thumb");
    const LambdaFunctionConfigurations = [{ Id: "one", LambdaFunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:thumb", Events: ["s3:ObjectCreated:*"] }];
    await aws("s3api", "put-bucket-notification-configuration", "--bucket", "cli-api", "--notification-configuration", JSON.stringify({ LambdaFunctionConfigurations }));
    expect(JSON.parse(await aws("s3api", "get-bucket-notification-configuration", "--bucket", "cli-api"))).toEqual({ LambdaFunctionConfigurations });
    await writeFile(join(dir, "body"), "hello");
    await aws("s3api", "put-object", "--bucket", "cli-api", "--key", "k", "--body", "body");
    expect((await cloud.events()).map(({ record }) => [record.awsRegion, record.s3.object.key])).toEqual([["eu-west-1", "k"]]);
  });
});

describe("presigned URLs", () => {
  beforeAll(() => client.send(new CreateBucketCommand({ Bucket: "signed" })));

  test("put and get with nothing but the URL", async () => {
    const put = await fetch(await getSignedUrl(client, new PutObjectCommand({ Bucket: "signed", Key: "a b", ContentType: "text/plain" })), { method: "PUT", body: "by URL", headers: { "content-type": "text/plain" } });
    expect(put.status).toBe(200);
    const got = await fetch(await getSignedUrl(client, new GetObjectCommand({ Bucket: "signed", Key: "a b", ResponseContentDisposition: "attachment" })));
    expect([await got.text(), got.headers.get("content-type"), got.headers.get("content-disposition"), got.headers.get("server")]).toEqual(["by URL", "text/plain", "attachment", "AmazonS3"]);
  });

  test("of boto3 work as well", async (context) => {
    await have(context, "python3", "-c", "import boto3");
    const url = await python(`print(s3.generate_presigned_url("put_object", Params={"Bucket": "signed", "Key": "boto"}))`);
    expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(200);
    expect((await client.send(new HeadObjectCommand({ Bucket: "signed", Key: "boto" }))).ContentLength).toBe(1);
  });
});

test("virtual-host addresses name the bucket in the host", async () => {
  const { port } = new URL(cloud.endpoint);
  await client.send(new CreateBucketCommand({ Bucket: "hosted" }));
  await client.send(new PutBucketVersioningCommand({ Bucket: "hosted", VersioningConfiguration: { Status: "Enabled" } }));
  const { request } = await import("node:http");
  const put = await new Promise<number | undefined>((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, method: "PUT", path: "/k", headers: { host: `hosted.s3.localhost:${port}`, "content-length": "1" } }, (reply) => resolve(reply.resume().statusCode));
    outgoing.on("error", reject).end("x");
  });
  expect([put, (await client.send(new ListObjectsV2Command({ Bucket: "hosted" }))).KeyCount]).toEqual([200, 1]);
});
