// Uploads by a browser's form (PostObject): made by hand with fetch, by curl, and signed by boto3; the words of the refusals are recorded from the original.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, PutBucketNotificationConfigurationCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { has } from "./harness.ts";
import { openS3, type S3Cloud } from "./s3-harness.ts";

const run = promisify(execFile);
const [hasBoto3, hasCurl] = await Promise.all([has("python3", "-c", "import boto3"), has("curl", "--version")]);
const Bucket = "forms";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:posted";
let cloud: S3Cloud;
let client: S3Client;
let url: string;

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  url = `${cloud.endpoint}/${Bucket}`;
  cloud.permitted.add(FUNCTION);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { LambdaFunctionConfigurations: [{ LambdaFunctionArn: FUNCTION, Events: ["s3:ObjectCreated:Post"] }] } }));
});
afterAll(() => cloud[Symbol.asyncDispose]());

const signing = { "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/s3/aws4_request", "x-amz-date": "20261123T000000Z" };

/** A policy that allows the fields, and `more` conditions. */
const policyOf = (fields: Readonly<Record<string, string>>, more: readonly unknown[] = [], expiration: unknown = new Date(Date.now() + 60_000).toISOString()): string =>
  Buffer.from(JSON.stringify({ expiration, conditions: [{ bucket: Bucket }, ...Object.entries({ ...fields, ...signing }).map(([name, value]) => ({ [name]: value })), ...more] })).toString("base64");

type Fields = Readonly<Record<string, string>>;

async function post(fields: Fields, content: string | Uint8Array<ArrayBuffer> = "content", name = "cat.png") {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append("file", new Blob([content]), name);
  const reply = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const signed = (fields: Fields, more?: readonly unknown[], expiration?: unknown): Fields => ({ ...fields, ...signing, policy: policyOf(fields, more, expiration), "x-amz-signature": "00" });
const postSigned = (fields: Fields, more?: readonly unknown[], content?: string) => post(signed(fields, more), content);
const code = ({ status, text }: { readonly status: number; readonly text: string }) => [status, /<Code>(.*)<\/Code>/.exec(text)?.[1], /<Message>(.*)<\/Message>/.exec(text)?.[1]?.replaceAll("&quot;", '"')];
const head = (Key: string) => client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));

