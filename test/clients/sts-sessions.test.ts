// STS and the credentials it issues, driven by the official client, boto3 and the AWS CLI.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CreateRoleCommand, GetRoleCommand, GetUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, type Credentials, GetAccessKeyInfoCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { has } from "./harness.ts";
import { failure } from "./s3-harness.ts";
import { openSmallCloud, type SmallCloud } from "./small-cloud.ts";

const run = promisify(execFile);
const [hasBoto3, hasAws] = await Promise.all([has("python3", "-c", "import boto3"), has("aws", "--version")]);
const RoleArn = "arn:aws:iam::000000000000:role/team/deployer";
const trust = JSON.stringify({ Statement: { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" } });

let cloud: SmallCloud;
let client: STSClient;
const clients: { destroy(): void }[] = [];
beforeAll(async () => {
  cloud = await openSmallCloud();
  client = new STSClient(cloud.settings);
  const iam = new IAMClient(cloud.settings);
  clients.push(client, iam);
  await iam.send(new CreateRoleCommand({ RoleName: "deployer", Path: "/team/", AssumeRolePolicyDocument: trust, MaxSessionDuration: 7200 }));
});
afterAll(async () => {
  for (const one of clients) one.destroy();
  await cloud[Symbol.asyncDispose]();
});

const credentialsOf = ({ AccessKeyId = "", SecretAccessKey = "", SessionToken }: Credentials = {} as Credentials) => ({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
const as = <T extends { destroy(): void }>(Client: new (settings: SmallCloud["settings"]) => T, credentials: SmallCloud["settings"]["credentials"]): T => {
  const made = new Client({ ...cloud.settings, credentials });
  clients.push(made);
  return made;
};

test("any credentials are the root of the account", async () => {
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({ UserId: "000000000000", Account: "000000000000", Arn: "arn:aws:iam::000000000000:root" });
  const other = as(STSClient, { accessKeyId: "123456789012", secretAccessKey: "x" });
  expect(await other.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:root" });
});

test("an assumed role's credentials lead back to the role's session", async () => {
  const assumed = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "ci", SourceIdentity: "ana" }));
  expect(assumed).toMatchObject({
    Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[A-P][A-Z2-7]{15}$/), SecretAccessKey: expect.stringMatching(/^.{40}$/), SessionToken: expect.stringMatching(/.{200}/), Expiration: expect.any(Date) },
    AssumedRoleUser: { AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:ci$/), Arn: "arn:aws:sts::000000000000:assumed-role/deployer/ci" },
    SourceIdentity: "ana",
  });
  const minutes = ((assumed.Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(55);
  expect(minutes).toBeLessThan(61);
  const credentials = credentialsOf(assumed.Credentials);
  const session = as(STSClient, credentials);
  const { Role } = await as(IAMClient, cloud.settings.credentials).send(new GetRoleCommand({ RoleName: "deployer" }));
  expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: "000000000000", Arn: assumed.AssumedRoleUser?.Arn, UserId: `${Role?.RoleId}:ci` });
  expect((await client.send(new GetAccessKeyInfoCommand({ AccessKeyId: credentials.accessKeyId }))).Account).toBe("000000000000");

  // A session of a role is nobody's user, and what it assumes itself lasts an hour at most.
  expect(await failure(as(IAMClient, credentials).send(new GetUserCommand({})))).toMatchObject({ message: "Must specify userName when calling with non-User credentials" });
  expect(await failure(session.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "chain", DurationSeconds: 3601 })))).toMatchObject({
    message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
  });
  expect(await failure(session.send(new GetSessionTokenCommand({})))).toMatchObject({ name: "AccessDenied", status: 403 });
});

test("a role of another account gives credentials of that account", async () => {
  const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn: "arn:aws:iam::210987654321:role/r", RoleSessionName: "visitor" }));
  const visitor = as(STSClient, credentialsOf(Credentials));
  expect(await visitor.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: "210987654321", Arn: "arn:aws:sts::210987654321:assumed-role/r/visitor" });
});

