// Versions and aliases, driven by the official client against the whole server.
import {
  AddPermissionCommand, CreateAliasCommand, CreateFunctionCommand, DeleteAliasCommand, DeleteFunctionCommand, GetAliasCommand, GetFunctionCommand, GetFunctionConfigurationCommand,
  GetPolicyCommand, InvokeCommand, ListAliasesCommand, ListFunctionsCommand, ListVersionsByFunctionCommand, paginateListFunctions, paginateListVersionsByFunction, PublishVersionCommand,
  RemovePermissionCommand, UpdateAliasCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const code = (word: string): Uint8Array =>
  zipOf({ "index.mjs": `export const handler = async (event, context) => ({ word: "${word}", version: context.functionVersion, arn: context.invokedFunctionArn, env: process.env.AWS_LAMBDA_FUNCTION_VERSION });` });
const make = (FunctionName: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: code("one") }, ...more }));
const invoke = async (FunctionName: string, Qualifier?: string) => {
  const reply = await cloud.lambda.send(new InvokeCommand({ FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) }));
  return { executed: reply.ExecutedVersion, ...JSON.parse(Buffer.from(reply.Payload ?? []).toString()) };
};
const failure = async (promise: Promise<unknown>) => {
  const error = await promise.then(() => undefined, (reason: unknown) => reason as { name: string; message: string; $metadata: { httpStatusCode: number }; Type?: string });
  return { name: error?.name, status: error?.$metadata.httpStatusCode, message: error?.message };
};

