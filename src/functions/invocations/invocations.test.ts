import { describe, expect, test } from "vitest";
import type { Runtime } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import type { LogSettings } from "../log-settings.ts";
import { endingOf, endingOfBoot, type Ending } from "./ending.ts";
import { environmentOf, logStreamName } from "./environment.ts";
import { logTail } from "./log-tail.ts";
import type { PlatformEvent } from "./platform-events.ts";
import { platformLine } from "./platform-lines.ts";

const requestId = "8e827ab1-f155-55ba-b1a9-49dca0a2c6f3";
const node: Runtime = { name: "nodejs24.x", family: "node", version: "24.21.0", exact: true, origin: "bundled", interpreter: "/usr/bin/node", mounts: [], argv: [], env: { PATH: "/opt/node/bin:/bin" } };
const provided: Runtime = { ...node, name: "provided.al2023", family: "provided", version: "", interpreter: "", env: {} };
const text: LogSettings = { group: "/aws/lambda/thumbs", format: "Text", applicationLevel: undefined, systemLevel: undefined };
const version = (logs: Partial<LogSettings> = {}, env: Readonly<Record<string, string>> = {}): Version => ({
  account: "000000000000", region: "eu-west-1", id: "v", name: "thumbs", version: "$LATEST", modifiedMs: 0,
  code: { blobId: "", sha256: "", sizeBytes: 0, unpackedBytes: 0 },
  settings: {
    dialect: "aws", description: "", runtime: "nodejs24.x", handler: "index.handler", role: "", memoryMb: 128, timeoutMs: 1000, tmpMb: 512, env,
    architecture: "x86_64", logs: { ...text, ...logs }, layers: [],
  },
});
const subject = { requestId, timeoutMs: 1000 };
const shown = ({ payload, ...rest }: Ending) => ({ ...rest, payload: Buffer.from(payload).toString() });

describe("what the caller sees", () => {
  const exit = { kind: "exit", code: undefined, signal: undefined, outOfMemory: false } as const;

  test("is the answer itself", () => {
    expect(shown(endingOf({ kind: "answer", payload: Buffer.from("1") }, subject))).toEqual({ payload: "1", functionError: undefined, status: "success", errorType: undefined });
  });

  test("of a timeout names the seconds with two decimals", () => {
    expect(shown(endingOf({ kind: "timeout" }, subject))).toEqual({
      payload: `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ${requestId} Error: Task timed out after 1.00 seconds"}`,
      functionError: "Unhandled", status: "timeout", errorType: "Sandbox.Timedout",
    });
  });

  test("of an exit says how the program ended", () => {
    const message = (outcome: Parameters<typeof endingOf>[0]) => JSON.parse(shown(endingOf(outcome, subject)).payload) as unknown;
    const said = (errorType: string, words: string) => ({ errorType, errorMessage: `RequestId: ${requestId} Error: ${words}` });
    expect(message({ ...exit, code: 0 })).toEqual(said("Runtime.ExitError", "Runtime exited without providing a reason"));
    expect(message({ ...exit, code: 127 })).toEqual(said("Runtime.ExitError", "Runtime exited with error: exit status 127"));
    expect(message({ ...exit, signal: "SIGKILL" })).toEqual(said("Runtime.ExitError", "Runtime exited with error: signal: killed"));
    expect(message({ ...exit, signal: "SIGSEGV" })).toEqual(said("Runtime.ExitError", "Runtime exited with error: signal: segmentation fault"));
    expect(message({ ...exit, signal: "SIGKILL", outOfMemory: true })).toEqual(said("Runtime.OutOfMemory", "Runtime exited with error: signal: killed"));
  });

  test("of an answer too large keeps the limit and the instance", () => {
    expect(shown(endingOf({ kind: "too-large", sizeBytes: 7_000_000, bytesMax: 6_291_556 }, subject))).toMatchObject({
      payload: '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}', status: "error",
    });
  });

  test("of a program that is not there names where it was sought, or why it can not run", () => {
    expect(JSON.parse(shown(endingOfBoot({ kind: "no-entrypoint" }, subject)).payload)).toEqual({
      errorType: "Runtime.InvalidEntrypoint", errorMessage: `RequestId: ${requestId} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]`,
    });
    const reason = "fork/exec /var/task/bootstrap: permission denied";
    expect(shown(endingOfBoot({ kind: "no-entrypoint", reason }, subject)).payload).toContain(reason);
  });

  test("of an error reported at the start is that error", () => {
    const boot = { kind: "error", payload: Buffer.from("{}"), errorType: "Runtime.ImportModuleError", initMs: 5 } as const;
    expect(shown(endingOfBoot(boot, subject))).toEqual({ payload: "{}", functionError: "Unhandled", status: "failure", errorType: "Runtime.ImportModuleError" });
  });
});

