// Reserved and provisioned concurrency, driven by the official client: what they guarantee, what they refuse.
import {
  CreateAliasCommand, CreateFunctionCommand, DeleteAliasCommand, DeleteFunctionCommand, DeleteFunctionConcurrencyCommand, DeleteProvisionedConcurrencyConfigCommand, GetAccountSettingsCommand, GetFunctionCommand,
  GetFunctionConcurrencyCommand, GetProvisionedConcurrencyConfigCommand, InvokeCommand, ListProvisionedConcurrencyConfigsCommand, PublishVersionCommand, PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand, UpdateAliasCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const code = zipOf({
  "index.mjs": "import { setTimeout as sleep } from 'node:timers/promises'; if (process.env.BROKEN) throw new Error('broken'); let calls = 0; export const handler = async (event) => { await sleep(event.ms ?? 0); return { calls: ++calls, kind: process.env.AWS_LAMBDA_INITIALIZATION_TYPE }; };",
});
const make = (FunctionName: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 20, Code: { ZipFile: code }, ...more }));
const invoke = async (FunctionName: string, event: object = {}) => {
  const { Payload, LogResult = "" } = await cloud.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), LogType: "Tail" }));
  return { ...(JSON.parse(Buffer.from(Payload ?? []).toString()) as { calls: number; kind: string }), log: Buffer.from(LogResult, "base64").toString() };
};
const provisioned = (FunctionName: string, Qualifier: string) => cloud.lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
const ready = (FunctionName: string, Qualifier: string) =>
  eventually("readiness", async () => {
    const config = await provisioned(FunctionName, Qualifier);
    return config.Status === "IN_PROGRESS" ? undefined : config;
  });

describe("reserved concurrency", () => {
  test("is a ceiling: one more call than reserved is throttled with its reason", async () => {
    await make("reserved");
    const reserve = (ReservedConcurrentExecutions: number) => cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "reserved", ReservedConcurrentExecutions }));
    expect(await reserve(1)).toMatchObject({ ReservedConcurrentExecutions: 1 });
    expect((await cloud.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: "reserved" }))).ReservedConcurrentExecutions).toBe(1);
    expect((await cloud.lambda.send(new GetFunctionCommand({ FunctionName: "reserved" }))).Concurrency).toEqual({ ReservedConcurrentExecutions: 1 });
    expect((await cloud.lambda.send(new GetAccountSettingsCommand({}))).AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 999 });
    const outcomes = await Promise.allSettled([invoke("reserved", { ms: 500 }), invoke("reserved", { ms: 500 })]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refusal = outcomes.find((outcome) => outcome.status === "rejected")?.reason;
    expect(refusal).toMatchObject({ name: "TooManyRequestsException", message: "Rate Exceeded.", Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", Type: "User", $metadata: { httpStatusCode: 429 } });
    await reserve(0);
    expect(await failure(invoke("reserved"))).toMatchObject({ name: "TooManyRequestsException" });
    await cloud.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "reserved" }));
    expect((await invoke("reserved")).kind).toBe("on-demand");
    expect((await cloud.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: "reserved" }))).ReservedConcurrentExecutions).toBeUndefined();
  });

  test("is a pace too: ten requests in a second for each that may run at once; events are not counted, since they can wait", async () => {
    await make("paced");
    await cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "paced", ReservedConcurrentExecutions: 1 }));
    await invoke("paced");
    let served = 1;
    // The first of them may be in the middle of a second that is counted: then those of two seconds are served.
    let refusal: unknown;
    for (; refusal === undefined && served <= 20; served += refusal === undefined ? 1 : 0) refusal = await invoke("paced").then(() => undefined, (error: unknown) => error);
    expect(served).toBeGreaterThanOrEqual(10);
    expect(refusal).toMatchObject({ name: "TooManyRequestsException", message: "Rate Exceeded.", Reason: "ReservedFunctionInvocationRateLimitExceeded", Type: "User", $metadata: { httpStatusCode: 429 } });
    const accepted = await Promise.all(Array.from({ length: 30 }, () => cloud.lambda.send(new InvokeCommand({ FunctionName: "paced", InvocationType: "Event" }))));
    expect(accepted.map(({ StatusCode }) => StatusCode)).toEqual(Array.from({ length: 30 }, () => 202));
    const { calls } = await eventually("all events and a new second", async () => {
      const answer = await invoke("paced").catch(() => undefined);
      if (answer) served++;
      return answer && answer.calls >= served + 30 ? answer : undefined;
    });
    expect(calls).toBe(served + 30);
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "paced" }));
  });

  test.each([
    ["too much of it", () => cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "reserved", ReservedConcurrentExecutions: 901 })), "InvalidParameterValueException", "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."],
    ["of an alias", () => cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "reserved:live", ReservedConcurrentExecutions: 1 })), "InvalidParameterValueException", "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN."],
    ["of nothing", () => cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "nobody", ReservedConcurrentExecutions: 1 })), "ResourceNotFoundException", `Function not found: ${arn("nobody")}`],
  ])("is refused: %s", async (_what, ask, name, message) => {
    expect(await failure(ask())).toMatchObject({ name, message });
  });
});

