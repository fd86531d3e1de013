// Bad input to Lambda that no client would send by itself, and the recorded refusals that the other tests of Lambda do not provoke.
// Of all recorded errors these can not be provoked here: that an update is in progress (updates are complete when they are answered), that a runtime is
// retired (retired names are taken), and those of VPCs and of Kafka, which are refused by name. Images and event source mappings have tests of their own.
import {
  AddLayerVersionPermissionCommand, CreateFunctionCommand, GetAliasCommand, GetLayerVersionPolicyCommand, InvokeCommand, ListLayersCommand, ListTagsCommand, PublishLayerVersionCommand,
  PublishVersionCommand, PutFunctionEventInvokeConfigCommand, RemoveLayerVersionPermissionCommand, UpdateFunctionCodeCommand, type CreateFunctionCommandInput,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf as zipOfEntries } from "../../src/functions/packages/zips-for-test.ts";
import { ROLE, startCloud, type TestCloud, zipOf } from "./harness.ts";
import { failure } from "./s3-harness.ts";

const AT = "arn:aws:lambda:us-east-1:000000000000";
const ZipFile = zipOf({ "index.js": "exports.handler = async () => 'here';" });
const FUNCTIONS = "/2015-03-31/functions";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startCloud();
  await make("here");
  await cloud.s3.send(new CreateBucketCommand({ Bucket: "a-bucket" }));
  await cloud.lambda.send(new PublishLayerVersionCommand({ LayerName: "layer", Content: { ZipFile } }));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

const make = (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs22.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile }, ...more }));

