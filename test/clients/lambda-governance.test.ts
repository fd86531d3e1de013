// What governs functions beside their code: signatures, whole policies, scaling, runtime updates, tags of all of it.
import {
  CreateCodeSigningConfigCommand, CreateFunctionCommand, DeleteCodeSigningConfigCommand, DeleteFunctionCodeSigningConfigCommand, DeleteResourcePolicyCommand, GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand, GetFunctionScalingConfigCommand, GetPolicyCommand, GetResourcePolicyCommand, GetRuntimeManagementConfigCommand, InvokeCommand, ListCodeSigningConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand, ListTagsCommand, PutFunctionCodeSigningConfigCommand, PutFunctionScalingConfigCommand, PutResourcePolicyCommand, PutRuntimeManagementConfigCommand,
  TagResourceCommand, UntagResourceCommand, UpdateCodeSigningConfigCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const profile = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/1";
const missing = "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-00000000000000000";
const ZipFile = zipOf({ "index.mjs": "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = async (event) => { await sleep(event.ms ?? 0); return process.env.AWS_LAMBDA_INITIALIZATION_TYPE; };" });
const make = (FunctionName: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 20, Code: { ZipFile }, ...more }));
const invoke = async (FunctionName: string, event: object = {}) =>
  JSON.parse(Buffer.from((await cloud.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }))).Payload ?? []).toString()) as unknown;
const signing = async (UntrustedArtifactOnDeployment?: "Warn" | "Enforce", more: object = {}) =>
  (await cloud.lambda.send(new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns: [profile] }, ...(UntrustedArtifactOnDeployment ? { CodeSigningPolicies: { UntrustedArtifactOnDeployment } } : {}), ...more }))).CodeSigningConfig;

describe("a code signing configuration", () => {
  test("that enforces signatures stops unsigned code, one that warns does not", async () => {
    const [warns, enforces] = [await signing(), await signing("Enforce")];
    expect(warns).toMatchObject({ CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" }, AllowedPublishers: { SigningProfileVersionArns: [profile] }, CodeSigningConfigId: expect.stringMatching(/^csc-[a-z0-9]{17}$/) });
    await make("signed", { CodeSigningConfigArn: warns?.CodeSigningConfigArn });
    expect(await cloud.lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: "signed" }))).toMatchObject({ CodeSigningConfigArn: warns?.CodeSigningConfigArn, FunctionName: "signed" });
    const blocked = { name: "CodeVerificationFailedException", status: 400, message: expect.stringContaining("the code signing policy is set to ENFORCE") };
    expect(await failure(make("blocked", { CodeSigningConfigArn: enforces?.CodeSigningConfigArn }))).toMatchObject(blocked);
    await cloud.lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName: "signed", CodeSigningConfigArn: enforces?.CodeSigningConfigArn }));
    const deploy = () => cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "signed", ZipFile }));
    expect(await failure(deploy())).toMatchObject(blocked);
    expect((await cloud.lambda.send(new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn: enforces?.CodeSigningConfigArn }))).FunctionArns).toEqual([arn("signed")]);
    expect(await failure(cloud.lambda.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn: enforces?.CodeSigningConfigArn })))).toMatchObject({ name: "ResourceConflictException" });
    await cloud.lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName: "signed" }));
    await deploy();
    await cloud.lambda.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn: enforces?.CodeSigningConfigArn }));
  });

  test("is changed, listed and tagged", async () => {
    const made = await signing("Warn", { Description: "d", Tags: { team: "a" } });
    const at = { CodeSigningConfigArn: made?.CodeSigningConfigArn };
    await cloud.lambda.send(new UpdateCodeSigningConfigCommand({ ...at, Description: "e", CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" } }));
    expect((await cloud.lambda.send(new GetCodeSigningConfigCommand(at))).CodeSigningConfig).toMatchObject({ Description: "e", CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" }, LastModified: expect.stringMatching(/^\d{4}-.*Z$/) });
    const first = await cloud.lambda.send(new ListCodeSigningConfigsCommand({ MaxItems: 1 }));
    const rest = await cloud.lambda.send(new ListCodeSigningConfigsCommand({ Marker: first.NextMarker }));
    expect([...(first.CodeSigningConfigs ?? []), ...(rest.CodeSigningConfigs ?? [])].map(({ CodeSigningConfigArn }) => CodeSigningConfigArn)).toContain(at.CodeSigningConfigArn);
    const Resource = at.CodeSigningConfigArn;
    await cloud.lambda.send(new TagResourceCommand({ Resource, Tags: { stage: "x" } }));
    await cloud.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["team", "none"] }));
    expect((await cloud.lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ stage: "x" });
  });

  const gone = `The Lambda code signing configuration ${missing} can not be found.`;
  test.each([
    ["read", () => cloud.lambda.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn: missing })), "ResourceNotFoundException", gone],
    ["changed", () => cloud.lambda.send(new UpdateCodeSigningConfigCommand({ CodeSigningConfigArn: missing })), "ResourceNotFoundException", gone],
    ["deleted", () => cloud.lambda.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn: missing })), "ResourceNotFoundException", gone],
    ["tagged", () => cloud.lambda.send(new ListTagsCommand({ Resource: missing })), "ResourceNotFoundException", gone],
    ["used", () => cloud.lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName: "signed", CodeSigningConfigArn: missing })), "CodeSigningConfigNotFoundException", `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${missing}.`],
  ])("that is not there can not be %s", async (_what, ask, name, message) => {
    expect(await failure(ask())).toMatchObject({ name, message, status: 404 });
  });
});

