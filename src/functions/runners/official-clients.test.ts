// The official clients of other languages, fetched from their public registries, against our side of the runtime API.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer, bootFunction, failure, goRuntime, providedRuntime } from "../../../test/boot-function.ts";
import { cached, tool } from "../../../test/tool-cache.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";
const FIRST_RUN_MS = 600_000;
const exec = (line: string): Readonly<Record<string, string>> => ({ bootstrap: `#!/bin/sh\n${line}\n` });
const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

describe.concurrent("The official client", () => {
  test("of Python answers, reports errors, and fails to load", { timeout: FIRST_RUN_MS }, async ({ skip }) => {
    const client = await cached("awslambdaric-python3", async (dir) => {
      await tool(dir, "python3", ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10", "--only-binary", ":all:", "--target", join(dir, "lib"), "awslambdaric"]);
      await writeFile(join(dir, "python"), (await tool(dir, "python3", ["-c", "import sys; print(sys.executable)"])).stdout.trim());
    });
    if ("missing" in client) return skip(client.missing);
    const python = await readFile(join(client.dir, "python"), "utf8");
    const start = exec(`export PYTHONPATH=${client.dir}/lib\nexec ${python} -m awslambdaric "$_HANDLER"`);
    const app = "def handler(event, context):\n  print('handling')\n  if event == 'fail': raise ValueError('boom')\n  return [event, context.aws_request_id, context.invoked_function_arn, context.client_context.custom['k'], 0 < context.get_remaining_time_in_millis() <= 10000]\n";
    await using f = await bootFunction(providedRuntime, "app.handler", { ...start, "app.py": app });
    expect(answer(await f.invoke({ a: "ü" }, { requestId: "id-1", clientContext: '{"custom":{"k":"é"}}' }))).toEqual([{ a: "ü" }, "id-1", ARN, "é", true]);
    expect(f.logs).toContain("handling");
    expect(failure(await f.invoke("fail", { requestId: "id-2" }))).toMatchObject({ errorMessage: "boom", errorType: "ValueError", requestId: "id-2", stackTrace: [expect.stringMatching(/line 3, in handler/)] });
    await using g = await bootFunction(providedRuntime, "app.handler", start);
    expect(failure(g.boot)).toMatchObject({ errorType: "Runtime.ImportModuleError", errorMessage: "Unable to import module 'app': No module named 'app'" });
  });

  test("of Node.js answers, streams, reports errors, and fails to load", { timeout: FIRST_RUN_MS }, async ({ skip }) => {
    const client = await cached("aws-lambda-ric-4.0.2", async (dir) => {
      await writeFile(join(dir, "package.json"), '{"private":true}');
      await tool(dir, "npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "aws-lambda-ric@4.0.2"]);
    }, { slow: true });
    if ("missing" in client) return skip(client.missing);
    const start = exec(`exec ${process.execPath} ${client.dir}/node_modules/aws-lambda-ric/index.mjs "$_HANDLER"`);
    const app = `
exports.handler = async (event, context) => {
  console.log("handling");
  if (event === "fail") throw new TypeError("boom");
  return [event, context.awsRequestId, context.invokedFunctionArn, context.clientContext.custom.k, context.getRemainingTimeInMillis() > 0];
};
exports.stream = awslambda.streamifyResponse(async (event, stream) => {
  for (let n = 0; n < 3; n++) { stream.write("part " + n + "\\n"); await new Promise((done) => setTimeout(done, 5)); }
  if (event === "fail") throw new Error("midway");
  stream.end();
});`;
    await using f = await bootFunction(providedRuntime, "app.handler", { ...start, "app.js": app });
    expect(answer(await f.invoke({ a: "ü" }, { requestId: "id-1", clientContext: '{"custom":{"k":"é"}}' }))).toEqual([{ a: "ü" }, "id-1", ARN, "é", true]);
    expect(f.logs.join("\n")).toMatch(/\tid-1\tINFO\thandling$/m);
    expect(failure(await f.invoke("fail"))).toMatchObject({ errorMessage: "boom", errorType: "TypeError", trace: expect.arrayContaining(["TypeError: boom"]) });
    await using g = await bootFunction(providedRuntime, "app.stream", { ...start, "app.js": app });
    const streamed = await g.invoke({});
    expect(streamed.kind === "answer" && Buffer.from(streamed.payload).toString()).toBe("part 0\npart 1\npart 2\n");
    expect(failure(await g.invoke("fail"))).toMatchObject({ errorMessage: "midway" });
    await using h = await bootFunction(providedRuntime, "app.handler", start);
    expect(failure(h.boot)).toMatchObject({ errorType: "Runtime.ImportModuleError", errorMessage: expect.stringMatching(/^Error: Cannot find module 'app'/) });
  });

  test("of Go answers, reports errors and panics, as go1.x and as provided.al2023", { timeout: FIRST_RUN_MS }, async ({ skip }) => {
    const client = await cached(`aws-lambda-go-1.47.0-${digest(GO_PROGRAM)}`, async (dir) => {
      await writeFile(join(dir, "main.go"), GO_PROGRAM);
      await writeFile(join(dir, "go.mod"), "module f\n\ngo 1.21\n\nrequire github.com/aws/aws-lambda-go v1.47.0\n");
      await tool(dir, "go", ["build", "-tags", "lambda.norpc", "-o", "main", "."], { GOFLAGS: "-mod=mod", CGO_ENABLED: "0" });
    }, { slow: true });
    if ("missing" in client) return skip(client.missing);
    const program = await readFile(join(client.dir, "main"));
    await using f = await bootFunction(goRuntime, "bin/main", { "bin/main": program });
    const expected = { got: { a: "ü" }, id: "id-1", arn: ARN, custom: { k: "é" } };
    expect(answer(await f.invoke({ a: "ü" }, { requestId: "id-1", clientContext: '{"custom":{"k":"é"}}' }))).toEqual(expected);
    expect(f.logs).toContain("handling");
    expect(failure(await f.invoke({ do: "fail" }))).toEqual({ errorMessage: "boom", errorType: "errorString" });
    expect(failure(await f.invoke({ do: "panic" }))).toMatchObject({ errorMessage: "oh", errorType: "string", stackTrace: expect.any(Array) });
    await f.instance().revive(5000);
    expect(await f.invoke({ do: "exit" })).toMatchObject({ kind: "exit", code: 7 });
    await using g = await bootFunction(providedRuntime, "any", { bootstrap: program });
    expect(answer(await g.invoke({ a: "ü" }, { requestId: "id-1", clientContext: '{"custom":{"k":"é"}}' }))).toEqual(expected);
  });

  test("of Rust answers, reports errors and panics", { timeout: FIRST_RUN_MS }, async ({ skip }) => {
    const client = await cached(`lambda_runtime-0.13-${digest(RUST_PROGRAM)}`, async (dir) => {
      await tool(dir, "cargo", ["init", "--quiet", "--vcs", "none", "--name", "f", "."]);
      await tool(dir, "cargo", ["add", "--quiet", "lambda_runtime@0.13", "--no-default-features"]);
      await tool(dir, "cargo", ["add", "--quiet", "serde_json@1"]);
      await tool(dir, "cargo", ["add", "--quiet", "tokio@1", "--features", "macros,rt"]);
      await writeFile(join(dir, "src/main.rs"), RUST_PROGRAM);
      await tool(dir, "cargo", ["build", "--quiet", "--config", "profile.dev.debug=false"]);
    }, { slow: true });
    if ("missing" in client) return skip(client.missing);
    await using f = await bootFunction(providedRuntime, "any", { bootstrap: await readFile(join(client.dir, "target/debug/f")) });
    expect(answer(await f.invoke({ a: "ü" }, { requestId: "id-1" }))).toEqual({ got: { a: "ü" }, id: "id-1", arn: ARN });
    expect(f.logs).toContain("handling");
    expect(failure(await f.invoke({ do: "fail" }))).toMatchObject({ errorMessage: "boom", errorType: expect.any(String) });
    expect(failure(await f.invoke({ do: "panic" }))).toMatchObject({ errorMessage: expect.stringContaining("oh") });
  });
});

describe("A go1.x function", () => {
  test("whose program is not in the package can not start", async () => {
    await using f = await bootFunction(goRuntime, "main", { other: "" });
    expect(f.boot).toEqual({ kind: "no-entrypoint", reason: "fork/exec /var/task/main: no such file or directory" });
    await using g = await bootFunction(goRuntime, "../../bin/sh", { other: "" });
    expect(g.boot).toMatchObject({ kind: "no-entrypoint" });
  });
});

const GO_PROGRAM = `package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func handle(ctx context.Context, event map[string]any) (any, error) {
	fmt.Println("handling")
	switch event["do"] {
	case "fail":
		return nil, errors.New("boom")
	case "panic":
		panic("oh")
	case "exit":
		os.Exit(7)
	}
	lc, _ := lambdacontext.FromContext(ctx)
	return map[string]any{"got": event, "id": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "custom": lc.ClientContext.Custom}, nil
}

func main() { lambda.Start(handle) }
`;

const RUST_PROGRAM = `use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("handling");
    if event.payload["do"] == "fail" {
        return Err("boom".into());
    }
    if event.payload["do"] == "panic" {
        panic!("oh");
    }
    Ok(json!({ "got": event.payload, "id": event.context.request_id, "arn": event.context.invoked_function_arn }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
`;
