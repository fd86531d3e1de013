// Streamed responses as clients of the Lambda API get them.
import { execFile } from "node:child_process";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { CreateFunctionCommand, InvokeCommand, InvokeWithResponseStreamCommand, type InvokeWithResponseStreamResponseEvent } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gate } from "./function-url-harness.ts";
import { has, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

const run = promisify(execFile);
const hasBoto3 = await has("python3", "-c", "import boto3");

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud({ streamRate: "unlimited" })));
afterAll(async () => cloud[Symbol.asyncDispose]());

/** Does as its event says; where it must wait for the test, it asks the test's own server. */
const streaming = `
  import { once } from "node:events";
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    console.log("begun", event.kind);
    if (event.kind === "early") throw new RangeError("before the first byte");
    if (event.kind === "big") {
      const piece = Buffer.alloc(1024 * 1024, "x");
      for (let n = 0; n < event.pieces; n++) {
        if (n === 25 && event.url) void fetch(event.url);
        if (!stream.write(piece)) await once(stream, "drain");
      }
      return void stream.end();
    }
    stream.write("first;");
    if (event.kind === "wait") await fetch(event.url);
    if (event.kind === "late") throw new RangeError("after the first byte");
    if (event.kind === "hang") await sleep(60000);
    if (event.kind === "exit") process.exit(7);
    stream.end("last");
  });`;
const make = (FunctionName: string, code: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": code }) }, MemorySize: 256, ...more }));
const start = (FunctionName: string, event: object, more: object = {}) =>
  cloud.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), ...more }));
const textOf = (event: InvokeWithResponseStreamResponseEvent): string => Buffer.from(event.PayloadChunk?.Payload ?? []).toString();

async function whole(FunctionName: string, event: object, more: object = {}) {
  const reply = await start(FunctionName, event, more);
  let text = "";
  let complete: InvokeWithResponseStreamResponseEvent["InvokeComplete"];
  for await (const part of reply.EventStream ?? []) {
    text += textOf(part);
    if (part.InvokeComplete) complete = part.InvokeComplete;
  }
  return { ...reply, text, complete, details: complete?.ErrorDetails ? (JSON.parse(complete.ErrorDetails) as Record<string, string>) : undefined };
}