describe("a resource policy", () => {
  const statement = { Sid: "s", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "lambda:InvokeFunction", Resource: arn("policed") };
  test("is put, read and deleted as a whole, and is the one that AddPermission builds", async () => {
    await make("policed");
    const ResourceArn = arn("policed");
    const put = await cloud.lambda.send(new PutResourcePolicyCommand({ ResourceArn, Policy: JSON.stringify({ Version: "2012-10-17", Statement: statement }) }));
    expect(JSON.parse((await cloud.lambda.send(new GetPolicyCommand({ FunctionName: "policed" }))).Policy ?? "")).toMatchObject({ Statement: [statement] });
    expect(await cloud.lambda.send(new GetResourcePolicyCommand({ ResourceArn }))).toMatchObject({ RevisionId: put.RevisionId, Policy: put.Policy });
    expect(await failure(cloud.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn, RevisionId: "x" })))).toMatchObject({ name: "PreconditionFailedException" });
    await cloud.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn, RevisionId: put.RevisionId }));
    expect(await failure(cloud.lambda.send(new GetResourcePolicyCommand({ ResourceArn })))).toMatchObject({ name: "ResourceNotFoundException" });
  });

  test.each([["no JSON", "{"], ["no object", "[]"], ["no Effect", '{"Statement":[{"Principal":"*","Action":"*"}]}'], ["no Principal", '{"Statement":{"Effect":"Allow","Action":"*"}}']])("that is %s is refused", async (_what, Policy) => {
    expect(await failure(cloud.lambda.send(new PutResourcePolicyCommand({ ResourceArn: arn("policed"), Policy })))).toMatchObject({ name: "InvalidParameterValueException", message: expect.stringMatching(/^The policy is not valid: /) });
  });
});

test("a scaling configuration keeps its minimum ready and its maximum as a ceiling", async () => {
  await make("scaled", { Publish: true });
  const at = { FunctionName: "scaled", Qualifier: "1" };
  await cloud.lambda.send(new PutFunctionScalingConfigCommand({ ...at, FunctionScalingConfig: { MinExecutionEnvironments: 1, MaxExecutionEnvironments: 1 } }));
  expect(await cloud.lambda.send(new GetFunctionScalingConfigCommand(at))).toMatchObject({
    FunctionArn: `${arn("scaled")}:1`, AppliedFunctionScalingConfig: { MinExecutionEnvironments: 1, MaxExecutionEnvironments: 1 }, RequestedFunctionScalingConfig: { MinExecutionEnvironments: 1 },
  });
  await eventually("the instance", async () => ((await invoke("scaled:1")) === "provisioned-concurrency" ? true : undefined));
  const outcomes = await Promise.allSettled([invoke("scaled:1", { ms: 300 }), invoke("scaled:1", { ms: 300 })]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  await cloud.lambda.send(new PutFunctionScalingConfigCommand({ ...at, FunctionScalingConfig: {} }));
  expect((await cloud.lambda.send(new GetFunctionScalingConfigCommand(at))).AppliedFunctionScalingConfig).toEqual({});
  const put = (FunctionScalingConfig: object) => cloud.lambda.send(new PutFunctionScalingConfigCommand({ ...at, FunctionScalingConfig }));
  expect(await failure(put({ MinExecutionEnvironments: 2, MaxExecutionEnvironments: 1 }))).toMatchObject({ name: "InvalidParameterValueException" });
});

test("runtimes follow the machine; other promises are refused", async () => {
  await make("managed");
  expect(await cloud.lambda.send(new GetRuntimeManagementConfigCommand({ FunctionName: "managed" }))).toMatchObject({ UpdateRuntimeOn: "Auto", FunctionArn: `${arn("managed")}:$LATEST` });
  expect(await cloud.lambda.send(new PutRuntimeManagementConfigCommand({ FunctionName: "managed", UpdateRuntimeOn: "Auto" }))).toMatchObject({ UpdateRuntimeOn: "Auto" });
  expect(await failure(cloud.lambda.send(new PutRuntimeManagementConfigCommand({ FunctionName: "managed", UpdateRuntimeOn: "FunctionUpdate" })))).toMatchObject({ message: "UpdateRuntimeOn FunctionUpdate is not supported by Fugaz yet; leave it out." });
  await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "managed", Timeout: 4 }));
});
