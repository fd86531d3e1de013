// Layers, driven by the official client against the whole server: what functions see of them, and what is refused.
import {
  AddLayerVersionPermissionCommand, CreateFunctionCommand, DeleteLayerVersionCommand, GetFunctionConfigurationCommand, GetLayerVersionByArnCommand, GetLayerVersionCommand,
  GetLayerVersionPolicyCommand, InvokeCommand, ListLayersCommand, ListLayerVersionsCommand, PublishLayerVersionCommand, PublishVersionCommand, RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { zipSync, strToU8 } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { has, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

const hasPython = await has("python3", "--version");
let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const arn = (name: string, version?: number) => `arn:aws:lambda:us-east-1:000000000000:layer:${name}${version === undefined ? "" : `:${version}`}`;
const publish = async (LayerName: string, files: Readonly<Record<string, string>>, more: object = {}) =>
  (await cloud.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipOf(files) }, ...more }))).LayerVersionArn ?? "";
const make = (FunctionName: string, code: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.js": code }) }, ...more }));
const invoke = async (FunctionName: string) => {
  const { Payload, FunctionError } = await cloud.lambda.send(new InvokeCommand({ FunctionName }));
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  expect(FunctionError, JSON.stringify(answer)).toBeUndefined();
  return answer;
};
const readOpt = "const { readFileSync, readdirSync } = require('node:fs'); exports.handler = async () => ({ shared: readFileSync('/opt/shared', 'utf8'), all: readdirSync('/opt', { recursive: true }).sort() });";

describe("a function", () => {
  test("finds modules of its layers, also after the layer has been deleted and the code has changed", async () => {
    const tools = await publish("tools", { "nodejs/node_modules/greet/index.js": "module.exports = (name) => 'hello ' + name;" });
    const made = await make("greets", "exports.handler = async () => require('greet')('layer');", { Layers: [tools] });
    expect(made.Layers).toEqual([{ Arn: arn("tools", 1), CodeSize: expect.any(Number) }]);
    expect(await invoke("greets")).toBe("hello layer");
    await cloud.lambda.send(new DeleteLayerVersionCommand({ LayerName: "tools", VersionNumber: 1 }));
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "greets", Timeout: 5 }));
    expect(await invoke("greets")).toBe("hello layer");
  });

  test("sees several layers laid over each other, the last one on top", async () => {
    const [low, high] = [await publish("low", { shared: "low", "lib/low": "1", "lib/both/a": "1", file: "low" }), await publish("high", { shared: "high", "lib/high": "1", "lib/both/b": "1", "file/inside": "high" })];
    await make("stacked", readOpt, { Layers: [low, high] });
    expect(await invoke("stacked")).toEqual({ shared: "high", all: ["file", "file/inside", "lib", "lib/both", "lib/both/a", "lib/both/b", "lib/high", "lib/low", "shared"] });
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "stacked", Layers: [high, low] }));
    expect(await invoke("stacked")).toMatchObject({ shared: "low", all: expect.arrayContaining(["file"]) });
  });

  test("keeps the layers of a version when $LATEST gets others", async () => {
    const [one, two] = [await publish("turns", { shared: "one" }), await publish("turns", { shared: "two" })];
    await make("turning", readOpt, { Layers: [one] });
    await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "turning" }));
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "turning", Layers: [two] }));
    expect([(await invoke("turning:1")).shared, (await invoke("turning")).shared]).toEqual(["one", "two"]);
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "turning", Layers: [] }));
    expect((await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "turning" }))).Layers).toBeUndefined();
  });

  test("may have its whole runtime in a layer", async () => {
    const script = `#!/bin/bash
while true; do
  id=$(curl -sS -D - -o /tmp/event "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next" | tr -d '\\r' | awk 'tolower($1) == "lambda-runtime-aws-request-id:" { print $2 }')
  curl -sS -d '"from the layer"' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" > /dev/null
done
`;
    const bootstrap = zipSync({ bootstrap: [strToU8(script), { os: 3, attrs: 0o100755 << 16 }] });
    const { LayerVersionArn = "" } = await cloud.lambda.send(new PublishLayerVersionCommand({ LayerName: "bash", Content: { ZipFile: bootstrap } }));
    await make("in-layer", "", { Runtime: "provided.al2023", Layers: [LayerVersionArn] });
    expect(await invoke("in-layer")).toBe("from the layer");
  });

  test.skipIf(!hasPython)("in Python imports packages of its layers", async () => {
    const layer = await publish("pylib", { "python/greet.py": "WORD = 'hello python'\n" });
    await cloud.lambda.send(new CreateFunctionCommand({
      FunctionName: "py", Runtime: "python3.12", Handler: "main.handler", Role: ROLE, Layers: [layer], Code: { ZipFile: zipOf({ "main.py": "import greet\ndef handler(event, context):\n    return greet.WORD\n" }) },
    }));
    expect(await invoke("py")).toBe("hello python");
  });
});