describe("the platform's lines", () => {
  const success: Ending = { payload: Buffer.from("ok"), functionError: undefined, status: "success", errorType: undefined };
  const figures = { durationMs: 133.607, billedMs: 214, memoryPeakMb: 31, initMs: 80 };
  const report = (ending: Ending, initMs: number | undefined = undefined): PlatformEvent => ({ kind: "report", requestId, ending, figures: { ...figures, initMs } });
  const line = (event: PlatformEvent, logs: Partial<LogSettings> = {}) => platformLine(event, version(logs), 1_700_000_000_123);

  test("in text are what parsers know", () => {
    expect(line({ kind: "start", requestId })).toBe(`START RequestId: ${requestId} Version: $LATEST\n`);
    expect(line({ kind: "end", requestId, ending: success, durationMs: 1 })).toBe(`END RequestId: ${requestId}\n`);
    expect(line(report(success, 80))).toBe(
      `REPORT RequestId: ${requestId}\tDuration: 133.61 ms\tBilled Duration: 214 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\tInit Duration: 80.00 ms\t\n`,
    );
    expect(line(report(endingOf({ kind: "timeout" }, subject)))).toMatch(/\tMax Memory Used: 31 MB\tStatus: timeout\n$/);
    const crash = endingOf({ kind: "exit", code: 1, signal: undefined, outOfMemory: false }, subject);
    expect(line(report(crash))).toMatch(/\tMax Memory Used: 31 MB\tStatus: error\tError Type: Runtime.ExitError\n$/);
    const thrown = endingOf({ kind: "error", payload: Buffer.from("{}"), errorType: "Error", fatal: false }, subject);
    expect(line(report(thrown))).toMatch(/\tMax Memory Used: 31 MB\t\n$/);
  });

  test("tell of the start of an instance, and of its failure", () => {
    expect(line({ kind: "initStart", runtime: node, phase: "init", logStream: "s" })).toMatch(
      /^INIT_START Runtime Version: nodejs:24\.21\.0\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}\n$/,
    );
    expect(line({ kind: "initStart", runtime: provided, phase: "init", logStream: "s" })).toContain("Runtime Version: provided:al2023\t");
    const init = { kind: "initReport", phase: "init", durationMs: 9999.789 } as const;
    expect(line({ ...init, status: "timeout", errorType: undefined })).toBe("INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout\n");
    expect(line({ ...init, phase: "invoke", status: "failure", errorType: "Runtime.ExitError" })).toBe("INIT_REPORT Init Duration: 9999.79 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\n");
    expect(line({ ...init, status: "success", errorType: undefined })).toBeUndefined();
    expect(line({ ...init, status: "success", errorType: undefined, initialization: "provisioned-concurrency" })).toBe("INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\t\n");
  });

  test("tell of extensions and their subscriptions", () => {
    expect(line({ kind: "extension", name: "x", state: "Ready", events: ["INVOKE", "SHUTDOWN"], errorType: undefined })).toBe("EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n");
    expect(line({ kind: "extension", name: "x", state: "LaunchError", events: [], errorType: "PermissionDenied" })).toBe("EXTENSION\tName: x\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n");
    expect(line({ kind: "subscription", api: "logs", name: "x", types: ["platform"] })).toBe("LOGS\tName: x\tState: Subscribed\tTypes: [Platform]\n");
  });

  test("as JSON are the telemetry events, down to the level asked for", () => {
    const json = (event: PlatformEvent, systemLevel?: string) => {
      const message = line(event, { format: "JSON", systemLevel });
      return message === undefined ? undefined : (JSON.parse(message) as unknown);
    };
    expect(json({ kind: "start", requestId })).toEqual({ time: "2023-11-14T22:13:20.123Z", type: "platform.start", record: { requestId, version: "$LATEST" } });
    expect(json(report(success, 80))).toMatchObject({
      type: "platform.report",
      record: { requestId, status: "success", metrics: { durationMs: 133.607, billedDurationMs: 214, memorySizeMB: 128, maxMemoryUsedMB: 31, initDurationMs: 80 } },
    });
    const done: PlatformEvent = { kind: "end", requestId, ending: success, durationMs: 2 };
    expect(json(done)).toBeUndefined();
    expect(json(done, "DEBUG")).toMatchObject({ type: "platform.runtimeDone", record: { metrics: { producedBytes: 2 } } });
    expect(json({ ...done, ending: endingOf({ kind: "timeout" }, subject) }, "WARN")).toMatchObject({ record: { status: "timeout" } });
    expect(json({ kind: "start", requestId }, "WARN")).toBeUndefined();
  });
});