describe("versions", () => {
  test("are frozen, run side by side and know who they are", async () => {
    const made = await make("frozen", { Publish: true });
    expect(made).toMatchObject({ Version: "1", FunctionArn: `${arn("frozen")}:1` });
    const updated = await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "frozen", ZipFile: code("two"), Publish: true }));
    expect(updated).toMatchObject({ Version: "2", FunctionArn: `${arn("frozen")}:2` });
    expect(updated.CodeSha256).not.toBe(made.CodeSha256);
    expect(await invoke("frozen", "1")).toEqual({ executed: "1", word: "one", version: "1", env: "1", arn: `${arn("frozen")}:1` });
    expect(await invoke("frozen:2")).toMatchObject({ executed: "2", word: "two", version: "2" });
    expect(await invoke("frozen")).toMatchObject({ executed: "$LATEST", word: "two", version: "$LATEST", arn: arn("frozen") });
    expect(await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "frozen", Qualifier: "1" }))).toMatchObject({ Version: "1", CodeSha256: made.CodeSha256, FunctionArn: `${arn("frozen")}:1` });
    const archive = await fetch((await cloud.lambda.send(new GetFunctionCommand({ FunctionName: "frozen", Qualifier: "1" }))).Code?.Location ?? "");
    expect(Buffer.from(await archive.arrayBuffer())).toEqual(Buffer.from(code("one")));
  });

  test("are published once for what has not changed", async () => {
    await make("publishes");
    const first = await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "publishes", Description: "first" }));
    expect(first).toMatchObject({ Version: "1", Description: "first", State: "Active" });
    expect(await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "publishes", Description: "again" }))).toMatchObject({ Version: "1", Description: "first", RevisionId: first.RevisionId });
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "publishes", Timeout: 9 }));
    expect(await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "publishes" }))).toMatchObject({ Version: "2", Timeout: 9 });
    expect(await failure(cloud.lambda.send(new PublishVersionCommand({ FunctionName: "publishes", CodeSha256: "x" })))).toMatchObject({
      name: "InvalidParameterValueException", message: `CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (${first.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    });
    expect(await failure(cloud.lambda.send(new PublishVersionCommand({ FunctionName: "publishes", RevisionId: first.RevisionId })))).toMatchObject({ name: "PreconditionFailedException", status: 412 });
    expect(await failure(cloud.lambda.send(new PublishVersionCommand({ FunctionName: "nobody" })))).toMatchObject({ name: "ResourceNotFoundException", message: `Function not found: ${arn("nobody")}` });
  });

  test("are listed in order and in pages, and go one by one", async () => {
    await make("listed", { Publish: true });
    for (const Timeout of [4, 5]) {
      await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "listed", Timeout }));
      await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "listed" }));
    }
    const pages: string[][] = [];
    for await (const page of paginateListVersionsByFunction({ client: cloud.lambda, pageSize: 3 }, { FunctionName: "listed" })) pages.push(page.Versions?.map(({ Version = "" }) => Version) ?? []);
    expect(pages).toEqual([["$LATEST", "1", "2"], ["3"]]);
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "listed", Qualifier: "2" }));
    expect((await cloud.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: "listed" }))).Versions?.map(({ FunctionArn }) => FunctionArn)).toEqual(["$LATEST", "1", "3"].map((version) => `${arn("listed")}:${version}`));
    expect(await failure(invoke("listed", "2"))).toMatchObject({ name: "ResourceNotFoundException", message: `Function not found: ${arn("listed")}:2` });
    // Once more is no error, as on the original.
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "listed", Qualifier: "2" }));
    const everything: string[] = [];
    for await (const page of paginateListFunctions({ client: cloud.lambda, pageSize: 2 }, { FunctionVersion: "ALL" })) everything.push(...(page.Functions?.map(({ FunctionArn = "" }) => FunctionArn) ?? []));
    expect(everything.filter((each) => each.includes(":listed:"))).toEqual(["$LATEST", "1", "3"].map((version) => `${arn("listed")}:${version}`));
    expect(new Set(everything).size).toBe(everything.length);
    expect((await cloud.lambda.send(new ListFunctionsCommand({}))).Functions?.every(({ Version }) => Version === "$LATEST")).toBe(true);
  });
});

describe("aliases", () => {
  beforeAll(async () => {
    await make("aliased", { Publish: true });
    await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "aliased", ZipFile: code("two"), Publish: true }));
  });
  const FunctionName = "aliased";
  const create = (Name: string, FunctionVersion: string, more: object = {}) => cloud.lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion, ...more }));

  test("point to a version, move and share", async () => {
    const made = await create("live", "1", { Description: "what customers see" });
    expect(made).toMatchObject({ AliasArn: `${arn(FunctionName)}:live`, Name: "live", FunctionVersion: "1", Description: "what customers see" });
    expect(made.RoutingConfig).toBeUndefined();
    expect(await invoke(FunctionName, "live")).toMatchObject({ executed: "1", word: "one", version: "1", arn: `${arn(FunctionName)}:live` });
    const moved = await cloud.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2", RevisionId: made.RevisionId }));
    expect(moved).toMatchObject({ FunctionVersion: "2", Description: "what customers see" });
    expect(await invoke(`${FunctionName}:live`)).toMatchObject({ executed: "2", word: "two" });
    expect(await failure(cloud.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", RevisionId: made.RevisionId })))).toMatchObject({ name: "PreconditionFailedException" });
    await cloud.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } }));
    const words = new Set<unknown>();
    for (let round = 0; round < 60 && words.size < 2; round++) words.add((await invoke(FunctionName, "live")).word);
    expect(words.size).toBe(2);
    await cloud.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", RoutingConfig: {} }));
    const { FunctionVersion, RoutingConfig } = await cloud.lambda.send(new GetAliasCommand({ FunctionName, Name: "live" }));
    expect([FunctionVersion, RoutingConfig]).toEqual(["2", undefined]);
  });

  test("are listed by name, and by the version they point to", async () => {
    await create("b", "1");
    await create("a", "2", { RoutingConfig: { AdditionalVersionWeights: { 1: 0 } } });
    const { Aliases = [], NextMarker } = await cloud.lambda.send(new ListAliasesCommand({ FunctionName, MaxItems: 2 }));
    expect(Aliases.map(({ Name }) => Name)).toEqual(["a", "b"]);
    expect((await cloud.lambda.send(new ListAliasesCommand({ FunctionName, Marker: NextMarker, MaxItems: 2 }))).Aliases?.map(({ Name }) => Name)).toEqual(["live"]);
    expect((await cloud.lambda.send(new ListAliasesCommand({ FunctionName, FunctionVersion: "1" }))).Aliases?.map(({ Name }) => Name)).toEqual(["a", "b"]);
  });

  test("have a policy of their own, which goes with them", async () => {
    await create("guarded", "1");
    await cloud.lambda.send(new AddPermissionCommand({ FunctionName, Qualifier: "guarded", StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" }));
    const policy = JSON.parse((await cloud.lambda.send(new GetPolicyCommand({ FunctionName, Qualifier: "guarded" }))).Policy ?? "");
    expect(policy.Statement[0].Resource).toBe(`${arn(FunctionName)}:guarded`);
    expect(await failure(cloud.lambda.send(new GetPolicyCommand({ FunctionName })))).toMatchObject({ name: "ResourceNotFoundException" });
    await cloud.lambda.send(new AddPermissionCommand({ FunctionName, Qualifier: "1", StatementId: "v", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" }));
    await cloud.lambda.send(new RemovePermissionCommand({ FunctionName, Qualifier: "1", StatementId: "v" }));
    await cloud.lambda.send(new DeleteAliasCommand({ FunctionName, Name: "guarded" }));
    await cloud.lambda.send(new DeleteAliasCommand({ FunctionName, Name: "guarded" }));
    await create("guarded", "1");
    expect(await failure(cloud.lambda.send(new GetPolicyCommand({ FunctionName, Qualifier: "guarded" })))).toMatchObject({ name: "ResourceNotFoundException" });
    expect(await failure(cloud.lambda.send(new AddPermissionCommand({ FunctionName, Qualifier: "none", StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" })))).toMatchObject({
      name: "ResourceNotFoundException", message: `Cannot find alias arn: ${arn(FunctionName)}:none`,
    });
  });

  const routed = (weights: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights: weights } });
  const refusals: readonly (readonly [string, () => Promise<unknown>, string, string])[] = [
    ["a version that is not there", () => create("x", "10"), "ResourceNotFoundException", `Function not found: ${arn(FunctionName)}:10`],
    ["a weighted version that is not there", () => create("x", "1", routed({ 10: 0.1 })), "ResourceNotFoundException", `Function not found: ${arn(FunctionName)}:10`],
    ["a function that is not there", () => cloud.lambda.send(new CreateAliasCommand({ FunctionName: "nobody", Name: "x", FunctionVersion: "1" })), "ResourceNotFoundException", `Function not found: ${arn("nobody")}:1`],
    ["a name that is taken", () => create("live", "1"), "ResourceConflictException", `Alias already exists: ${arn(FunctionName)}:live`],
    ["a number as a name", () => create("2024", "1"), "ValidationException", "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"],
    ["weights for $LATEST", () => create("x", "$LATEST", routed({ 1: 0.1 })), "InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"],
    ["a weight for itself", () => create("x", "1", routed({ 1: 0.1 })), "InvalidParameterValueException", "Invalid function version 1. Function version 1 is already included in routing configuration."],
    ["three versions", () => create("x", "1", routed({ 2: 0.1, 3: 0.1 })), "InvalidParameterValueException", "Number of items in AdditionalVersionWeights cannot be greater than 1"],
    ["a weight past one", () => create("x", "1", routed({ 2: 2 })), "ValidationException", "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"],
    ["$LATEST as a weighted version", () => create("x", "1", routed({ $LATEST: 0.5 })), "ValidationException", "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]"],
    ["an update of one that is not there", () => cloud.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "non-existent" })), "ResourceNotFoundException", `Alias not found: ${arn(FunctionName)}:non-existent`],
    ["a look at one that is not there", () => cloud.lambda.send(new GetAliasCommand({ FunctionName, Name: "non-existent" })), "ResourceNotFoundException", `Cannot find alias arn: ${arn(FunctionName)}:non-existent`],
    ["the deletion of a version it points to", () => cloud.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" })), "ResourceConflictException", "Unable to delete version because the following aliases reference it: [live, a]"],
    ["their deletion as functions", () => cloud.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "live" })), "InvalidParameterValueException", "Deletion of aliases is not currently supported."],
    ["an invocation of one that is not there", () => invoke(FunctionName, "none"), "ResourceNotFoundException", `Function not found: ${arn(FunctionName)}:none`],
  ];
  test.each(refusals)("refuse %s", async (_what, ask, name, message) => {
    expect(await failure(ask())).toMatchObject({ name, message });
  });
});