describe("a layer", () => {
  test("is published, found, listed and shared", async () => {
    const made = await cloud.lambda.send(new PublishLayerVersionCommand({
      LayerName: "whole", Content: { ZipFile: zipOf({ a: "1" }) }, Description: "d", CompatibleRuntimes: ["nodejs24.x"], CompatibleArchitectures: ["x86_64"], LicenseInfo: "MIT",
    }));
    expect(made).toMatchObject({
      LayerArn: arn("whole"), LayerVersionArn: arn("whole", 1), Version: 1, Description: "d", CompatibleRuntimes: ["nodejs24.x"], CompatibleArchitectures: ["x86_64"], LicenseInfo: "MIT",
      Content: { CodeSize: zipOf({ a: "1" }).byteLength, CodeSha256: expect.stringMatching(/=$/) }, CreatedDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/),
    });
    const archive = await fetch((await cloud.lambda.send(new GetLayerVersionCommand({ LayerName: "whole", VersionNumber: 1 }))).Content?.Location ?? "");
    expect(Buffer.from(await archive.arrayBuffer())).toEqual(Buffer.from(zipOf({ a: "1" })));
    expect(await cloud.lambda.send(new GetLayerVersionByArnCommand({ Arn: arn("whole", 1) }))).toMatchObject({ LayerArn: arn("whole"), Version: 1 });
    for (const a of ["2", "3"]) await publish("whole", { a });
    const first = await cloud.lambda.send(new ListLayerVersionsCommand({ LayerName: "whole", MaxItems: 2 }));
    expect(first.LayerVersions?.map(({ Version }) => Version)).toEqual([3, 2]);
    expect((await cloud.lambda.send(new ListLayerVersionsCommand({ LayerName: arn("whole"), MaxItems: 2, Marker: first.NextMarker }))).LayerVersions?.map(({ Version }) => Version)).toEqual([1]);
    await cloud.lambda.send(new DeleteLayerVersionCommand({ LayerName: "whole", VersionNumber: 3 }));
    await cloud.lambda.send(new DeleteLayerVersionCommand({ LayerName: "whole", VersionNumber: 3 }));
    expect(await publish("whole", { a: "4" })).toBe(arn("whole", 4));
    const { Layers = [] } = await cloud.lambda.send(new ListLayersCommand({}));
    expect(Layers.find(({ LayerName }) => LayerName === "whole")).toMatchObject({ LayerArn: arn("whole"), LatestMatchingVersion: { Version: 4 } });
    expect((await cloud.lambda.send(new ListLayersCommand({ CompatibleRuntime: "ruby3.4" }))).Layers).toEqual([]);
  });

  test("has a policy per version", async () => {
    await publish("shared", { a: "1" });
    const at = { LayerName: "shared", VersionNumber: 1 };
    const { Statement = "", RevisionId } = await cloud.lambda.send(new AddLayerVersionPermissionCommand({ ...at, StatementId: "s1", Action: "lambda:GetLayerVersion", Principal: "*" }));
    expect(JSON.parse(Statement)).toEqual({ Sid: "s1", Effect: "Allow", Principal: "*", Action: "lambda:GetLayerVersion", Resource: arn("shared", 1) });
    const { Policy = "" } = await cloud.lambda.send(new GetLayerVersionPolicyCommand(at));
    expect(JSON.parse(Policy)).toMatchObject({ Version: "2012-10-17", Id: "default", Statement: [{ Sid: "s1" }] });
    expect(await failure(cloud.lambda.send(new AddLayerVersionPermissionCommand({ ...at, StatementId: "s1", Action: "lambda:GetLayerVersion", Principal: "*" })))).toMatchObject({
      name: "ResourceConflictException", message: "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.",
    });
    expect(await failure(cloud.lambda.send(new AddLayerVersionPermissionCommand({ ...at, StatementId: "s2", Action: "lambda:GetLayerVersion", Principal: "*", RevisionId: "x" })))).toMatchObject({
      name: "PreconditionFailedException", message: "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id",
    });
    expect(await failure(cloud.lambda.send(new RemoveLayerVersionPermissionCommand({ ...at, StatementId: "doesnotexist" })))).toMatchObject({ name: "ResourceNotFoundException", message: "Statement doesnotexist is not found in resource policy." });
    await cloud.lambda.send(new RemoveLayerVersionPermissionCommand({ ...at, StatementId: "s1", RevisionId }));
    expect(await failure(cloud.lambda.send(new GetLayerVersionPolicyCommand(at)))).toMatchObject({ name: "ResourceNotFoundException", message: "No policy is associated with the given resource." });
    expect(await failure(cloud.lambda.send(new GetLayerVersionPolicyCommand({ ...at, VersionNumber: 2 })))).toMatchObject({ name: "ResourceNotFoundException", message: `Layer version ${arn("shared", 2)} does not exist.` });
  });

  const layers = (...Layers: string[]) => make("refused", "", { Layers });
  const refusals: readonly (readonly [string, () => Promise<unknown>, string, string])[] = [
    ["six", () => layers(...Array.from({ length: 6 }, (_, index) => arn("tools", index + 1))), "InvalidParameterValueException", "Cannot reference more than 5 layers."],
    ["one that is not there", () => layers(arn("doesnotexist", 1)), "InvalidParameterValueException", `Layer version ${arn("doesnotexist", 1)} does not exist.`],
    ["one of another region", () => layers("arn:aws:lambda:eu-west-1:000000000000:layer:whole:1"), "InvalidParameterValueException", "Layers are not in the same region as the function. Layers are expected to be in region us-east-1."],
    ["two versions of one", () => layers(arn("whole", 1), arn("whole", 2)), "InvalidParameterValueException", `Two different versions of the same layer are not allowed to be referenced in the same function. ${arn("whole", 1)} and ${arn("whole", 2)} are versions of the same layer.`],
    ["a version below one", () => cloud.lambda.send(new GetLayerVersionCommand({ LayerName: "whole", VersionNumber: 0 })), "InvalidParameterValueException", "Layer Version Cannot be less than 1"],
    ["a look at one that is not there", () => cloud.lambda.send(new GetLayerVersionCommand({ LayerName: "whole", VersionNumber: 99 })), "ResourceNotFoundException", "The resource you requested does not exist."],
    ["an ARN without a version", () => cloud.lambda.send(new GetLayerVersionByArnCommand({ Arn: arn("whole") })), "ValidationException", expect.stringContaining("at 'arn' failed to satisfy constraint") as unknown as string],
    ["another action", () => cloud.lambda.send(new AddLayerVersionPermissionCommand({ LayerName: "whole", VersionNumber: 1, StatementId: "s", Action: "*", Principal: "*" })), "ValidationException", "1 validation error detected: Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion"],
    ["an archive that is none", () => cloud.lambda.send(new PublishLayerVersionCommand({ LayerName: "x", Content: { ZipFile: strToU8("no zip") } })), "InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again."],
  ];
  test.each(refusals)("is refused: %s", async (_what, ask, name, message) => {
    expect(await failure(ask())).toMatchObject({ name, message });
  });
});
