// The errors of Lambda's first operations, each provoked and compared with what was recorded on the original: code, status, text, Type.
import {
  AddPermissionCommand, CreateFunctionCommand, type CreateFunctionCommandInput, DeleteFunctionCommand, GetAccountSettingsCommand, GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand, GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand, GetPolicyCommand, InvokeAsyncCommand, InvokeCommand, type InvokeCommandInput,
  ListFunctionsCommand, ListTagsCommand, RemovePermissionCommand, TagResourceCommand, UntagResourceCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLE, startCloud, type TestCloud, zipOf } from "./harness.ts";
import { failure } from "./s3-harness.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const ZipFile = zipOf({ "index.js": "exports.handler = async (event, context) => ({ event, client: context.clientContext, arn: context.invokedFunctionArn });" });

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startCloud();
  await make("f", { Tags: { team: "a" } });
});
afterAll(async () => cloud[Symbol.asyncDispose]());

const make = (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs22.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile }, ...more }));
const invoke = (FunctionName: string, more: Partial<InvokeCommandInput> = {}) => cloud.lambda.send(new InvokeCommand({ FunctionName, ...more }));
const permit = (more: object = {}) => cloud.lambda.send(new AddPermissionCommand({ FunctionName: "f", StatementId: "s1", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", ...more }));

type Case = readonly [what: string, act: () => Promise<unknown>, status: number, name: string, message: string | RegExp];

function refusals(cases: readonly Case[]): void {
  test.each(cases)("%s", async (_what, act, status, name, message) => {
    const refused = await failure(act());
    expect(refused).toMatchObject({ name, status, message: typeof message === "string" ? message : expect.stringMatching(message) });
    // Recorded: constraint errors and size errors carry no Type, all others do.
    if (name !== "ValidationException" && name !== "RequestEntityTooLargeException" && name !== "AccessDeniedException") expect(refused["Type"]).toBe("User");
    else expect(refused["Type"]).toBeUndefined();
  });
}

const VALUE = "InvalidParameterValueException";
const MISSING = "ResourceNotFoundException";

describe("a function that is not there is missed by", () => {
  const none = { FunctionName: "doesnotexist" };
  const message = `Function not found: ${ARN}:doesnotexist`;
  refusals([
    ["GetFunction", () => cloud.lambda.send(new GetFunctionCommand(none)), 404, MISSING, message],
    ["GetFunctionConfiguration", () => cloud.lambda.send(new GetFunctionConfigurationCommand(none)), 404, MISSING, message],
    ["GetFunctionConcurrency", () => cloud.lambda.send(new GetFunctionConcurrencyCommand(none)), 404, MISSING, message],
    ["GetFunctionCodeSigningConfig", () => cloud.lambda.send(new GetFunctionCodeSigningConfigCommand(none)), 404, MISSING, message],
    ["UpdateFunctionCode", () => cloud.lambda.send(new UpdateFunctionCodeCommand({ ...none, ZipFile })), 404, MISSING, message],
    ["UpdateFunctionConfiguration", () => cloud.lambda.send(new UpdateFunctionConfigurationCommand({ ...none, Timeout: 5 })), 404, MISSING, message],
    ["DeleteFunction", () => cloud.lambda.send(new DeleteFunctionCommand(none)), 404, MISSING, message],
    ["GetFunction of a version", () => cloud.lambda.send(new GetFunctionCommand({ FunctionName: "f", Qualifier: "1221" })), 404, MISSING, `Function not found: ${ARN}:f:1221`],
    ["Invoke", () => invoke("doesnotexist"), 404, MISSING, message],
    ["Invoke of $LATEST", () => invoke("doesnotexist", { Qualifier: "$LATEST" }), 404, MISSING, `${message}:$LATEST`],
    ["Invoke as an event", () => invoke("doesnotexist", { InvocationType: "Event" }), 404, MISSING, message],
    ["a dry run", () => invoke("doesnotexist", { InvocationType: "DryRun" }), 404, MISSING, message],
    ["InvokeAsync", () => cloud.lambda.send(new InvokeAsyncCommand({ ...none, InvokeArgs: "{}" })), 404, MISSING, message],
    ["AddPermission", () => permit(none), 404, MISSING, message],
    ["AddPermission of a version", () => permit({ Qualifier: "42" }), 404, MISSING, `Function not found: ${ARN}:f:42`],
    ["AddPermission of an odd qualifier", () => permit({ Qualifier: "valid-with-$-but-doesnotexist" }), 404, MISSING, `Function not found: ${ARN}:f:valid-with-$-but-doesnotexist`],
    ["AddPermission of an alias", () => permit({ Qualifier: "alias-doesnotexist" }), 404, MISSING, `Cannot find alias arn: ${ARN}:f:alias-doesnotexist`],
    ["GetPolicy", () => cloud.lambda.send(new GetPolicyCommand(none)), 404, MISSING, "The resource you requested does not exist."],
    ["RemovePermission", () => cloud.lambda.send(new RemovePermissionCommand({ ...none, StatementId: "s" })), 404, MISSING, `No policy found for: ${ARN}:doesnotexist`],
    ["ListTags", () => cloud.lambda.send(new ListTagsCommand({ Resource: `${ARN}:doesnotexist` })), 404, MISSING, message],
    ["TagResource", () => cloud.lambda.send(new TagResourceCommand({ Resource: `${ARN}:doesnotexist`, Tags: { a: "b" } })), 404, MISSING, message],
    ["UntagResource", () => cloud.lambda.send(new UntagResourceCommand({ Resource: `${ARN}:doesnotexist`, TagKeys: ["a"] })), 404, MISSING, message],
  ]);
});

describe("a name", () => {
  const long = "a".repeat(65);
  const pattern = "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
  refusals([
    ["of another region", () => cloud.lambda.send(new GetFunctionCommand({ FunctionName: "arn:aws:lambda:ap-southeast-1:000000000000:function:f" })), 404, MISSING, "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"],
    ["of another account", () => cloud.lambda.send(new GetFunctionCommand({ FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:f" })), 403, "AccessDeniedException", /^User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:GetFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:f because no resource-based policy allows/],
    ["with two qualifiers", () => invoke(`${ARN}:f:one`, { Qualifier: "two" }), 400, VALUE, "The derived qualifier from the function name does not match the specified qualifier."],
    ["with a qualifier where none belongs", () => make("g:1"), 400, VALUE, "The derived qualifier from the function name does not match the specified qualifier."],
    ["too long", () => make(long), 400, VALUE, `1 validation error detected: Value '${long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`],
    ["much too long", () => make("a".repeat(141)), 400, "ValidationException", /at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140$/],
    ["with an odd character", () => invoke("arn:aws:lambda:us-east-1:123400000000@function:myfn"), 400, "ValidationException", `1 validation error detected: Value 'arn:aws:lambda:us-east-1:123400000000@function:myfn' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`],
    ["that is taken", () => make("f"), 409, "ResourceConflictException", "Function already exist: f"],
    ["of a version, for concurrency", () => cloud.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: `${ARN}:f:1` })), 400, VALUE, /^This operation is permitted on Lambda functions only\. Aliases and versions do not support this operation\./],
  ]);

  test.each([["name", "f"], ["name and qualifier", "f:$LATEST"], ["partial ARN", "function:f"], ["account and name", "000000000000:function:f"], ["whole ARN", `${ARN}:f`], ["qualified ARN", `${ARN}:f:$LATEST`]])("may be a %s", async (_form, FunctionName) => {
    const reply = await invoke(FunctionName, { Payload: "1" });
    expect(JSON.parse(Buffer.from(reply.Payload ?? []).toString())).toMatchObject({ event: 1, arn: FunctionName.includes("$LATEST") ? `${ARN}:f:$LATEST` : `${ARN}:f` });
    expect((await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).FunctionName).toBe("f");
  });
});

describe("creation is refused with", () => {
  refusals([
    ["a role that is none", () => make("x", { Role: "r1" }), 400, "ValidationException", "1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"],
    ["a runtime in capitals", () => make("x", { Runtime: "PYTHON3.9" as "python3.9" }), 400, VALUE, /^Value PYTHON3\.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, .*\] or be a valid ARN$/],
    ["a runtime this machine lacks", () => make("x", { Runtime: "dotnet8" }), 400, VALUE, /^The runtime dotnet8 can not run on this machine\. Fugaz has no wrapper for \.NET\. /],
    ["no runtime", () => make("x", { Runtime: undefined }), 400, VALUE, "Runtime and Handler are mandatory parameters for functions created with deployment packages."],
    ["no code", () => make("x", { Code: {} }), 400, VALUE, "Please provide a source for function code."],
    ["two sources of code", () => make("x", { Code: { ZipFile, S3Bucket: "bucket", S3Key: "k" } }), 400, VALUE, "Please do not provide other FunctionCode parameters when providing a ZipFile."],
    ["code that is no zip", () => make("x", { Code: { ZipFile: Buffer.from("not a zip") } }), 400, VALUE, "Could not unzip uploaded file. Please check your file, then try to upload again."],
    ["an archive that is too large", () => make("x", { Code: { ZipFile: Buffer.alloc(52_428_801) } }), 413, "RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes"],
    ["a request that is too large", () => make("x", { Code: { ZipFile: Buffer.alloc(54_000_000) } }), 413, "RequestEntityTooLargeException", "Request must be smaller than 70167211 bytes for the CreateFunction operation"],
    ["two architectures", () => make("x", { Architectures: ["x86_64", "arm64"] }), 400, "ValidationException", "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1"],
    ["an architecture in capitals", () => make("x", { Architectures: ["X86_64" as "x86_64"] }), 400, "ValidationException", "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"],
    ["too long a timeout", () => make("x", { Timeout: 901 }), 400, "ValidationException", "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"],
    ["too much memory", () => make("x", { MemorySize: 10_241 }), 400, VALUE, "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240"],
    ["too little memory", () => make("x", { MemorySize: 127 }), 400, "ValidationException", "1 validation error detected: Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"],
    ["a large variable", () => make("x", { Environment: { Variables: { SMALL_VAR: "ok", LARGE_VAR: "x".repeat(4096) } } }), 400, VALUE, /^Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit\. String measured: \{"SMALL_VAR":"ok","LARGE_VAR":"x+"\}$/],
    ["reserved variables", () => make("x", { Environment: { Variables: { AWS_REGION: "x", OK: "y", LAMBDA_TASK_ROOT: "z" } } }), 400, VALUE, "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT"],
    ["a variable with a bad name", () => make("x", { Environment: { Variables: { _HANDLER: "z" } } }), 400, "ValidationException", /Map keys must satisfy constraint: \[Member must satisfy regular expression pattern: \[a-zA-Z\]\(\[a-zA-Z0-9_\]\)\+\]$/],
    ["too many tags", () => make("x", { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, "v"])) }), 400, VALUE, "Number of tags exceeds resource tag limit."],
    ["a wrong SnapStart", () => make("x", { SnapStart: { ApplyOn: "invalidOption" as "None" } }), 400, "ValidationException", "1 validation error detected: Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]"],
    ["a bucket that is not there", () => make("x", { Code: { S3Bucket: "no-such-bucket-here", S3Key: "k" } }), 400, VALUE, /^Error occurred while GetObject\. S3 Error Code: NoSuchBucket\. S3 Error Message: The specified bucket does not exist/],
    ["log levels without JSON", () => make("x", { LoggingConfig: { ApplicationLogLevel: "DEBUG" } }), 400, VALUE, /LogFormat to JSON/],
  ]);

  test.each([
    ["VpcConfig", { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] } }],
    ["FileSystemConfigs", { FileSystemConfigs: [{ Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0", LocalMountPath: "/mnt/x" }] }],
    ["KMSKeyArn", { KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/1" }],
    ["DeadLetterConfig to a FIFO queue or topic", { DeadLetterConfig: { TargetArn: "arn:aws:sns:us-east-1:000000000000:t.fifo" } }],
    ["SnapStart", { SnapStart: { ApplyOn: "PublishedVersions" } }],
    ["DurableConfig", { DurableConfig: { ExecutionTimeout: 60 } }],
    ["TenancyConfig", { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } }],
    ["S3ObjectStorageMode REFERENCE", { Code: { S3Bucket: "bucket", S3Key: "k", S3ObjectStorageMode: "REFERENCE" } }],
  ] as const)("%s, which would not act, by its name", async (setting, more) => {
    expect(await failure(make("x", more as Partial<CreateFunctionCommandInput>))).toMatchObject({ name: VALUE, status: 400, message: `${setting} is not supported by Fugaz yet; leave it out.`, Type: "User" });
    await expect(cloud.lambda.send(new GetFunctionCommand({ FunctionName: "x" }))).rejects.toMatchObject({ name: MISSING });
  });

  test("none of their defaults, which tools send with everything they make or change", async () => {
    const defaults: Partial<CreateFunctionCommandInput> = {
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] }, Layers: [], TracingConfig: { Mode: "PassThrough" }, SnapStart: { ApplyOn: "None" }, KMSKeyArn: "", DeadLetterConfig: { TargetArn: "" },
      FileSystemConfigs: [], Environment: { Variables: {} }, EphemeralStorage: { Size: 512 },
    };
    const shown = { TracingConfig: { Mode: "PassThrough" }, SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" }, PackageType: "Zip", Description: "", EphemeralStorage: { Size: 512 } };
    expect(await make("defaults", { ...defaults, PackageType: "Zip", Publish: false, Tags: {} })).toMatchObject(shown);
    expect(await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "defaults", ...defaults }))).toMatchObject(shown);
    expect(await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "defaults", VpcConfig: {}, DeadLetterConfig: {}, Environment: {}, TracingConfig: {}, SnapStart: {} }))).toMatchObject(shown);
  });
});