describe("a form", () => {
  test("becomes an object with its fields as headers, and fires ObjectCreated:Post", async () => {
    await cloud.events();
    const sent = { key: "in/${filename}", "Content-Type": "image/png", "Cache-Control": "no-store", "x-amz-meta-Who": "żółw", tagging: "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>" };
    const reply = await post({ ...sent, ...signing, policy: policyOf({ ...sent, key: "in/cat.png" }), "x-amz-signature": "00" }, "content", "C:\\pictures\\cat.png");
    expect([reply.status, reply.text, reply.headers.get("etag"), reply.headers.get("location"), reply.headers.get("x-amz-checksum-type")]).toEqual([204, "", '"9a0364b9e99bb480dd25e1f0284c8555"', `${url}/in%2Fcat.png`, "FULL_OBJECT"]);
    expect(await head("in/cat.png")).toMatchObject({ ContentType: "image/png", CacheControl: "no-store", ContentLength: 7, ETag: '"9a0364b9e99bb480dd25e1f0284c8555"' });
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "in/cat.png" }))).TagSet).toEqual([{ Key: "a", Value: "b" }]);
    expect((await cloud.events()).map(({ record }) => [record.eventName, record.s3.object.key, record.s3.object.size])).toEqual([["ObjectCreated:Post", "in/cat.png", 7]]);
  });

  test("is answered as it asks: 200, 201 with a document, 204, or a redirect", async () => {
    const answered = async (fields: Fields) => postSigned({ key: "a b/k", ...fields });
    expect((await answered({ success_action_status: "200" })).status).toBe(200);
    expect((await answered({ success_action_status: "302" })).status).toBe(204);
    const created = await answered({ success_action_status: "201" });
    expect([created.status, created.headers.get("content-type"), created.text]).toEqual([
      201, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${url}/a%20b%2Fk</Location><Bucket>forms</Bucket><Key>a b/k</Key><ETag>&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;</ETag></PostResponse>`,
    ]);
    const moved = await answered({ success_action_redirect: "https://example.com/done?x=1" });
    expect([moved.status, moved.headers.get("location")]).toEqual([303, "https://example.com/done?x=1&bucket=forms&key=a+b%2Fk&etag=%229a0364b9e99bb480dd25e1f0284c8555%22"]);
    expect((await answered({ success_action_redirect: "/relative" })).status).toBe(204);
  });

  test("may come unsigned where nothing else is asked, and to the bucket's own host", async () => {
    expect((await post({ key: "plain" })).status).toBe(204);
    expect((await head("plain")).ContentType).toBe("binary/octet-stream");
    const body = Buffer.from(`${part('form-data; name="key"', "hosted")}${part('form-data; name="file"', "content")}--b--`);
    const { headers } = await sendSlowly(cloud.endpoint, body, body.byteLength, { host: "forms.s3.localhost:4566" });
    expect(headers.location).toBe("http://forms.s3.localhost:4566/hosted");
  });

  test("conditions look at names in any case and at values exactly", async () => {
    expect((await postSigned({ key: "c", "X-Amz-Meta-Tag": "Yes" }, [["starts-with", "$x-amz-META-tag", "Y"], ["EQ", "$KEY", "c"], ["content-length-range", "7", 7]])).status).toBe(204);
    expect((await postSigned({ key: "c", "Content-Type": "image/png,image/gif" }, [["starts-with", "$Content-Type", "image/"]])).status).toBe(204);
  });

  test("streams: a file of 24 MiB arrives whole", async () => {
    const large = randomBytes(24 * 1024 * 1024);
    expect((await post({ key: "large" }, large)).status).toBe(204);
    const back = Buffer.from((await (await client.send(new GetObjectCommand({ Bucket, Key: "large" }))).Body?.transformToByteArray()) ?? []);
    expect(back.equals(large)).toBe(true);
  });
});

const denied = (why: string) => [403, "AccessDenied", `Invalid according to Policy: ${why}`];
const invalid = (why: string) => [400, "InvalidPolicyDocument", `Invalid Policy: ${why}`];
const missing = (name: string) => [400, "InvalidArgument", `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`];
const later = "2999-01-01T00:00:00Z";
const withPolicy = (document: unknown): Fields => ({ key: "k", ...signing, policy: Buffer.from(typeof document === "string" ? document : JSON.stringify(document)).toString("base64"), "x-amz-signature": "00" });
const without = (name: string): Fields => Object.fromEntries(Object.entries(signed({ key: "k" })).filter(([field]) => field !== name));

test.each<[string, Fields, readonly unknown[]]>([
  ["an expired policy", signed({ key: "k" }, [], "2020-01-01T00:00:00Z"), denied("Policy expired.")],
  ["another value", signed({ key: "k" }, [["eq", "$key", 'x"y']]), denied('Policy Condition failed: ["eq", "$key", "x\\"y"]')],
  ["another value, simply said", signed({ key: "k" }, [{ Key: "K" }]), denied('Policy Condition failed: ["eq", "$Key", "K"]')],
  ["another beginning", signed({ key: "k" }, [["starts-with", "$key", "K"]]), denied('Policy Condition failed: ["starts-with", "$key", "K"]')],
  ["a field that is not there", signed({ key: "k" }, [["starts-with", "$Content-Type", ""]]), denied('Policy Condition failed: ["starts-with", "$Content-Type", ""]')],
  ["a condition without $", signed({ key: "k" }, [["eq", "key", "k"]]), denied('Policy Condition failed: ["eq", "key", "k"]')],
  ["a range of words", signed({ key: "k" }, [["content-length-range", "test", "10"]]), denied('Policy Condition failed: ["content-length-range", "test", "10"]')],
  ["a field nobody allowed", { "X-Amz-Meta-Extra": "1", ...signed({ key: "k" }) }, denied("Extra input fields: X-Amz-Meta-Extra")],
  ["a file too large", signed({ key: "k" }, [["content-length-range", 1, 5]]), [400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"]],
  ["a file too small", signed({ key: "k" }, [["content-length-range", 8, 9]]), [400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"]],
  ["no JSON", withPolicy("{"), invalid("Invalid JSON.")],
  ["no expiration", withPolicy({ conditions: [] }), invalid("Policy missing expiration.")],
  ["an expiration with an offset", withPolicy({ expiration: "2999-01-01T00:00:00+02:00", conditions: [] }), invalid("Invalid 'expiration' value: '2999-01-01T00:00:00+02:00'")],
  ["no conditions", withPolicy({ expiration: later }), invalid("Policy missing conditions.")],
  ["conditions in no list", withPolicy({ expiration: later, conditions: {} }), invalid("Invalid 'conditions' value: must be a List.")],
  ["a bucket policy", withPolicy({ statement: [], expiration: later, conditions: [] }), invalid("Unexpected: 'statement'")],
  ["two conditions in one", withPolicy({ expiration: later, conditions: [{ a: "1", b: "2" }] }), invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")],
  ["a number as value", withPolicy({ expiration: later, conditions: [{ a: 1 }] }), invalid("Invalid Simple-Condition: value must be a string.")],
  ["an empty condition", withPolicy({ expiration: later, conditions: [[]] }), invalid("Invalid Condition: missing operation identifier.")],
  ["no signature", without("x-amz-signature"), missing("X-Amz-Signature")],
  ["no algorithm", without("x-amz-algorithm"), missing("X-Amz-Algorithm")],
  ["no old key id", { key: "k", policy: "e30=", signature: "x" }, missing("AWSAccessKeyId")],
  ["a policy that nobody signed", { key: "k", policy: "e30=" }, [403, "AccessDenied", "Access Denied"]],
  ["no key", { acl: "private" }, missing("key")],
  ["tags that are no document", { key: "k", tagging: "not-xml" }, [400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"]],
  ["a storage class there is not", { key: "k", "x-amz-storage-class": "FakeClass" }, [400, "InvalidStorageClass", "The storage class you specified is not valid"]],
  ["more than 20 KB of fields", { key: "k", "x-amz-meta-a": "x".repeat(20_480) }, [400, "MaxPostPreDataLengthExceeded", "Your POST request fields preceeding the upload file was too large."]],
  ["a key too long", { key: "k".repeat(1025) }, [400, "KeyTooLongError", "Your key is too long"]],
])("a form with %s is refused", async (_, fields, refusal) => {
  expect(code(await post(fields))).toEqual(refusal);
  await expect(head("k")).rejects.toMatchObject({ name: "NotFound" });
});

/** Sends the very bytes. */
const raw = async (contentType: string, body: string) => {
  const reply = await fetch(url, { method: "POST", headers: { "content-type": contentType }, body });
  return { status: reply.status, text: await reply.text() };
};
const part = (disposition: string, value: string): string => `--b\r\nContent-Disposition: ${disposition}\r\n\r\n${value}\r\n`;

/** Sends the bytes in pieces; resolves to the answer's head. */
const sendSlowly = (to: string, body: Uint8Array, pieceBytes: number, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: "POST", headers: { "content-type": "multipart/form-data; boundary=b", "content-length": body.byteLength, ...headers } };
    const sending = request(to, options, (reply) => resolve(reply.resume())).on("error", reject);
    const send = (at: number): void => void (at >= body.byteLength ? sending.end() : sending.write(body.subarray(at, at + pieceBytes), () => setImmediate(send, at + pieceBytes)));
    send(0);
  });

test("what is no form, a form cut short, and a form without a file are refused; what follows the file counts for nothing", async () => {
  const whole = `${part('form-data; name="key"', "raw-${filename}")}${part('form-data; name="file"', "content")}`;
  const refusals: readonly (readonly [string, string, readonly unknown[]])[] = [
    ["text/html", whole, [412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"]],
    ["multipart/form-data", whole, [400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."]],
    ["multipart/form-data; boundary=b", whole.slice(0, -9), [400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."]],
    ["multipart/form-data; boundary=b", `${part("attachment", "x")}--b--`, [400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."]],
    ["multipart/form-data; boundary=b", `${part('form-data; name="key"', "k")}--b--\r\n`, [400, "InvalidArgument", "POST requires exactly one file upload per request."]],
    ["multipart/form-data; boundary=b", `${part('form-data; name="file"', "x")}${part('form-data; name="key"', "k")}--b--\r\n`, missing("key")],
  ];
  for (const [type, body, refusal] of refusals) expect(code(await raw(type, body)), `${type} ${body}`).toEqual(refusal);
  expect((await raw('Multipart/Form-Data; charset=utf-8; boundary="b"', `preamble\r\n${whole}${part('form-data; name="submit"', "Go")}--b--\r\nepilogue`)).status).toBe(204);
  expect((await head("raw-${filename}")).ContentLength).toBe(7);
});

test("a form is understood wherever the network cuts it", async () => {
  const body = Buffer.from(`${part('form-data; name="key"', "cut")}${part('form-data; name="file"; filename="f"', "a\r\n--\r\n-b\r\n--c")}--b--\r\n`);
  expect((await sendSlowly(url, body, 1)).statusCode).toBe(204);
  expect(await (await client.send(new GetObjectCommand({ Bucket, Key: "cut" }))).Body?.transformToString()).toBe("a\r\n--\r\n-b\r\n--c");
});

test.skipIf(!hasBoto3 || !hasCurl)("a form signed by boto3 is sent by curl (skipped without them)", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-form-"));
  try {
    await writeFile(join(dir, "photo.jpg"), "picture");
    const script = `import boto3, json
s3 = boto3.client("s3", endpoint_url="${cloud.endpoint}", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
print(json.dumps(s3.generate_presigned_post("${Bucket}", "up/\${filename}", Fields={"acl": "private"}, Conditions=[{"acl": "private"}, ["content-length-range", 1, 100]], ExpiresIn=60)))`;
    const { url: to, fields } = JSON.parse((await run("python3", ["-c", script])).stdout) as { readonly url: string; readonly fields: Fields };
    const form = [...Object.entries(fields).flatMap(([name, value]) => ["-F", `${name}=${value}`]), "-F", `file=@${join(dir, "photo.jpg")}`];
    const { stdout } = await run("curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code}", ...form, to]);
    expect(stdout).toBe("204");
    expect((await head("up/photo.jpg")).ContentLength).toBe(7);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