test("session tokens keep the caller who it is", async () => {
  const { Credentials } = await client.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
  expect(await as(STSClient, credentialsOf(Credentials)).send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: "arn:aws:iam::000000000000:root" });
});

test.each([
  ["a role that is not there", { RoleArn: "arn:aws:iam::000000000000:role/none" }, "AccessDenied", "User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/none", 403],
  ["a role without its path", { RoleArn: "arn:aws:iam::000000000000:role/deployer" }, "AccessDenied", /is not authorized to perform: sts:AssumeRole on resource/, 403],
  ["an ARN of something else", { RoleArn: "arn:aws:iam::000000000000:user/someone" }, "ValidationError", "arn:aws:iam::000000000000:user/someone is invalid", 400],
  ["a session past the role's limit", { DurationSeconds: 7201 }, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400],
  ["a session too short", { DurationSeconds: 899 }, "ValidationError", /^1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900$/, 400],
  ["a bad session name", { RoleSessionName: "has space" }, "ValidationError", /at 'roleSessionName' failed to satisfy constraint/, 400],
  ["a session policy that would not act", { Policy: "{}" }, "ValidationError", /^Policy is not supported yet/, 400],
])("%s is refused", async (_what, change, name, message, status) => {
  const refused = await failure(client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "session", ...change })));
  expect(refused).toMatchObject({ name, status, message: typeof message === "string" ? message : expect.stringMatching(message) });
});

test("a word that is no access key belongs to no account", async () => {
  expect(await failure(client.send(new GetAccessKeyInfoCommand({ AccessKeyId: "not-an-access-key" })))).toMatchObject({ name: "ValidationError" });
});

test.skipIf(!hasBoto3)("boto3 keeps records and logs unmodified", async () => {
  const script = [
    "import boto3, json, time",
    "iam, sts, logs = (boto3.client(s) for s in ('iam', 'sts', 'logs'))",
    "trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole'}]}",
    "role = iam.create_role(RoleName='boto', AssumeRolePolicyDocument=json.dumps(trust))['Role']",
    "print(iam.get_role(RoleName='boto')['Role']['AssumeRolePolicyDocument'] == trust)",
    "c = sts.assume_role(RoleArn=role['Arn'], RoleSessionName='xy')['Credentials']",
    "me = boto3.client('sts', aws_access_key_id=c['AccessKeyId'], aws_secret_access_key=c['SecretAccessKey'], aws_session_token=c['SessionToken']).get_caller_identity()",
    "print(me['Arn'])",
    "logs.create_log_group(logGroupName='boto'); logs.create_log_stream(logGroupName='boto', logStreamName='s')",
    "logs.put_log_events(logGroupName='boto', logStreamName='s', logEvents=[{'timestamp': int(time.time() * 1000), 'message': m} for m in ('one', 'two')])",
    "print([e['message'] for p in logs.get_paginator('filter_log_events').paginate(logGroupName='boto', filterPattern='two') for e in p['events']])",
    "try:\n  iam.get_role(RoleName='none')\nexcept iam.exceptions.NoSuchEntityException as e: print(e)",
  ].join("\n");
  const { stdout } = await run("python3", ["-c", script], { env: environment() });
  expect(stdout.trim().split("\n")).toEqual([
    "True", "arn:aws:sts::000000000000:assumed-role/boto/xy", "['two']", "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name none cannot be found.",
  ]);
});

test.skipIf(!hasAws)("the AWS CLI asks who it is", async () => {
  const { stdout } = await run("aws", ["--endpoint-url", cloud.endpoint, "sts", "get-caller-identity"], { env: environment() });
  expect(JSON.parse(stdout)).toEqual({ UserId: "000000000000", Account: "000000000000", Arn: "arn:aws:iam::000000000000:root" });
});

const environment = (): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", AWS_ENDPOINT_URL: cloud.endpoint, AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_PAGER: "",
});