describe("an update", () => {
  const revision = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id";
  const RevisionId = "5d3dc5a0-0000-4000-8000-000000000000";
  refusals([
    ["of settings from a stale revision", () => cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f", RevisionId })), 412, "PreconditionFailedException", revision],
    ["of code from a stale revision", () => cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "f", RevisionId, ZipFile })), 412, "PreconditionFailedException", revision],
    ["to an image", () => cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "f", ImageUri: "x" })), 400, VALUE, "Please don't provide ImageUri when updating a function with packageType Zip."],
    ["to an unknown runtime", () => cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f", Runtime: "non-existent-runtime" as "nodejs" })), 400, VALUE, /^Value non-existent-runtime at 'runtime'/],
    ["of a published version", () => cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f:1", Timeout: 4 })), 400, VALUE, "The derived qualifier from the function name does not match the specified qualifier."],
  ]);

  test("changes the revision, except a dry run, and leaves what it does not name", async () => {
    const before = await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "f" }));
    const dry = await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "f", ZipFile: zipOf({ "other.js": "" }), DryRun: true }));
    expect(dry.CodeSha256).not.toBe(before.CodeSha256);
    expect(await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "f" }))).toMatchObject({ RevisionId: before.RevisionId, CodeSha256: before.CodeSha256 });
    const after = await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f", Timeout: 9, RevisionId: before.RevisionId }));
    expect(after).toMatchObject({ Timeout: 9, Handler: before.Handler, MemorySize: before.MemorySize, CodeSha256: before.CodeSha256, LastUpdateStatus: "Successful" });
    expect(after.RevisionId).not.toBe(before.RevisionId);
  });

  test("takes a version of an object", async () => {
    await cloud.s3.send(new CreateBucketCommand({ Bucket: "code-of-f" }));
    await cloud.s3.send(new PutObjectCommand({ Bucket: "code-of-f", Key: "f.zip", Body: zipOf({ "index.js": "exports.handler = async () => 's3'" }) }));
    await make("from-bucket", { Code: { S3Bucket: "code-of-f", S3Key: "f.zip" } });
    expect(Buffer.from((await invoke("from-bucket")).Payload ?? []).toString()).toBe('"s3"');
    expect(await failure(cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "from-bucket", S3Bucket: "code-of-f", S3Key: "none" })))).toMatchObject({
      message: "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
    });
  });
});