describe("InvokeWithResponseStream", () => {
  beforeAll(async () => {
    await make("streams", streaming, { Timeout: 10 });
    await make("short", streaming, { Timeout: 1 });
    await make("plain", "export const handler = async (event) => { if (event.fail) throw new RangeError('no'); return { plain: event.n }; };");
  });

  test("delivers what is written while the function still works", async () => {
    using hold = await gate();
    const reply = await start("streams", { kind: "wait", url: hold.url }, { LogType: "Tail" });
    expect(reply).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST", ResponseStreamContentType: "application/vnd.amazon.eventstream" });
    if (!reply.EventStream) throw new Error("no stream");
    const events = reply.EventStream[Symbol.asyncIterator]();
    expect(textOf((await events.next()).value)).toBe("first;");
    // It can not have gone on: it waits for us.
    await hold.asked;
    hold.open();
    expect(textOf((await events.next()).value)).toBe("last");
    const { InvokeComplete } = (await events.next()).value as InvokeWithResponseStreamResponseEvent;
    const log = Buffer.from(InvokeComplete?.LogResult ?? "", "base64").toString();
    expect(log).toMatch(/^START RequestId: .*\n.*\tINFO\tbegun wait\nEND RequestId: .*\nREPORT RequestId: .*/);
    expect(InvokeComplete?.ErrorCode).toBeUndefined();
    expect((await events.next()).done).toBe(true);
  });

  test("tells errors in the middle at the end, whatever they are", async () => {
    expect(await whole("streams", { kind: "early" })).toMatchObject({ StatusCode: 200, text: "", complete: { ErrorCode: "Unhandled" }, details: { errorType: "RangeError", errorMessage: "before the first byte" } });
    expect(await whole("streams", { kind: "late" })).toMatchObject({ text: "first;", details: { errorType: "RangeError", errorMessage: "after the first byte" } });
    expect(await whole("short", { kind: "hang" })).toMatchObject({ text: "first;", details: { errorType: "Sandbox.Timedout", errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/) } });
    expect(await whole("streams", { kind: "exit" })).toMatchObject({ text: "first;", details: { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(/exit status 7$/) } });
    expect(await whole("streams", {})).toMatchObject({ text: "first;last", complete: {} });
  });

  test("serves functions that do not stream, and checks as Invoke does", async () => {
    expect(await whole("plain", { n: 1 })).toMatchObject({ text: '{"plain":1}', complete: {} });
    expect(await whole("plain", { fail: true })).toMatchObject({ text: "", details: { errorType: "RangeError" } });
    await expect(start("nobody", {})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(cloud.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "plain", Payload: Buffer.from("{") }))).rejects.toMatchObject({ name: "InvalidRequestContentException" });
    expect(await start("plain", {}, { InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    const dry = await fetch(`${cloud.endpoint}/2021-11-15/functions/plain/response-streaming-invocations`, { method: "POST", headers: { "x-amz-invocation-type": "DryRun" } });
    expect([dry.status, await dry.text()]).toEqual([204, ""]);
  });

  test("a plain Invoke of a streaming handler gets one payload, and 6 MB at most", async () => {
    const invoke = async (event: object) => {
      const reply = await cloud.lambda.send(new InvokeCommand({ FunctionName: "streams", Payload: Buffer.from(JSON.stringify(event)) }));
      return { ...reply, text: Buffer.from(reply.Payload ?? []).toString() };
    };
    expect(await invoke({})).toMatchObject({ text: "first;last" });
    expect(await invoke({ kind: "big", pieces: 7 })).toMatchObject({ FunctionError: "Unhandled", text: expect.stringContaining("Function.ResponseSizeTooLarge") });
  });

  test("holds a function back whose reader is slow, so that 50 MB need little memory", async () => {
    using hold = await gate();
    let asked = false;
    void hold.asked.then(() => (asked = true));
    const { request } = await import("node:http");
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${cloud.endpoint}/2021-11-15/functions/streams/response-streaming-invocations`, { method: "POST" }, resolve).on("error", reject).end(JSON.stringify({ kind: "big", pieces: 50, url: hold.url }));
    });
    // While we do not read, others are served, and the function does not get to its half: only the kernel's buffers are full.
    for (let n = 0; n < 30; n++) await whole("plain", { n });
    expect(asked).toBe(false);
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    await hold.asked;
    expect(bytes).toBeGreaterThan(50 * 1024 * 1024);
    expect(bytes).toBeLessThan(50.5 * 1024 * 1024);
  });

  test("goes on when its reader leaves", async () => {
    const controller = new AbortController();
    const reply = await cloud.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "streams", Payload: Buffer.from(JSON.stringify({ kind: "big", pieces: 20 })), LogType: "Tail" }), { abortSignal: controller.signal });
    for await (const _part of reply.EventStream ?? []) break;
    controller.abort();
    // The same instance answers next: it went through its event to the end.
    expect(await whole("streams", {})).toMatchObject({ text: "first;last" });
  });

  test.skipIf(!hasBoto3)("works with boto3 (skipped without)", async () => {
    const script = `
import boto3, json
client = boto3.client("lambda")
def call(event):
    reply = client.invoke_with_response_stream(FunctionName="streams", Payload=json.dumps(event), LogType="Tail")
    parts = list(reply["EventStream"])
    text = b"".join(part["PayloadChunk"]["Payload"] for part in parts if "PayloadChunk" in part).decode()
    done = parts[-1]["InvokeComplete"]
    return [reply["StatusCode"], reply["ExecutedVersion"], text, done.get("ErrorCode"), "LogResult" in done]
print(json.dumps([call({}), call({"kind": "late"})]))
`;
    const { stdout } = await run("python3", ["-c", script], { env: cloud.env });
    expect(JSON.parse(stdout)).toEqual([[200, "$LATEST", "first;last", null, true], [200, "$LATEST", "first;", "Unhandled", true]]);
  });
});

test("a custom runtime streams through the same operation, with trailers for errors", async () => {
  const bootstrap = `#!/bin/sh
API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
while true; do
  ID=$(curl -sS -D - -o /tmp/event "$API/invocation/next" | grep -i aws-request-id | tr -d '[:space:]' | cut -d: -f2)
  (printf one; cat /tmp/event; printf two) | curl -sS -X POST "$API/invocation/$ID/response" -H 'Lambda-Runtime-Function-Response-Mode: streaming' -H 'Transfer-Encoding: chunked' -T - > /dev/null
done
`;
  const { zipSync, strToU8 } = await import("fflate");
  const ZipFile = zipSync({ bootstrap: [strToU8(bootstrap), { os: 3, attrs: 0o100755 << 16 }] });
  await cloud.lambda.send(new CreateFunctionCommand({ FunctionName: "custom", Runtime: "provided.al2023", Handler: "any", Role: ROLE, Code: { ZipFile }, MemorySize: 256, Timeout: 10 }));
  expect(await whole("custom", { a: 1 })).toMatchObject({ text: 'one{"a":1}two', complete: {} });
});

test("a stream is paced after its first 6 MB", async () => {
  const { systemClock } = await import("../../src/main/system-clock.ts");
  await using slow = await startCloud({ streamRate: 4 });
  await slow.lambda.send(new CreateFunctionCommand({ FunctionName: "f", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": streaming }) }, MemorySize: 256, Timeout: 10 }));
  const reply = await slow.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "f", Payload: Buffer.from('{"kind":"big","pieces":8}') }));
  const begun = systemClock.monotonicMs();
  let bytes = 0;
  for await (const part of reply.EventStream ?? []) bytes += part.PayloadChunk?.Payload?.length ?? 0;
  expect(bytes).toBe(8 * 1024 * 1024);
  // 2 MB at 4 MB/s; what is on its way need not wait.
  expect(systemClock.monotonicMs() - begun).toBeGreaterThan(350);
});