describe("the environment", () => {
  const facts = { credentials: { accessKeyId: "AKIA", secretAccessKey: "secret", sessionToken: "token" }, endpointUrl: "http://127.0.0.1:4566", logStream: "stream", initialization: "on-demand" as const };

  test("has every reserved name, which a function can not change, and defaults, which it can", () => {
    const env = environmentOf(version({}, { LANG: "C", AWS_REGION: "mars-1", MINE: "1" }), node, facts);
    expect(env).toMatchObject({
      _HANDLER: "index.handler", AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x", AWS_LAMBDA_FUNCTION_NAME: "thumbs", AWS_LAMBDA_FUNCTION_VERSION: "$LATEST", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand", AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/thumbs", AWS_LAMBDA_LOG_STREAM_NAME: "stream", LAMBDA_TASK_ROOT: "/var/task",
      LAMBDA_RUNTIME_DIR: "/var/runtime", LANG: "C", TZ: ":UTC", MINE: "1", AWS_ENDPOINT_URL: "http://127.0.0.1:4566", PATH: "/opt/node/bin:/bin",
      NODE_PATH: "/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task", AWS_LAMBDA_LOG_FORMAT: "Text",
    });
    expect(env).not.toHaveProperty("AWS_LAMBDA_LOG_LEVEL");
  });

  test("of a custom runtime names no managed one", () => {
    const env = environmentOf(version({ format: "JSON", applicationLevel: "WARN" }), provided, facts);
    expect(env).not.toHaveProperty("AWS_EXECUTION_ENV");
    expect(env).not.toHaveProperty("NODE_PATH");
    expect(env).toMatchObject({ AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "WARN" });
  });

  test("names a log stream per instance, with the function's name in a group of one's own", () => {
    const random = "0123456789abcdef0123456789abcdef";
    expect(logStreamName(version(), 1_700_000_000_000, random)).toBe(`2023/11/14/[$LATEST]${random}`);
    expect(logStreamName(version({ group: "ours" }), 1_700_000_000_000, random)).toBe(`2023/11/14/thumbs[$LATEST]${random}`);
  });
});

test("the tail of a log is its last bytes, whole when it is short", () => {
  const tail = logTail(10);
  tail.add("one\n");
  expect(Buffer.from(tail.bytes()).toString()).toBe("one\n");
  for (let round = 0; round < 1000; round++) tail.add(`${round}\n`);
  expect(Buffer.from(tail.bytes()).toString()).toBe("7\n998\n999\n");
});