describe("a payload", () => {
  const place = (column: number): string => `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`;
  const could = "Could not parse request body into json: Could not parse payload into json:";
  refusals([
    ["of random bytes", () => invoke("f", { Payload: Buffer.from([0x99, 0xeb, 0x2c, 0x6a]) }), 400, "InvalidRequestContentException", `${could} Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')${place(1)}`],
    ["of broken UTF-8", () => invoke("f", { Payload: Buffer.from([0x6e, 0x87, 0x72]) }), 400, "InvalidRequestContentException", `${could} Invalid UTF-8 start byte 0x87${place(3)}`],
    ["that is no JSON, for later", () => invoke("f", { Payload: "{oops", InvocationType: "Event" }), 400, "InvalidRequestContentException", /was expecting double-quote to start field name/],
    ["that is no JSON, for InvokeAsync", () => cloud.lambda.send(new InvokeAsyncCommand({ FunctionName: "f", InvokeArgs: "nope" })), 400, "InvalidRequestContentException", /^Could not parse request body into json/],
    ["too large for now", () => invoke("f", { Payload: Buffer.alloc(6_291_457, 0x31) }), 413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"],
    ["too large for later", () => invoke("f", { Payload: Buffer.alloc(1_048_577, 0x31), InvocationType: "Event" }), 413, "RequestTooLargeException", "Request must be smaller than 1048576 bytes for the InvokeFunction operation"],
    ["with a client context that is no JSON", () => invoke("f", { ClientContext: "!!!" }), 400, VALUE, "Client context must be a valid Base64-encoded JSON object."],
    ["with a tenant", () => invoke("f", { TenantId: "t" }), 400, VALUE, "TenantId is not supported by Fugaz yet; leave it out."],
  ]);

  test("of nothing is an empty object, and a client context arrives", async () => {
    const ClientContext = Buffer.from(JSON.stringify({ custom: { a: "b" } })).toString("base64");
    const reply = await invoke("f", { ClientContext });
    expect(JSON.parse(Buffer.from(reply.Payload ?? []).toString())).toMatchObject({ event: {}, client: { custom: { a: "b" } } });
    expect(reply).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(reply.FunctionError).toBeUndefined();
    expect(reply.LogResult).toBeUndefined();
  });
});

describe("a permission", () => {
  refusals([
    ["for $LATEST", () => permit({ Qualifier: "$LATEST" }), 400, VALUE, "We currently do not support adding policies for $LATEST."],
    ["for nobody", () => permit({ Principal: "invalid.nonaws.com" }), 400, VALUE, "The provided principal was invalid. Please check the principal and try again."],
    ["with a bad id", () => permit({ StatementId: "example.com" }), 400, "ValidationException", "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"],
    ["with a bad qualifier", () => permit({ Qualifier: "invalid-qualifier-with-?-char" }), 400, "ValidationException", "1 validation error detected: Value 'invalid-qualifier-with-?-char' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"],
    ["that removes nothing", () => cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "f", StatementId: "s" })), 404, MISSING, "No policy is associated with the given resource."],
    ["that nobody gave", () => cloud.lambda.send(new GetPolicyCommand({ FunctionName: "f" })), 404, MISSING, "The resource you requested does not exist."],
    ["that makes the policy too long", async () => {
      await make("long-policy");
      for (let n = 0; ; n++) await permit({ FunctionName: "long-policy", StatementId: `s${n}-${"x".repeat(80)}`, SourceArn: `arn:aws:s3:::${"b".repeat(300)}` });
    }, 400, "PolicyLengthExceededException", /^The final policy size \(2[01]\d{3}\) is bigger than the limit \(20480\)\.$/],
  ]);

  test("becomes a statement exactly as the original builds it, under an optimistic lock", async () => {
    await make("policed");
    const add = async (more: object) => JSON.parse((await permit({ FunctionName: "policed", ...more })).Statement ?? "") as Record<string, unknown>;
    expect(await add({ StatementId: "a", Principal: "*" })).toEqual({ Sid: "a", Effect: "Allow", Principal: "*", Action: "lambda:InvokeFunction", Resource: `${ARN}:policed` });
    expect(await add({ StatementId: "b", Principal: "123456789012", PrincipalOrgID: "o-1234567890" })).toMatchObject({ Principal: { AWS: "arn:aws:iam::123456789012:root" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } } });
    expect(await add({ StatementId: "c", Principal: "alexa-appkit.amazon.com", EventSourceToken: "amzn1.ask.skill" })).toMatchObject({ Principal: { Service: "alexa-appkit.amazon.com" }, Condition: { StringEquals: { "lambda:EventSourceToken": "amzn1.ask.skill" } } });
    expect(await add({ StatementId: "d", Principal: "*", Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" })).toMatchObject({ Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } } });
    const { RevisionId, Policy } = await cloud.lambda.send(new GetPolicyCommand({ FunctionName: "policed" }));
    expect(JSON.parse(Policy ?? "")).toMatchObject({ Version: "2012-10-17", Id: "default", Statement: [{ Sid: "a" }, { Sid: "b" }, { Sid: "c" }, { Sid: "d" }] });
    const stale = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id";
    expect(await failure(permit({ FunctionName: "policed", StatementId: "e", RevisionId: "wrong" }))).toMatchObject({ name: "PreconditionFailedException", status: 412, message: stale, Type: "User" });
    expect(await failure(cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "policed", StatementId: "a", RevisionId: "wrong" })))).toMatchObject({ name: "PreconditionFailedException", message: stale });
    await cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "policed", StatementId: "a", RevisionId }));
    expect(await failure(permit({ FunctionName: "policed", StatementId: "b" }))).toMatchObject({ name: "ResourceConflictException", status: 409, message: "The statement id (b) provided already exists. Please provide a new statement id, or remove the existing statement." });
    expect(await failure(cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "policed", StatementId: "non-existent" })))).toMatchObject({ name: MISSING, message: "Statement non-existent is not found in resource policy." });
  });
});