describe("provisioned concurrency", () => {
  test("boots instances before anybody calls, keeps them, and moves with its alias", async () => {
    await make("kept", { Publish: true });
    await cloud.lambda.send(new CreateAliasCommand({ FunctionName: "kept", Name: "live", FunctionVersion: "1" }));
    const asked = await cloud.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: "kept", Qualifier: "live", ProvisionedConcurrentExecutions: 2 }));
    expect(asked).toMatchObject({ RequestedProvisionedConcurrentExecutions: 2, Status: "IN_PROGRESS", $metadata: { httpStatusCode: 202 } });
    expect(await ready("kept", "live")).toMatchObject({ Status: "READY", AllocatedProvisionedConcurrentExecutions: 2, AvailableProvisionedConcurrentExecutions: 2, LastModified: expect.stringMatching(/^[\dT:-]{19}\+0000$/) });
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => invoke("kept:live", { ms: 2000 })));
    expect([a?.kind, b?.kind, c?.kind].toSorted()).toEqual(["on-demand", "provisioned-concurrency", "provisioned-concurrency"]);
    expect(a?.kind === "provisioned-concurrency" ? a.log : b?.log).not.toContain("Init Duration");
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "kept", Timeout: 21 }));
    await cloud.lambda.send(new PublishVersionCommand({ FunctionName: "kept" }));
    await cloud.lambda.send(new UpdateAliasCommand({ FunctionName: "kept", Name: "live", FunctionVersion: "2" }));
    await ready("kept", "live");
    expect(await invoke("kept:2")).toMatchObject({ kind: "provisioned-concurrency", calls: 1 });
    const { ProvisionedConcurrencyConfigs } = await cloud.lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: "kept" }));
    expect(ProvisionedConcurrencyConfigs).toMatchObject([{ FunctionArn: `${arn("kept")}:live`, Status: "READY", RequestedProvisionedConcurrentExecutions: 2 }]);
    expect(await failure(cloud.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: "kept", Qualifier: "2", ProvisionedConcurrentExecutions: 1 })))).toMatchObject({ name: "ResourceConflictException", message: "Version is pointed by a Provisioned Concurrency alias" });
    await cloud.lambda.send(new DeleteAliasCommand({ FunctionName: "kept", Name: "live" }));
    await cloud.lambda.send(new CreateAliasCommand({ FunctionName: "kept", Name: "live", FunctionVersion: "2" }));
    expect(await failure(provisioned("kept", "live"))).toMatchObject({ name: "ProvisionedConcurrencyConfigNotFoundException", message: "No Provisioned Concurrency Config found for this function" });
  });

  test("of a version that does not start has failed and says why", async () => {
    await make("fails", { Publish: true, Environment: { Variables: { BROKEN: "1" } } });
    await cloud.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: "fails", Qualifier: "1", ProvisionedConcurrentExecutions: 1 }));
    expect(await ready("fails", "1")).toMatchObject({ Status: "FAILED", StatusReason: "FUNCTION_ERROR_INIT_FAILURE", AllocatedProvisionedConcurrentExecutions: 0 });
    await cloud.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: "fails", Qualifier: "1" }));
    expect(await failure(provisioned("fails", "1"))).toMatchObject({ name: "ProvisionedConcurrencyConfigNotFoundException" });
  });

  describe("is refused", () => {
    beforeAll(async () => {
      await make("strict", { Publish: true });
      await cloud.lambda.send(new CreateAliasCommand({ FunctionName: "strict", Name: "live", FunctionVersion: "1" }));
      await cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "strict", ReservedConcurrentExecutions: 2 }));
      await cloud.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: "strict", Qualifier: "1", ProvisionedConcurrentExecutions: 2 }));
    });
    const put = (FunctionName: string, Qualifier: string, ProvisionedConcurrentExecutions = 1) => cloud.lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }));
    const invalid = "InvalidParameterValueException";
    test.each([
      ["for $LATEST", () => put("strict", "$LATEST"), invalid, "Provisioned Concurrency Configs cannot be applied to unpublished function versions."],
      ["for an alias that is not there", () => put("strict", "noalias"), "ResourceNotFoundException", `Cannot find alias arn: ${arn("strict")}:noalias`],
      ["for an alias of nothing", () => put("doesnotexist", "noalias"), "ResourceNotFoundException", `Cannot find alias arn: ${arn("doesnotexist")}:noalias`],
      ["for a version of nothing", () => put("doesnotexist", "1"), "ResourceNotFoundException", `Function not found: ${arn("doesnotexist")}:1`],
      ["of none", () => put("strict", "1", 0), "ValidationException", "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1"],
      ["for an alias of a version that has it", () => put("strict", "live"), "ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"],
      ["beyond the reservation", () => put("strict", "1", 3), invalid, "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"],
      ["beyond the account", () => put("kept", "2", 1000), invalid, "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [998]."],
      ["beyond what stays free for all", () => put("kept", "2", 950), invalid, "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."],
      ["by a smaller reservation", () => cloud.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "strict", ReservedConcurrentExecutions: 1 })), invalid, " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."],
      ["to $LATEST when a version has the whole reservation", () => invoke("strict"), "TooManyRequestsException", "Rate Exceeded."],
    ])("%s", async (_what, ask, name, message) => {
      expect(await failure(ask())).toMatchObject({ name, message });
    });
  });
});