describe("a request", () => {
  const function_ = { FunctionName: "g", Role: ROLE, Runtime: "nodejs22.x", Handler: "index.handler", Code: { ZipFile: Buffer.from(ZipFile).toString("base64") } };
  const asJson = (more: object) => JSON.stringify({ ...function_, ...more });
  const create = async (body: string | Uint8Array<ArrayBuffer>, path = FUNCTIONS, method = "POST", headers: Readonly<Record<string, string>> = {}) => {
    const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";
    const reply = await fetch(`${cloud.endpoint}${path}`, { method, headers: { authorization, ...headers }, ...(method === "GET" || method === "DELETE" ? {} : { body }) });
    const { message, Message = message } = (await reply.json()) as { readonly message?: string; readonly Message?: string };
    return [reply.status, reply.headers.get("x-amzn-errortype"), Message] as const;
  };
  const serialization = "SerializationException";
  const constraint = "ValidationException";
  const at = (value: string, name: string, rule: string) => `1 validation error detected: Value ${value} at '${name}' failed to satisfy constraint: Member must ${rule}`;

  test.each([
    ["that is no JSON", "{oops", serialization, "The request body is not valid JSON."],
    ["that is a list", "[1]", serialization, "Start of list found where not expected"],
    ["that is a text", '"x"', serialization, "Expected null"],
    ["that is no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), serialization, "The request body is not valid UTF-8."],
    ["that is nested a hundred thousand times", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, serialization, "The document is nested too deeply."],
    ["with a text for a number", asJson({ Timeout: "abc" }), serialization, "STRING_VALUE can not be converted to an Integer"],
    ["with a fraction for a whole number", asJson({ Timeout: 3.5 }), serialization, "NUMBER_VALUE can not be converted to an Integer"],
    ["with a number beyond all", asJson({ Timeout: 1e20 }), serialization, "NUMBER_VALUE can not be converted to an Integer"],
    ["with an object for a number", asJson({ Timeout: {} }), serialization, "Start of structure or map found where not expected."],
    ["with a number for a text", asJson({ Description: 12 }), serialization, "NUMBER_VALUE can not be converted to a String"],
    ["with a list for a text", asJson({ FunctionName: ["g"] }), serialization, "Start of list found where not expected"],
    ["with a text for an object", asJson({ Code: "x" }), serialization, "Expected null"],
    ["with a text for a list", asJson({ Layers: "x" }), serialization, "Expected list or null"],
    ["with a list for a map", asJson({ Tags: ["x"] }), serialization, "Start of list found where not expected"],
    ["with a text for yes or no", asJson({ Publish: "maybe" }), serialization, "STRING_VALUE can not be converted to a Boolean"],
    ["with bytes that are no Base64", asJson({ Code: { ZipFile: "***" } }), serialization, "STRING_VALUE can not be converted to a Blob"],
    ["without anything", "", constraint, "3 validation errors detected: Value null at 'functionName' failed to satisfy constraint: Member must not be null; Value null at 'role' failed to satisfy constraint: Member must not be null; Value null at 'code' failed to satisfy constraint: Member must not be null"],
    ["with only a name", '{"FunctionName":"g"}', constraint, "2 validation errors detected: Value null at 'role' failed to satisfy constraint: Member must not be null; Value null at 'code' failed to satisfy constraint: Member must not be null"],
    ["with a description that is too long", asJson({ Description: "d".repeat(257) }), constraint, at(`'${"d".repeat(257)}'`, "description", "have length less than or equal to 256")],
    ["with a handler that is too long", asJson({ Handler: "h".repeat(129) }), constraint, at(`'${"h".repeat(129)}'`, "handler", "have length less than or equal to 128")],
    ["with a negative time", asJson({ Timeout: -1 }), constraint, at("'-1'", "timeout", "have value greater than or equal to 1")],
    ["with a name of three parts", asJson({ FunctionName: "invalid:function:name" }), constraint, at("'invalid:function:name'", "functionName", "satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?")],
    ["with an ARN that is too long", asJson({ FunctionName: `${AT}:function:${"a".repeat(94)}` }), constraint, at(`'${AT}:function:${"a".repeat(94)}'`, "functionName", "have length less than or equal to 140")],
  ])("%s is refused", async (_what, body, name, message) => {
    expect(await create(body)).toEqual([400, name, message]);
  });

  test.each([
    ["a page that is no number", "GET", `${FUNCTIONS}?MaxItems=abc`, {}, 400, serialization, "Value 'abc' of MaxItems can not be converted to an Integer"],
    ["an empty page", "GET", `${FUNCTIONS}?MaxItems=0`, {}, 400, constraint, at("'0'", "maxItems", "have value greater than or equal to 1")],
    ["a page past all bounds", "GET", `${FUNCTIONS}?MaxItems=10001`, {}, 400, constraint, at("'10001'", "maxItems", "have value less than or equal to 10000")],
    ["a path that is not percent-encoded", "GET", `${FUNCTIONS}/%zz`, {}, 400, serialization, "The path's FunctionName is not valid percent-encoded UTF-8."],
    ["a path that is no UTF-8", "GET", `${FUNCTIONS}/%ff`, {}, 400, serialization, "The path's FunctionName is not valid percent-encoded UTF-8."],
    ["a name with a NUL", "GET", `${FUNCTIONS}/a%00b`, {}, 400, constraint, expect.stringContaining("at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ")],
    ["a name with a slash", "GET", `${FUNCTIONS}/a%2Fb`, {}, 400, constraint, expect.stringContaining("Value 'a/b' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ")],
    ["another way to invoke", "POST", `${FUNCTIONS}/here/invocations`, { "x-amz-invocation-type": "Wat" }, 400, constraint, at("'Wat'", "invocationType", "satisfy enum value set: [Event, RequestResponse, DryRun]")],
    ["another log", "POST", `${FUNCTIONS}/here/invocations`, { "x-amz-log-type": "Wat" }, 400, constraint, at("'Wat'", "logType", "satisfy enum value set: [None, Tail]")],
    ["no keys of tags", "DELETE", `/2017-03-31/tags/${encodeURIComponent(`${AT}:function:here`)}`, {}, 400, constraint, "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"],
    ["no operation", "GET", "/2015-03-31/nothing", {}, 404, "UnknownOperationException", "Lambda has no operation at GET /2015-03-31/nothing."],
  ] as const)("for %s is refused", async (_what, method, path, headers, status, name, message) => {
    expect(await create("{}", path, method, headers)).toEqual([status, name, message]);
  });

  test("with members that nobody knows is taken without them", async () => {
    const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";
    const reply = await fetch(`${cloud.endpoint}${FUNCTIONS}`, { method: "POST", headers: { authorization }, body: asJson({ FunctionName: "knows-less", Wat: { x: 1 } }) });
    expect([reply.status, Object.keys((await reply.json()) as object).includes("Wat")]).toEqual([201, false]);
  });
});

const RUNTIMES = "\\[nodejs20\\.x, python3\\.14, [a-z0-9., -]+\\]";
const ARCHITECTURES = "\\[Member must satisfy enum value set: \\[x86_64, arm64\\], Member must not be null\\]";
const RESOURCE = /^1 validation error detected: Value '\S+' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:\(aws\[a-zA-Z-\]\*\):lambda:/;
const layer = (CompatibleRuntimes: readonly string[], CompatibleArchitectures: readonly string[]) =>
  cloud.lambda.send(new PublishLayerVersionCommand({ LayerName: "x", Content: { ZipFile }, CompatibleRuntimes: CompatibleRuntimes as "nodejs"[], CompatibleArchitectures: CompatibleArchitectures as "arm64"[] }));
const tags = (resource: string) => cloud.lambda.send(new ListTagsCommand({ Resource: `${AT}:${resource}` }));
const noLayer = { LayerName: "layer-doesnotexist", VersionNumber: 1 };
const share = { StatementId: "s", Action: "lambda:GetLayerVersion", Principal: "*" };
const INVALID = "InvalidParameterValueException";
const MISSING = "ResourceNotFoundException";
const CONSTRAINT = "ValidationException";

describe("the original's words", () => {
  test.each<readonly [what: string, ask: () => Promise<unknown>, name: string, message: string | RegExp]>([
    ["for code in no bucket", () => make("x", { Code: { S3Bucket: "nosuchbucket", S3Key: "k" } }), INVALID, "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist"],
    ["for code that is not in its bucket", () => make("x", { Code: { S3Bucket: "a-bucket", S3Key: "k" } }), INVALID, "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."],
    ["for new code in no bucket", () => cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "here", S3Bucket: "nosuchbucket", S3Key: "k" })), INVALID, "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist"],
    ["for code that unpacks too large", () => make("x", { Code: { ZipFile: zipOfEntries([{ name: "large", data: "x", declaredBytes: 262_144_001 }]) } }), INVALID, "Unzipped size must be smaller than 262144000 bytes"],
    ["for a layer that unpacks too large", () => cloud.lambda.send(new PublishLayerVersionCommand({ LayerName: "x", Content: { ZipFile: zipOfEntries([{ name: "large", data: "x", declaredBytes: 262_144_001 }]) } })), INVALID, "Unzipped size must be smaller than 262144000 bytes"],
    ["for one large variable", () => make("x", { Environment: { Variables: { LARGE_VAR: "x".repeat(4096) } } }), INVALID, /^Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit\. String measured: \{"LARGE_VAR":"x{4096}"\}$/],
    ["for other code than expected", () => cloud.lambda.send(new PublishVersionCommand({ FunctionName: "here", CodeSha256: "somenonexistentsha256" })), INVALID, /^CodeSHA256 \(somenonexistentsha256\) is different from current CodeSHA256 in \$LATEST \([\w+/]{43}=\)\. Please try again with the CodeSHA256 in \$LATEST\.$/],
    ["for an alias that every object inherits", () => cloud.lambda.send(new GetAliasCommand({ FunctionName: "here", Name: "constructor" })), "ResourceNotFoundException", `Cannot find alias arn: ${AT}:function:here:constructor`],
    ["for a call to it", () => cloud.lambda.send(new InvokeCommand({ FunctionName: "here", Qualifier: "constructor" })), "ResourceNotFoundException", `Function not found: ${AT}:function:here:constructor`],
    ["for a layer used twice", () => make("x", { Layers: [`${AT}:layer:layer:1`, `${AT}:layer:layer:1`] }), INVALID, `Two different versions of the same layer are not allowed to be referenced in the same function. ${AT}:layer:layer:1 and ${AT}:layer:layer:1 are versions of the same layer.`],
    ["for a layer's version that is not there", () => make("x", { Layers: [`${AT}:layer:layer:9`] }), INVALID, `Layer version ${AT}:layer:layer:9 does not exist.`],
    ["for a layer without a version", () => make("x", { Layers: [`${AT}:layer:layer`] }), CONSTRAINT, /^1 validation error detected: Value '\[arn:aws:lambda:us-east-1:000000000000:layer:layer\]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: \[Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: \(arn:/],
    ["for one runtime and one architecture of a layer", () => layer(["invalidruntime"], ["invalidarch"]), CONSTRAINT, new RegExp(`^2 validation errors detected: Value '\\[invalidruntime\\]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: ${RUNTIMES}; Value '\\[invalidarch\\]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: ${ARCHITECTURES}$`)],
    ["for several runtimes and architectures of a layer", () => layer(["invalidruntime", "invalidruntime2", "nodejs20.x"], ["invalidarch", "x86_64"]), CONSTRAINT, new RegExp(`^2 validation errors detected: Value '\\[invalidruntime, invalidruntime2, nodejs20\\.x\\]' at 'compatibleRuntimes' .*: ${RUNTIMES}; Value '\\[invalidarch, x86_64\\]' at 'compatibleArchitectures' .*: ${ARCHITECTURES}$`)],
    ["for layers of no runtime", () => cloud.lambda.send(new ListLayersCommand({ CompatibleRuntime: "runtimedoesnotexist" as "nodejs" })), CONSTRAINT, new RegExp(`^1 validation error detected: Value 'runtimedoesnotexist' at 'compatibleRuntime' failed to satisfy constraint: Member must satisfy enum value set: ${RUNTIMES}$`)],
    ["for layers of no architecture", () => cloud.lambda.send(new ListLayersCommand({ CompatibleArchitecture: "archdoesnotexist" as "arm64" })), CONSTRAINT, "1 validation error detected: Value 'archdoesnotexist' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]"],
    ["for sharing no layer", () => cloud.lambda.send(new AddLayerVersionPermissionCommand({ ...noLayer, ...share })), MISSING, `Layer version ${AT}:layer:layer-doesnotexist:1 does not exist.`],
    ["for sharing no version of a layer", () => cloud.lambda.send(new AddLayerVersionPermissionCommand({ LayerName: "layer", VersionNumber: 2, ...share })), MISSING, `Layer version ${AT}:layer:layer:2 does not exist.`],
    ["for no layer's policy", () => cloud.lambda.send(new GetLayerVersionPolicyCommand(noLayer)), MISSING, `Layer version ${AT}:layer:layer-doesnotexist:1 does not exist.`],
    ["for a statement of no layer", () => cloud.lambda.send(new RemoveLayerVersionPermissionCommand({ ...noLayer, StatementId: "s" })), MISSING, `Layer version ${AT}:layer:layer-doesnotexist:1 does not exist.`],
    ["for a destination that is no ARN", () => cloud.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "here", DestinationConfig: { OnFailure: { Destination: "arn:aws:_-/!lambda:us-east-1:000000000000:function:here" } } })), CONSTRAINT, /^1 validation error detected: Value 'arn:aws:_-\/!lambda:us-east-1:000000000000:function:here' at 'destinationConfig\.onFailure\.destination' failed to satisfy constraint: Member must satisfy regular expression pattern: \$\|kafka:\/\//],
    ["for tags of no capacity provider", () => tags("capacity-provider:x"), MISSING, `Capacity provider not found: ${AT}:capacity-provider:x`],
    ["for tags of more than a capacity provider", () => tags("capacity-provider:x:alias"), CONSTRAINT, RESOURCE],
    ["for tags of more than a mapping", () => tags("event-source-mapping:x:alias"), CONSTRAINT, RESOURCE],
    ["for tags of what has none", () => tags("foobar:x"), CONSTRAINT, RESOURCE],
    ["for tags of an alias", () => tags("function:here:alias"), INVALID, "Tags on function aliases and versions are not supported. Please specify a function ARN."],
    ["for an empty text as an event", () => cloud.lambda.send(new InvokeCommand({ FunctionName: "here", Payload: " " })), "InvalidRequestContentException", /^Could not parse request body into json: Could not parse payload into json: /],
  ])("%s", async (_what, ask, name, message) => {
    const refused = await failure(ask());
    expect(refused).toMatchObject({ name, status: name === MISSING ? 404 : 400, message: typeof message === "string" ? message : expect.stringMatching(message) });
    expect(refused["Type"]).toBe(name === CONSTRAINT ? undefined : "User");
  });
});
