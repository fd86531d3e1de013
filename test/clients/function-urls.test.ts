// Function URLs: their settings by the official client, who may call them, and what browsers hear.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CreateFunctionUrlConfigCommand, DeleteFunctionCommand, DeleteFunctionUrlConfigCommand, GetFunctionUrlConfigCommand, ListFunctionUrlConfigsCommand,
  RemovePermissionCommand, UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { make, permit, serve } from "./function-url-harness.ts";
import { has, startCloud, type TestCloud } from "./harness.ts";

const run = promisify(execFile);
const hasBotocore = await has("python3", "-c", "import botocore");

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

describe("the settings", () => {
  test("are made, shown, changed, listed and removed, with the original's words for mistakes", async () => {
    await make(cloud, "kept", "export const handler = async () => 1;");
    const cors = { AllowOrigins: ["https://a.example"], AllowMethods: ["GET", "POST"], AllowHeaders: ["x-one"], ExposeHeaders: ["x-two"], MaxAge: 60, AllowCredentials: true };
    const made = await cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "kept", AuthType: "AWS_IAM", Cors: cors }));
    expect(made).toMatchObject({ FunctionUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/_fugaz\/urls\/[a-z2-7]{32}\/$/), FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:kept", AuthType: "AWS_IAM", Cors: cors, InvokeMode: "BUFFERED" });
    expect(made.CreationTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(made).not.toHaveProperty("LastModifiedTime");
    await expect(cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "kept", AuthType: "NONE" }))).rejects.toMatchObject({
      name: "ResourceConflictException",
      message: "Failed to create function url config for [functionArn = arn:aws:lambda:us-east-1:000000000000:function:kept]. Error message:  FunctionUrlConfig exists for this Lambda function",
    });
    expect(await cloud.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: "kept" }))).toMatchObject({ FunctionUrl: made.FunctionUrl, LastModifiedTime: made.CreationTime, Cors: cors });
    const changed = await cloud.lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName: made.FunctionArn, InvokeMode: "RESPONSE_STREAM", Cors: { AllowOrigins: ["*"] } }));
    expect(changed).toMatchObject({ FunctionUrl: made.FunctionUrl, AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM", Cors: { AllowOrigins: ["*"] } });
    const listed = await cloud.lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName: "kept", MaxItems: 1 }));
    expect(listed.FunctionUrlConfigs).toMatchObject([{ FunctionUrl: made.FunctionUrl, InvokeMode: "RESPONSE_STREAM" }]);
    expect(listed.NextMarker).toBeUndefined();
    await cloud.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: "kept" }));
    for (const command of [new GetFunctionUrlConfigCommand({ FunctionName: "kept" }), new UpdateFunctionUrlConfigCommand({ FunctionName: "kept" }), new DeleteFunctionUrlConfigCommand({ FunctionName: "kept" }), new GetFunctionUrlConfigCommand({ FunctionName: "nobody" })])
      await expect(cloud.lambda.send(command as GetFunctionUrlConfigCommand)).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "The resource you requested does not exist." });
    await expect(cloud.lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName: "nobody" }))).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "Function does not exist" });
    await expect(cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "nobody", AuthType: "NONE" }))).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "Function does not exist" });
    for (const Qualifier of ["1", "$LATEST"])
      await expect(cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "kept", AuthType: "NONE", Qualifier }))).rejects.toMatchObject({
        name: "ValidationException", message: `1 validation error detected: Value '${Qualifier}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)`,
      });
    await expect(cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "kept", AuthType: "NONE", InvokeMode: "UNKNOWN" as "BUFFERED" }))).rejects.toMatchObject({
      name: "ValidationException", message: "1 validation error detected: Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]",
    });
  });

  test("go with their function, and a new one of the same name has another address", async () => {
    const first = await serve(cloud, "gone", "export const handler = async () => 'here';");
    expect(await (await fetch(first)).text()).toBe("here");
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "gone" }));
    expect((await fetch(first)).status).toBe(403);
    const second = await serve(cloud, "gone", "export const handler = async () => 'again';");
    expect(second).not.toBe(first);
    expect((await fetch(first)).status).toBe(403);
    expect(await (await fetch(second)).text()).toBe("again");
  });
});

