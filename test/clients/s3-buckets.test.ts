// Buckets and their settings through the door with the official JavaScript client.
import {
  CreateBucketCommand, type CreateBucketCommandInput, DeleteBucketCommand, DeleteBucketPolicyCommand, DeleteBucketTaggingCommand, DeletePublicAccessBlockCommand, GetBucketLocationCommand,
  GetBucketPolicyCommand, GetBucketPolicyStatusCommand, GetBucketTaggingCommand, GetPublicAccessBlockCommand, HeadBucketCommand, ListBucketsCommand, PutBucketAclCommand,
  PutBucketEncryptionCommand, PutBucketOwnershipControlsCommand, PutBucketPolicyCommand, PutBucketTaggingCommand, PutBucketVersioningCommand, PutObjectCommand, PutPublicAccessBlockCommand, S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure, openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: S3Client;
let stranger: S3Client;

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  stranger = cloud.client({ credentials: { accessKeyId: "111111111111", secretAccessKey: "x" } });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const create = (Bucket: string, more: Partial<CreateBucketCommandInput> = {}, by = client) => by.send(new CreateBucketCommand({ Bucket, ...more }));

describe("a name", () => {
  test.each(["ab", "Upper", "under_score", "-dash", "dot..dot", "192.168.0.1", "xn--puny", "x".repeat(64), "a-s3alias"])("like %s is refused", async (name) => {
    expect(await failure(create(name))).toMatchObject({ name: "InvalidBucketName", status: 400, message: "The specified bucket is not valid.", BucketName: name });
  });

  test("is one for everybody; making one's own again is no error in the first region", async () => {
    expect(await create("taken")).toMatchObject({ Location: "/taken", BucketArn: "arn:aws:s3:::taken" });
    await create("taken");
    expect(await failure(create("taken", {}, stranger))).toMatchObject({ name: "BucketAlreadyExists", status: 409, BucketName: "taken" });
    expect(await failure(stranger.send(new HeadBucketCommand({ Bucket: "taken" })))).toMatchObject({ status: 403 });
    expect(await failure(client.send(new HeadBucketCommand({ Bucket: "taken", ExpectedBucketOwner: "111111111111" })))).toMatchObject({ status: 403 });
  });

  test("races to be made by one", async () => {
    const outcomes = await Promise.allSettled([client, stranger].map((by) => create("raced", {}, by)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

test("a bucket lies in a region", async () => {
  const frankfurt = cloud.client({ region: "eu-central-1" });
  await create("frankfurt", { CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }, frankfurt);
  expect((await client.send(new GetBucketLocationCommand({ Bucket: "frankfurt" }))).LocationConstraint).toBe("eu-central-1");
  expect((await client.send(new HeadBucketCommand({ Bucket: "frankfurt" }))).BucketRegion).toBe("eu-central-1");
  await create("virginia");
  expect((await client.send(new GetBucketLocationCommand({ Bucket: "virginia" }))).LocationConstraint).toBeUndefined();
  const twice = create("frankfurt", { CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }, frankfurt);
  expect(await failure(twice)).toMatchObject({ name: "BucketAlreadyOwnedByYou", status: 409 });
  const elsewhere = create("elsewhere", { CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }, frankfurt);
  expect(await failure(elsewhere)).toMatchObject({ name: "IllegalLocationConstraintException", message: expect.stringContaining("The eu-west-1 location constraint is incompatible") });
  expect(await failure(create("nowhere", { CreateBucketConfiguration: { LocationConstraint: "nowhere" as "EU" } }))).toMatchObject({ name: "InvalidLocationConstraint", LocationConstraint: "nowhere" });
});

test("buckets are listed by name, owner, prefix and page", async () => {
  for (const name of ["list-c", "list-a", "list-b", "other"]) await create(name);
  const names = async (more: object): Promise<readonly (string | undefined)[]> => (await client.send(new ListBucketsCommand(more))).Buckets?.map(({ Name }) => Name) ?? [];
  expect(await names({ Prefix: "list-" })).toEqual(["list-a", "list-b", "list-c"]);
  const page = await client.send(new ListBucketsCommand({ Prefix: "list-", MaxBuckets: 2 }));
  expect([page.Buckets?.length, page.Prefix, page.Owner?.ID]).toEqual([2, "list-", expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(await names({ Prefix: "list-", ContinuationToken: page.ContinuationToken })).toEqual(["list-c"]);
  expect(await names({ BucketRegion: "us-west-2" })).toEqual([]);
  expect((await stranger.send(new ListBucketsCommand({}))).Buckets ?? []).not.toContainEqual(expect.objectContaining({ Name: "other" }));
  expect((await fetch(`${cloud.endpoint}/`)).status).toBe(200);
});

test("a bucket goes when it is empty, and not while something comes into it", async () => {
  await create("going");
  await client.send(new PutObjectCommand({ Bucket: "going", Key: "k", Body: "x" }));
  expect(await failure(client.send(new DeleteBucketCommand({ Bucket: "going" })))).toMatchObject({ name: "BucketNotEmpty", status: 409, message: "The bucket you tried to delete is not empty" });
  for (let round = 0; round < 20; round++) {
    const Bucket = `racing-${round}`;
    await create(Bucket);
    const [gone, kept] = await Promise.allSettled([client.send(new DeleteBucketCommand({ Bucket })), client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }))]);
    expect([gone.status, kept.status].toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await cloud.engine.store.list({ prefix: ["s3", "object", Bucket], limit: 1 })).toHaveLength(kept.status === "fulfilled" ? 1 : 0);
  }
});

describe("settings", () => {
  const Bucket = "settings";
  beforeAll(() => create(Bucket));

  test("tags", async () => {
    expect(await failure(client.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({ name: "NoSuchTagSet", status: 404, message: "The TagSet does not exist" });
    const TagSet = [{ Key: "STAGE", Value: "dev" }];
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    await client.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await failure(client.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({ name: "NoSuchTagSet" });
  });

  test("policies, with or without a version, but no nonsense and nothing public where that is blocked", async () => {
    const statement = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } };
    const putPolicy = (Policy: string) => client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await failure(client.send(new GetBucketPolicyCommand({ Bucket })))).toMatchObject({ name: "NoSuchBucketPolicy", status: 404, message: "The bucket policy does not exist" });
    const document = JSON.stringify({ Statement: [statement] });
    expect((await putPolicy(document)).$metadata.httpStatusCode).toBe(204);
    expect((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(document);
    expect((await client.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus).toEqual({ IsPublic: false });
    expect(await failure(putPolicy("nonsense"))).toMatchObject({ name: "MalformedPolicy", message: "Policies must be valid JSON and the first byte must be '{'" });
    expect(await failure(putPolicy(JSON.stringify({ Statement: [{ ...statement, Resource: "arn:aws:s3:::another/*" }] })))).toMatchObject({ name: "MalformedPolicy", message: "Policy has invalid resource" });
    const open = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` } });
    expect(await failure(putPolicy(open))).toMatchObject({ name: "AccessDenied", status: 403 });
    await client.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await failure(client.send(new GetPublicAccessBlockCommand({ Bucket })))).toMatchObject({ name: "NoSuchPublicAccessBlockConfiguration", status: 404 });
    await putPolicy(open);
    expect((await client.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus).toEqual({ IsPublic: true });
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }));
    expect((await client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({ BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: true, RestrictPublicBuckets: false });
  });

  const refused: readonly (readonly [string, () => Promise<unknown>, object])[] = [
    ["a KMS key", () => client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }] } })), { name: "NotImplemented", message: expect.stringContaining("aws:kms") }],
    ["object owners", () => client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] } })), { name: "NotImplemented", message: expect.stringContaining("ObjectWriter") }],
    ["MFA delete", () => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled", MFADelete: "Enabled" } })), { name: "NotImplemented", message: expect.stringContaining("MFA") }],
    ["no versioning status", () => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: {} })), { name: "IllegalVersioningConfigurationException" }],
    ["a public list", () => client.send(new PutBucketAclCommand({ Bucket, ACL: "public-read" })), { name: "AccessControlListNotSupported" }],
    ["object lock", () => create("locked", { ObjectLockEnabledForBucket: true }), { name: "NotImplemented", Header: "x-amz-bucket-object-lock-enabled" }],
  ];
  test.each(refused)("that are not there are refused by name: %s", async (_title, call, expected) => {
    expect(await failure(call())).toMatchObject(expected);
  });

  const headers: readonly (readonly [string, Partial<ConstructorParameters<typeof PutObjectCommand>[0]>])[] = [
    ["x-amz-server-side-encryption", { ServerSideEncryption: "aws:kms" }],
    ["x-amz-server-side-encryption-customer-algorithm", { SSECustomerAlgorithm: "AES256", SSECustomerKey: "k".repeat(32), SSECustomerKeyMD5: "m" }],
    ["x-amz-storage-class", { StorageClass: "GLACIER" }],
    ["x-amz-website-redirect-location", { WebsiteRedirectLocation: "/x" }],
    ["x-amz-object-lock-legal-hold", { ObjectLockLegalHoldStatus: "ON" }],
    ["x-amz-request-payer", { RequestPayer: "requester" }],
    ["x-amz-checksum-sha512", { ChecksumSHA512: "eA==" }],
  ];
  test.each(headers)("of an object likewise: %s", async (Header, more) => {
    const refusal = await failure(client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ...more })));
    expect(refusal).toMatchObject({ name: "NotImplemented", status: 501, Header, message: "A header you provided implies functionality that is not implemented" });
  });
});