describe("tags", () => {
  const Resource = `${ARN}:f`;
  refusals([
    ["on a version", () => cloud.lambda.send(new TagResourceCommand({ Resource: `${ARN}:f:1`, Tags: { a: "b" } })), 400, VALUE, "Tags on function aliases and versions are not supported. Please specify a function ARN."],
    ["too many", () => cloud.lambda.send(new TagResourceCommand({ Resource, Tags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, "v"])) })), 400, VALUE, "Number of tags exceeds resource tag limit."],
    ["none", () => cloud.lambda.send(new TagResourceCommand({ Resource, Tags: {} })), 400, VALUE, "An error occurred and the request cannot be processed."],
    ["on a mapping that is not there", () => cloud.lambda.send(new ListTagsCommand({ Resource: "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:00000000-0000-4000-8000-000000000000" })), 404, MISSING, "Event source mapping not found: arn:aws:lambda:us-east-1:000000000000:event-source-mapping:00000000-0000-4000-8000-000000000000"],
    ["on what can have none", () => cloud.lambda.send(new ListTagsCommand({ Resource: "arn:aws:something" })), 400, "ValidationException", /^1 validation error detected: Value 'arn:aws:something' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: /],
  ]);

  test("change without a new revision", async () => {
    const { RevisionId } = await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "f" }));
    await cloud.lambda.send(new TagResourceCommand({ Resource, Tags: { team: "b", stage: "x" } }));
    await cloud.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["stage", "none"] }));
    expect((await cloud.lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ team: "b" });
    expect(await cloud.lambda.send(new GetFunctionCommand({ FunctionName: "f" }))).toMatchObject({ Tags: { team: "b" }, Configuration: { RevisionId } });
  });
});

