import {
  AddLayerVersionPermissionCommand, CreateEventSourceMappingCommand, CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand, GetLayerVersionCommand, InvokeCommand, LambdaClient,
  ListFunctionsCommand, ResourceNotFoundException, TooManyRequestsException, UntagResourceCommand, UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { describe, expect, test } from "vitest";
import { Fault, fault } from "../../kernel/fault.ts";
import type { WireRequest } from "../protocol.ts";
import { restJson1 } from "./rest-json.ts";
import { context, exchange, model, settings } from "./sdk-for-test.ts";

const lambda = (command: object, reply: unknown): ReturnType<typeof exchange> =>
  exchange("lambda", "restJson1", (requestHandler) => new LambdaClient({ ...settings, requestHandler }), command, reply);

const bytes = (text: string): Uint8Array => new Uint8Array(new TextEncoder().encode(text));

describe("restJson1 with the SDK's Lambda client", () => {
  test("reads nested structures, maps, lists, blobs and booleans as they were given", async () => {
    const input = {
      FunctionName: "thumbnails", Runtime: "python3.13", Role: "arn:aws:iam::000000000000:role/r", Handler: "index.handler", Code: { ZipFile: new Uint8Array([80, 75, 0, 255]) }, Description: "größe \u{1f600}",
      Timeout: 30, MemorySize: 512, Publish: true, Environment: { Variables: { A: "1", B: "" } }, Tags: { team: "a b" }, Layers: ["one", "two"], VpcConfig: { SubnetIds: [], Ipv6AllowedForDualStack: false },
    } as const;
    const output = { FunctionName: "thumbnails", MemorySize: 512, Environment: { Variables: { A: "1" } }, Layers: [{ Arn: "one", CodeSize: 12 }], LastUpdateStatus: undefined, unknown: "dropped" };
    const { input: read, output: answered } = await lambda(new CreateFunctionCommand({ ...input, Layers: [...input.Layers], VpcConfig: { ...input.VpcConfig, SubnetIds: [] } }), output);
    expect(read).toEqual(input);
    expect(answered).toMatchObject({ FunctionName: "thumbnails", MemorySize: 512, Environment: { Variables: { A: "1" } }, Layers: [{ Arn: "one", CodeSize: 12 }], $metadata: { httpStatusCode: 201 } });
    expect(answered).not.toHaveProperty("unknown");
  });

  test("reads timestamps and writes them", async () => {
    const at = new Date("2026-03-04T05:06:07.890Z");
    const { input, output } = await lambda(new CreateEventSourceMappingCommand({ FunctionName: "f", StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: at, FilterCriteria: { Filters: [{ Pattern: "{}" }] } }), { UUID: "u", LastModified: at });
    expect(input).toEqual({ FunctionName: "f", StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: at, FilterCriteria: { Filters: [{ Pattern: "{}" }] } });
    expect(output).toMatchObject({ UUID: "u", LastModified: at });
  });

  test("reads labels, query parameters and lists in the query", async () => {
    expect((await lambda(new GetFunctionCommand({ FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:f", Qualifier: "$LATEST" }), {})).input).toEqual({ FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:f", Qualifier: "$LATEST" });
    expect((await lambda(new UntagResourceCommand({ Resource: "arn:x/y", TagKeys: ["a b", "c&d", "ü"] }), undefined)).input).toEqual({ Resource: "arn:x/y", TagKeys: ["a b", "c&d", "ü"] });
    expect((await lambda(new ListFunctionsCommand({ MaxItems: 7, Marker: "m=1" }), { Functions: [] })).input).toEqual({ MaxItems: 7, Marker: "m=1" });
    expect((await lambda(new AddLayerVersionPermissionCommand({ LayerName: "l", VersionNumber: 3, StatementId: "s", Action: "a", Principal: "*" }), {})).input).toEqual({ LayerName: "l", VersionNumber: 3, StatementId: "s", Action: "a", Principal: "*" });
    expect((await lambda(new GetLayerVersionCommand({ LayerName: "l", VersionNumber: 3 }), {})).input).toEqual({ LayerName: "l", VersionNumber: 3 });
  });

  test("carries payload, headers and status of Invoke", async () => {
    const { input, output, request } = await lambda(new InvokeCommand({ FunctionName: "f", InvocationType: "RequestResponse", LogType: "Tail", ClientContext: "eyJ9", Payload: bytes('{"a":1}') }),
      { StatusCode: 200, FunctionError: "Unhandled", LogResult: "bG9n", ExecutedVersion: "$LATEST", Payload: bytes("null") });
    expect(input).toMatchObject({ FunctionName: "f", InvocationType: "RequestResponse", LogType: "Tail", ClientContext: "eyJ9", Payload: bytes('{"a":1}') });
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled", LogResult: "bG9n", ExecutedVersion: "$LATEST" });
    expect((output as { Payload: { transformToString: () => string } }).Payload.transformToString()).toBe("null");
    const reply = restJson1.encode(model("lambda"), "Invoke", { StatusCode: 202, Payload: bytes("") }, context);
    expect(reply).toMatchObject({ status: 202, headers: { "content-type": "application/json" } });
    expect(restJson1.decode(model("lambda"), "Invoke", { ...request, body: new Uint8Array() })).not.toHaveProperty("Payload");
  });

  test("answers 204 without a body", async () => {
    expect(restJson1.encode(model("lambda"), "DeleteFunction", { StatusCode: 204 }, context)).toEqual({ status: 204, headers: {} });
    expect((await lambda(new DeleteFunctionCommand({ FunctionName: "f" }), { StatusCode: 204 })).output).toMatchObject({ StatusCode: 204 });
  });

  test("writes maps whose keys are members of every object", async () => {
    const weights = JSON.parse('{"1":0.5,"__proto__":0.25,"constructor":0.1}') as Record<string, number>;
    const { input, output } = await lambda(new UpdateAliasCommand({ FunctionName: "f", Name: "a", RoutingConfig: { AdditionalVersionWeights: { "1": 0.5, constructor: 0.1 } } }), { RoutingConfig: { AdditionalVersionWeights: weights } });
    expect(input).toMatchObject({ RoutingConfig: { AdditionalVersionWeights: { "1": 0.5, constructor: 0.1 } } });
    expect(output).toMatchObject({ RoutingConfig: { AdditionalVersionWeights: { "1": 0.5, constructor: 0.1 } } });
    const body = bytes('{"RoutingConfig":{"AdditionalVersionWeights":{"__proto__":1}}}');
    const read = restJson1.decode(model("lambda"), "UpdateAlias", wire("UpdateAlias", body)) as { RoutingConfig: { AdditionalVersionWeights: object } };
    expect(Object.entries(read.RoutingConfig.AdditionalVersionWeights)).toEqual([["__proto__", 1]]);
    expect(Object.getPrototypeOf(read.RoutingConfig.AdditionalVersionWeights)).toBe(Object.prototype);
  });

  test("throws the SDK's own exceptions with their members", async () => {
    const { error } = await lambda(new GetFunctionCommand({ FunctionName: "f" }), fault("ResourceNotFoundException", { message: "Function not found: f", Type: "User" }));
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({ message: "Function not found: f", Type: "User", $metadata: { httpStatusCode: 404 } });
    const throttled = await lambda(new InvokeCommand({ FunctionName: "f" }), fault("TooManyRequestsException", { message: "Rate Exceeded.", Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", retryAfterSeconds: "2" }));
    expect(throttled.error).toBeInstanceOf(TooManyRequestsException);
    expect(throttled.error).toMatchObject({ Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", retryAfterSeconds: "2", $metadata: { httpStatusCode: 429 } });
    const unknown = await lambda(new GetFunctionCommand({ FunctionName: "f" }), fault("ValidationException", { message: "1 validation error detected" }));
    expect(unknown.error).toMatchObject({ name: "ValidationException", message: "1 validation error detected", $metadata: { httpStatusCode: 400 } });
  });
});

function wire(operation: string, body: Uint8Array, rest: Partial<WireRequest> = {}): WireRequest {
  return { operation, labels: {}, query: [], headers: {}, body, ...rest };
}

describe("restJson1 with bad input", () => {
  const create = (text: string): unknown => restJson1.decode(model("lambda"), "CreateFunction", wire("CreateFunction", bytes(text)));

  test.each([
    ["{", "The request body is not valid JSON."],
    ["\u0000", "The request body is not valid JSON."],
    ["[]", "Start of list found where not expected"],
    ["3", "Expected null"],
    ['{"Timeout":"abc"}', "STRING_VALUE can not be converted to an Integer"],
    ['{"Timeout":1.5}', "NUMBER_VALUE can not be converted to an Integer"],
    ['{"Timeout":99999999999}', "NUMBER_VALUE can not be converted to an Integer"],
    ['{"Timeout":true}', "TRUE_VALUE can not be converted to an Integer"],
    ['{"FunctionName":5}', "NUMBER_VALUE can not be converted to a String"],
    ['{"FunctionName":{}}', "Start of structure or map found where not expected."],
    ['{"FunctionName":[]}', "Start of list found where not expected"],
    ['{"Publish":"true"}', "STRING_VALUE can not be converted to a Boolean"],
    ['{"Layers":"one"}', "Expected list or null"],
    ['{"Layers":{}}', "Start of structure or map found where not expected."],
    ['{"Environment":[]}', "Start of list found where not expected"],
    ['{"Tags":false}', "Expected map or null"],
    ['{"Code":{"ZipFile":"@@@@"}}', "STRING_VALUE can not be converted to a Blob"],
    ['{"Code":{"ZipFile":"QQ"}}', "STRING_VALUE can not be converted to a Blob"],
  ])("refuses %s", (text, message) => {
    expect(() => create(text)).toThrow(expect.objectContaining({ code: "SerializationException", message, status: 400 }) as Fault);
  });

  test("refuses text that is not UTF-8", () => {
    expect(() => restJson1.decode(model("lambda"), "CreateFunction", wire("CreateFunction", new Uint8Array([0x7b, 0xff, 0x7d])))).toThrow(Fault);
  });

  test("ignores unknown and null members, takes the last of two, and lets only the URL name the function", () => {
    expect(create('{"Nope":{"deep":[1]},"Handler":null,"Timeout":1,"Timeout":2,"Tags":{"a":null}}')).toEqual({ Timeout: 2, Tags: { a: null } });
    const body = bytes('{"FunctionName":7,"Description":"d"}');
    expect(restJson1.decode(model("lambda"), "UpdateFunctionConfiguration", wire("UpdateFunctionConfiguration", body, { labels: { FunctionName: "f" } }))).toEqual({ FunctionName: "f", Description: "d" });
  });

  test("refuses scalars of the wrong type in the query", () => {
    expect(() => restJson1.decode(model("lambda"), "ListFunctions", wire("ListFunctions", bytes(""), { query: [["MaxItems", "many"]] }))).toThrow(expect.objectContaining({ code: "SerializationException" }) as Fault);
  });

  test("survives documents that are deep or have very many values", () => {
    const deep = (depth: number): string => `${'{"Nope":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(create(deep(10_000))).toEqual({});
    expect(() => create(deep(1_000_000))).toThrow(expect.objectContaining({ message: "The document is nested too deeply." }) as Fault);
    const many = `{"Nope":[${"[],".repeat(1_100_000)}1]}`;
    expect(() => create(many)).toThrow(expect.objectContaining({ message: "The document has too many values." }) as Fault);
  });

  test("reads large strings that look like many values", () => {
    const Description = `${"[{,".repeat(500_000)}${'\\"'.repeat(100_000)}${"a".repeat(1_000_000)}\\`;
    expect(create(JSON.stringify({ Description, Handler: "h" }))).toEqual({ Description, Handler: "h" });
  });
});
