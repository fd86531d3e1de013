// Every operation that names a function, asked for one that is not there, a version or alias that is not there, another region's, and two qualifiers at once.
import { readFileSync } from "node:fs";
import * as sdk from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLE, startCloud, type TestCloud, zipOf } from "./harness.ts";
import { failure } from "./s3-harness.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const ZipFile = zipOf({ "index.js": "exports.handler = async () => 'here';" });
const NONE = "none-of-that-name";
const model = JSON.parse(readFileSync(new URL("../../src/wire/models/lambda.json", import.meta.url), "utf8")) as {
  readonly operations: Readonly<Record<string, { readonly input: string }>>;
  readonly shapes: Readonly<Record<string, { readonly members?: object } | undefined>>;
};

type Input = Readonly<Record<string, unknown>>;
let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startCloud();
  await cloud.lambda.send(new sdk.CreateFunctionCommand({ FunctionName: "here", Runtime: "nodejs22.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile }, Publish: true }));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

/** By name, as the tables below have it. */
function ask(operation: string, input: Input): Promise<unknown> {
  const Command = (sdk as unknown as Record<string, new (input: Input) => sdk.GetFunctionCommand>)[`${operation}Command`];
  if (!Command) throw new Error(`the client has no ${operation}`);
  return cloud.lambda.send(new Command(input));
}

const missing = (message: string) => ({ name: "ResourceNotFoundException", status: 404, Type: "User", message });
const invalid = (message: string) => ({ name: "InvalidParameterValueException", status: 400, Type: "User", message });
const noFunction = (name: string) => missing(`Function not found: ${ARN}:${name}`);
const noEventConfig = (name: string) => missing(`The function ${ARN}:${name} doesn't have an EventInvokeConfig`);
const noAlias = (name: string) => missing(`Cannot find alias arn: ${ARN}:${name}`);
const noResource = missing("The resource you requested does not exist.");
const noPolicyFor = (name: string) => missing(`No policy found for: ${ARN}:${name}`);
const noPolicy = missing("No policy is associated with the given resource.");
const MISMATCH = invalid("The derived qualifier from the function name does not match the specified qualifier.");
const FUNCTIONS_ONLY = invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.");
/** Anything but a refusal. */
const taken = undefined;

type Answer = ReturnType<typeof missing> | undefined;
/** What the operation needs beside names, and how it misses a function, one asked for with version 1, a version 1221 and an alias of a function that is there. */
type Qualified = readonly [operation: string, more: Input, none: Answer | "needs a qualifier", noneWithVersion: Answer, version: Answer, alias: Answer];

const permission = { StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
const found = [noFunction(NONE), noFunction(`${NONE}:1`), noFunction("here:1221"), noFunction("here:noalias")] as const;
const configured = [noEventConfig(`${NONE}:$LATEST`), noEventConfig(`${NONE}:1`), noEventConfig("here:1221"), noEventConfig("here:noalias")] as const;
const provisioned = ["needs a qualifier", noFunction(`${NONE}:1`), noFunction("here:1221"), noAlias("here:noalias")] as const;
const notThere = missing("The function doesn't exist.");

const qualified: readonly Qualified[] = [
  ["GetFunction", {}, ...found],
  ["GetFunctionConfiguration", {}, ...found],
  ["Invoke", {}, ...found],
  ["InvokeWithResponseStream", {}, ...found],
  ["GetRuntimeManagementConfig", {}, ...found],
  ["PutRuntimeManagementConfig", { UpdateRuntimeOn: "Auto" }, ...found],
  ["DeleteFunction", {}, noFunction(NONE), noFunction(NONE), taken, invalid("Deletion of aliases is not currently supported.")],
  ["AddPermission", permission, noFunction(NONE), noFunction(`${NONE}:1`), noFunction("here:1221"), noAlias("here:noalias")],
  ["RemovePermission", { StatementId: "s" }, noPolicyFor(NONE), noPolicyFor(`${NONE}:1`), noPolicy, noPolicy],
  ["GetPolicy", {}, noResource, noResource, noResource, noResource],
  ["GetFunctionEventInvokeConfig", {}, ...configured],
  ["UpdateFunctionEventInvokeConfig", { MaximumRetryAttempts: 1 }, ...configured],
  ["DeleteFunctionEventInvokeConfig", {}, ...configured],
  ["PutFunctionEventInvokeConfig", { MaximumRetryAttempts: 1 }, notThere, notThere, notThere, notThere],
  ["GetProvisionedConcurrencyConfig", {}, ...provisioned],
  ["PutProvisionedConcurrencyConfig", { ProvisionedConcurrentExecutions: 1 }, ...provisioned],
  ["DeleteProvisionedConcurrencyConfig", {}, ...provisioned],
];

describe.each(qualified)("%s", (operation, more, none, noneWithVersion, version, alias) => {
  test("misses what is not there, and refuses what does not belong", async () => {
    const answers = async (input: Input) => failure(ask(operation, { ...more, ...input }));
    const nothing = { name: "ValidationException", status: 400, message: "1 validation error detected: Value null at 'qualifier' failed to satisfy constraint: Member must not be null" };
    if (none === "needs a qualifier") expect(await answers({ FunctionName: NONE })).toMatchObject(nothing);
    else expect(await answers({ FunctionName: NONE })).toMatchObject({ ...none });
    expect(await answers({ FunctionName: NONE, Qualifier: "1" })).toMatchObject({ ...noneWithVersion });
    expect(await answers({ FunctionName: `${ARN}:${NONE}:1`, Qualifier: "1" })).toMatchObject({ ...noneWithVersion });
    if (version) expect(await answers({ FunctionName: "here", Qualifier: "1221" })).toMatchObject(version);
    else await ask(operation, { ...more, FunctionName: "here", Qualifier: "1221" });
    expect(await answers({ FunctionName: "here:noalias", Qualifier: "noalias" })).toMatchObject({ ...alias });
    expect(await answers({ FunctionName: `${ARN}:here:1`, Qualifier: "$LATEST" })).toMatchObject(MISMATCH);
    expect(await answers({ FunctionName: "here:1", Qualifier: "2" })).toMatchObject(MISMATCH);
    expect(await answers({ FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:here", Qualifier: "1" })).toMatchObject(missing("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"));
    expect(await answers({ FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:here", Qualifier: "1" })).toMatchObject({ name: "AccessDeniedException", status: 403 });
  });
});

/** What is the function's alone, whichever version runs. */
const unqualified: readonly (readonly [operation: string, more: Input, none: Answer, qualifier: Answer | "pattern"])[] = [
  ["CreateAlias", { Name: "a", FunctionVersion: "1" }, noFunction(`${NONE}:1`), FUNCTIONS_ONLY],
  ["GetAlias", { Name: "a" }, noAlias(`${NONE}:a`), FUNCTIONS_ONLY],
  ["UpdateAlias", { Name: "a" }, missing(`Alias not found: ${ARN}:${NONE}:a`), FUNCTIONS_ONLY],
  ["DeleteAlias", { Name: "a" }, noFunction(NONE), FUNCTIONS_ONLY],
  ["ListAliases", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["ListVersionsByFunction", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["PublishVersion", {}, noFunction(NONE), MISMATCH],
  ["UpdateFunctionCode", { ZipFile }, noFunction(NONE), MISMATCH],
  ["UpdateFunctionConfiguration", { Timeout: 4 }, noFunction(NONE), MISMATCH],
  ["InvokeAsync", { InvokeArgs: "{}" }, noFunction(NONE), taken],
  ["GetFunctionConcurrency", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["PutFunctionConcurrency", { ReservedConcurrentExecutions: 1 }, noFunction(NONE), FUNCTIONS_ONLY],
  ["DeleteFunctionConcurrency", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["GetFunctionCodeSigningConfig", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["DeleteFunctionCodeSigningConfig", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["GetFunctionRecursionConfig", {}, noFunction(NONE), "pattern"],
  ["PutFunctionRecursionConfig", { RecursiveLoop: "Allow" }, noFunction(NONE), "pattern"],
  ["ListFunctionEventInvokeConfigs", {}, notThere, FUNCTIONS_ONLY],
  ["ListProvisionedConcurrencyConfigs", {}, noFunction(NONE), FUNCTIONS_ONLY],
  ["ListFunctionUrlConfigs", {}, missing("Function does not exist"), taken],
  ["CreateFunctionUrlConfig", { AuthType: "NONE" }, missing("Function does not exist"), taken],
  ["GetFunctionUrlConfig", {}, noResource, taken],
  ["UpdateFunctionUrlConfig", { AuthType: "NONE" }, noResource, taken],
  ["DeleteFunctionUrlConfig", {}, noResource, taken],
];

describe.each(unqualified)("%s", (operation, more, none, qualifier) => {
  test("misses a function that is not there, and refuses what is more than a function", async () => {
    const answers = async (FunctionName: string) => failure(ask(operation, { ...more, FunctionName }));
    expect(await answers(NONE)).toMatchObject({ ...none });
    expect(await answers(`${ARN}:${NONE}`)).toMatchObject({ ...none });
    if (qualifier === "pattern") expect(await answers("here:1")).toMatchObject({ name: "ValidationException", status: 400, message: expect.stringMatching(/^1 validation error detected: Value 'here:1' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: /) });
    else if (qualifier) expect(await answers("here:1")).toMatchObject(qualifier);
    expect(await answers("arn:aws:lambda:eu-west-1:000000000000:function:here")).toMatchObject(missing("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"));
    expect(await answers("arn:aws:lambda:us-east-1:123456789012:function:here")).toMatchObject({ name: "AccessDeniedException", status: 403 });
  });
});

describe("$LATEST", () => {
  const of = (name: string, operation: string, more: Input = {}) => failure(ask(operation, { FunctionName: `${ARN}:${name}:$LATEST`, Qualifier: "$LATEST", ...more }));
  test.each([
    ["GetFunction", {}, NONE, noFunction(`${NONE}:$LATEST`)],
    ["GetFunctionConfiguration", {}, NONE, noFunction(`${NONE}:$LATEST`)],
    ["DeleteFunction", {}, NONE, invalid("$LATEST version cannot be deleted without deleting the function.")],
    ["AddPermission", permission, "here", invalid("We currently do not support adding policies for $LATEST.")],
    ["GetProvisionedConcurrencyConfig", {}, "here", invalid("The function resource provided must be an alias or a published version.")],
    ["DeleteProvisionedConcurrencyConfig", {}, "here", invalid("The function resource provided must be an alias or a published version.")],
    ["PutProvisionedConcurrencyConfig", { ProvisionedConcurrentExecutions: 1 }, "here", invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")],
  ])("is refused by %s in its own words", async (operation, more, name, expected) => {
    expect(await of(name, operation, more)).toMatchObject(expected);
  });

  test.each(["CreateFunctionUrlConfig", "GetFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunctionUrlConfig"])("and versions are no qualifiers for %s", async (operation) => {
    for (const Qualifier of ["$LATEST", "1"])
      expect(await failure(ask(operation, { FunctionName: "here", Qualifier, AuthType: "NONE" }))).toMatchObject({
        name: "ValidationException", status: 400, message: `1 validation error detected: Value '${Qualifier}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`,
      });
  });
});

test("what can be deleted twice can: a version, a provisioned configuration, an alias", async () => {
  for (let round = 0; round < 2; round++) {
    await ask("DeleteFunction", { FunctionName: "here", Qualifier: "77" });
    await ask("DeleteProvisionedConcurrencyConfig", { FunctionName: "here", Qualifier: "1" });
    await ask("DeleteAlias", { FunctionName: "here", Name: "never-made" });
  }
});

/** Elsewhere: what makes functions and mappings, and what needs more than a name to get as far. */
const ELSEWHERE: ReadonlySet<string> = new Set(["CreateFunction", "CreateEventSourceMapping", "UpdateEventSourceMapping", "ListEventSourceMappings", "PutFunctionCodeSigningConfig", "GetFunctionScalingConfig", "PutFunctionScalingConfig", "CheckpointDurableExecution", "ListDurableExecutionsByFunction"]);

test("the tables above name every operation that takes a function's name", () => {
  const named = Object.entries(model.operations).filter(([, { input }]) => "FunctionName" in (model.shapes[input]?.members ?? {}));
  expect(named.length).toBeGreaterThan(40);
  const tested = new Set([...qualified, ...unqualified].map(([operation]) => operation));
  expect(named.map(([operation]) => operation).filter((operation) => !tested.has(operation) && !ELSEWHERE.has(operation))).toEqual([]);
});