describe("a list", () => {
  refusals([
    ["of a wrong kind", () => cloud.lambda.send(new ListFunctionsCommand({ FunctionVersion: "invalid" as "ALL" })), 400, "ValidationException", "1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"],
    ["from a wrong place", () => cloud.lambda.send(new ListFunctionsCommand({ Marker: "***" })), 400, VALUE, /Marker/],
  ]);

  test("names versions when asked, and leaves out what changes by itself", async () => {
    const [plain] = (await cloud.lambda.send(new ListFunctionsCommand({}))).Functions?.filter(({ FunctionName }) => FunctionName === "f") ?? [];
    expect(plain).toMatchObject({ FunctionArn: `${ARN}:f`, Version: "$LATEST" });
    expect(plain?.State).toBeUndefined();
    const [all] = (await cloud.lambda.send(new ListFunctionsCommand({ FunctionVersion: "ALL" }))).Functions?.filter(({ FunctionName }) => FunctionName === "f") ?? [];
    expect(all?.FunctionArn).toBe(`${ARN}:f:$LATEST`);
  });
});

test("account settings and what a function has none of", async () => {
  const { AccountLimit, AccountUsage } = await cloud.lambda.send(new GetAccountSettingsCommand({}));
  expect(AccountLimit).toMatchObject({ CodeSizeUnzipped: 262_144_000, CodeSizeZipped: 52_428_800, ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 });
  expect(AccountUsage?.FunctionCount).toBeGreaterThan(0);
  expect(AccountUsage?.TotalCodeSize).toBeGreaterThan(0);
  expect((await cloud.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: "f" }))).ReservedConcurrentExecutions).toBeUndefined();
  expect((await cloud.lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: "f" }))).CodeSigningConfigArn).toBeUndefined();
});