describe("who may call", () => {
  test("is in the policy, or signs; the rest hears why in the original's words", async () => {
    await make(cloud, "guarded", "export const handler = async (event) => event.requestContext;");
    const { FunctionUrl = "" } = await cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "guarded", AuthType: "NONE" }));
    const forbidden = { Message: "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html" };
    const call = async (init: RequestInit = {}) => {
      const response = await fetch(FunctionUrl, init);
      return [response.status, response.headers.get("x-amzn-errortype"), await response.json()] as const;
    };
    expect(await call()).toEqual([403, "AccessDeniedException", forbidden]);
    await permit(cloud, "guarded", "AWS_IAM", "other");
    expect(await call()).toEqual([403, "AccessDeniedException", forbidden]);
    await permit(cloud, "guarded");
    expect(await call()).toMatchObject([200, null, { accountId: "anonymous" }]);
    await cloud.lambda.send(new RemovePermissionCommand({ FunctionName: "guarded", StatementId: "public" }));
    expect((await call())[0]).toBe(403);

    await cloud.lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName: "guarded", AuthType: "AWS_IAM" }));
    expect(await call()).toEqual([403, "AccessDeniedException", forbidden]);
    const signed = (key: string, service = "lambda") => ({ headers: { authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261125/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00` } });
    expect((await call(signed("AKIATEST")))[2]).toMatchObject({
      accountId: "000000000000",
      authorizer: { iam: { accessKey: "AKIATEST", accountId: "000000000000", callerId: "000000000000", cognitoIdentity: null, principalOrgId: null, userArn: "arn:aws:iam::000000000000:root", userId: "000000000000" } },
    });
    expect((await call(signed("111111111111")))[2]).toMatchObject({ accountId: "111111111111" });
    expect((await call(signed("AKIATEST", "s3")))[0]).toBe(403);
    expect((await call({ headers: { authorization: "AWS4-HMAC-SHA256 nonsense" } }))[0]).toBe(403);
  });

  test("an address that is nobody's, whatever its form", async () => {
    for (const path of ["", "x", "x/y", `${"a".repeat(32)}/`]) {
      const response = await fetch(`${cloud.endpoint}/_fugaz/urls/${path}`);
      expect([response.status, response.headers.get("x-amzn-errortype"), await response.text()]).toEqual([403, "AccessDeniedException", '{"Message":null}']);
    }
  });

  test.skipIf(!hasBotocore)("signs with botocore as it would on the original (skipped without)", async () => {
    await make(cloud, "signed", "export const handler = async (event) => event.requestContext.authorizer.iam.accessKey;");
    const { FunctionUrl } = await cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "signed", AuthType: "AWS_IAM" }));
    const script = `
import urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
asked = AWSRequest("GET", "${FunctionUrl}")
SigV4Auth(Credentials("AKIAPYTHON", "secret"), "lambda", "us-east-1").add_auth(asked)
print(urllib.request.urlopen(urllib.request.Request("${FunctionUrl}", headers=dict(asked.headers))).read().decode())
`;
    expect((await run("python3", ["-c", script], { env: cloud.env })).stdout).toBe("AKIAPYTHON\n");
  });
});

describe("browsers on other sites", () => {
  test("hear the platform's word, not the function's", async () => {
    const Cors = { AllowOrigins: ["https://a.example"], AllowMethods: ["POST"], AllowHeaders: ["x-one", "x-two"], ExposeHeaders: ["x-three"], MaxAge: 60, AllowCredentials: true };
    const url = await serve(cloud, "cors", "export const handler = async () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://wrong', 'x-three': '3' }, body: 'ran' });", { Cors });
    const ask = async (method: string, headers: Record<string, string>) => {
      const response = await fetch(url, { method, headers });
      return { status: response.status, text: await response.text(), ...Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("access-control") || name === "vary")) };
    };
    const allowed = { "access-control-allow-origin": "https://a.example", "access-control-allow-credentials": "true", vary: "Origin" };
    expect(await ask("OPTIONS", { origin: "https://a.example", "access-control-request-method": "POST", "access-control-request-headers": "x-one" })).toEqual({
      status: 200, text: "", ...allowed, "access-control-allow-methods": "POST", "access-control-allow-headers": "x-one,x-two", "access-control-max-age": "60",
    });
    expect(await ask("OPTIONS", { origin: "https://b.example", "access-control-request-method": "POST" })).toEqual({ status: 200, text: "", vary: "Origin" });
    expect(await ask("OPTIONS", { origin: "https://a.example", "access-control-request-method": "DELETE" })).toEqual({ status: 200, text: "", vary: "Origin" });
    expect(await ask("POST", { origin: "https://a.example" })).toEqual({ status: 200, text: "ran", ...allowed, "access-control-expose-headers": "x-three" });
    expect(await ask("POST", { origin: "https://b.example" })).toEqual({ status: 200, text: "ran", vary: "Origin" });
    expect(await ask("POST", {})).toEqual({ status: 200, text: "ran", "access-control-allow-origin": "https://wrong" });
    expect(await ask("OPTIONS", {})).toMatchObject({ text: "ran" });
    await cloud.lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName: "cors", Cors: { AllowOrigins: ["*"], AllowMethods: ["*"], AllowHeaders: ["*"] } }));
    expect(await ask("OPTIONS", { origin: "https://any", "access-control-request-method": "PUT", "access-control-request-headers": "x-q" })).toMatchObject({ "access-control-allow-origin": "*", "access-control-allow-methods": "PUT", "access-control-allow-headers": "x-q" });
  });
});
