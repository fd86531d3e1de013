// LoggingConfig as clients set it and as CloudWatch Logs shows its effect: formats, levels, groups of one's own.
import { CreateFunctionCommand, GetFunctionConfigurationCommand, InvokeCommand, UpdateFunctionConfigurationCommand, type LoggingConfig, type Runtime } from "@aws-sdk/client-lambda";
import { DescribeLogStreamsCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, has, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

const hasPython = await has("python3", "--version");

let cloud: TestCloud;
beforeAll(async () => void (cloud = await startCloud()));
afterAll(async () => cloud[Symbol.asyncDispose]());

const node = {
  Runtime: "nodejs24.x", Handler: "index.handler",
  files: { "index.mjs": `
    console.info("starting");
    export const handler = async (event) => {
      for (const method of ["trace", "debug", "info", "log", "warn", "error"]) console[method](method, { n: 1 });
      console.log({ key: "value" });
      console.error(new RangeError("shown"));
      console.log("two\\nlines");
      process.stdout.write("plain\\n");
      if (event.fail) throw new TypeError("boom");
    };` },
} as const;
const python = {
  Runtime: "python3.12", Handler: "app.handler",
  files: { "app.py": `
import logging
def handler(event, context):
    logger = logging.getLogger("mine")
    for name in ("debug", "info", "warning", "error", "critical"): getattr(logger, name)(name, extra={"n": 1})
    print("plain")
    if event.get("fail"): raise ValueError("boom")
` },
} as const;

interface Line {
  readonly text: string;
  readonly json: Record<string, unknown> | undefined;
}

describe("a function's log", () => {
  const make = async (FunctionName: string, of: typeof node | typeof python, LoggingConfig?: LoggingConfig) =>
    await cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: of.Runtime as Runtime, Handler: of.Handler, Role: ROLE, Code: { ZipFile: zipOf(of.files) }, ...(LoggingConfig ? { LoggingConfig } : {}) }));
  /** All lines of the group once the invocation's report is there. */
  const run = async (FunctionName: string, event: unknown = {}, logGroupName = `/aws/lambda/${FunctionName}`): Promise<readonly Line[]> => {
    const reply = await cloud.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }));
    const requestId = reply.$metadata.requestId ?? "";
    return await eventually("a report", async () => {
      const { events = [] } = await cloud.logs.send(new FilterLogEventsCommand({ logGroupName })).catch(() => ({ events: [] }));
      const lines = events.map(({ message = "" }) => ({ text: message, json: message.startsWith("{") ? (JSON.parse(message) as Record<string, unknown>) : undefined }));
      // Below its level the report is missing; then the last line of the function has to do.
      return lines.some(({ text }) => text.includes(requestId) && /REPORT|platform\.(report|runtimeDone)/.test(text)) ? lines : undefined;
    });
  };
  const application = (lines: readonly Line[]) => lines.flatMap(({ json }) => (json && "timestamp" in json ? [json] : []));
  const platform = (lines: readonly Line[]) => lines.flatMap(({ json }) => (json && "type" in json ? [json as { type: string; record: Record<string, unknown> }] : []));

  test("of Node.js as text names time, request, level and message", async () => {
    const made = await make("text", node);
    const lines = (await run("text")).map(({ text }) => text);
    const { RuntimeVersionConfig } = await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "text" }));
    expect(lines[0]).toMatch(new RegExp(`^INIT_START Runtime Version: nodejs:24\\.\\S+\tRuntime Version ARN: ${RuntimeVersionConfig?.RuntimeVersionArn}\n$`));
    expect(made.RuntimeVersionConfig).toEqual(RuntimeVersionConfig);
    expect(lines.find((text) => text.includes("starting"))).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tundefined\tINFO\tstarting\n$/);
    const said = (level: string, words: string) => expect.stringMatching(new RegExp(`^\\S+Z\\t[0-9a-f-]{36}\\t${level}\\t${words}\\n`));
    expect(lines).toEqual(expect.arrayContaining([said("TRACE", "trace \\{ n: 1 \\}"), said("DEBUG", "debug \\{ n: 1 \\}"), said("INFO", "log \\{ n: 1 \\}"), said("WARN", "warn \\{ n: 1 \\}"), said("ERROR", "RangeError: shown"), said("INFO", "two\\nlines"), "plain\n"]));
  });

  test("of Node.js as JSON has one object per line, from the level that was set", async () => {
    await make("json", node, { LogFormat: "JSON", ApplicationLogLevel: "WARN", SystemLogLevel: "DEBUG" });
    const lines = await run("json", { fail: true });
    const common = { timestamp: expect.stringMatching(/^\S+\.\d{3}Z$/), requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(application(lines)).toEqual([
      { ...common, level: "WARN", message: "warn { n: 1 }" },
      { ...common, level: "ERROR", message: "error { n: 1 }" },
      { ...common, level: "ERROR", message: { errorType: "RangeError", errorMessage: "shown", stackTrace: expect.arrayContaining(["RangeError: shown"]) } },
      { ...common, level: "ERROR", message: { errorType: "TypeError", errorMessage: "boom", stackTrace: expect.arrayContaining(["TypeError: boom"]) } },
    ]);
    expect(platform(lines).map(({ type }) => type)).toEqual(["platform.initStart", "platform.initRuntimeDone", "platform.initReport", "platform.start", "platform.runtimeDone", "platform.report"]);
    expect(platform(lines).at(-1)?.record).toMatchObject({ status: "error", metrics: { billedDurationMs: expect.any(Number), memorySizeMB: 128 } });
    expect(lines.map(({ text }) => text)).toContain("plain\n");
  });

  test("as JSON leaves out what is below INFO when nothing else is asked, and what is below WARN when that is", async () => {
    const made = await make("levels", node, { LogFormat: "JSON" });
    expect(made.LoggingConfig).toEqual({ LogFormat: "JSON", LogGroup: "/aws/lambda/levels", ApplicationLogLevel: "INFO", SystemLogLevel: "INFO" });
    const lines = await run("levels");
    expect(application(lines).map(({ level }) => level)).toEqual(["INFO", "INFO", "INFO", "WARN", "ERROR", "INFO", "ERROR", "INFO"]);
    expect(application(lines).map(({ message }) => message)).toEqual(expect.arrayContaining([{ key: "value" }, "two\nlines"]));
    expect(application(lines)[0]).toEqual({ timestamp: expect.any(String), level: "INFO", message: "starting" });
    expect(platform(lines).map(({ type }) => type)).toEqual(["platform.initStart", "platform.start", "platform.report"]);
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "levels", LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "FATAL", SystemLogLevel: "WARN" } }));
    const after = (await run("levels", { fail: true })).slice(lines.length);
    expect(after.filter(({ json }) => json).map(({ json }) => json?.["type"])).toEqual(["platform.runtimeDone"]);
    await expect(make("wrong", node, { LogFormat: "Text", SystemLogLevel: "WARN" })).rejects.toMatchObject({ name: "InvalidParameterValueException" });
  });

  test("goes to a group of one's own, into a stream that names the function", async () => {
    for (const name of ["shared-a", "shared-b"]) await make(name, node, { LogGroup: "/ours/shared" });
    await run("shared-a", {}, "/ours/shared");
    await run("shared-b", {}, "/ours/shared");
    const { logStreams = [] } = await cloud.logs.send(new DescribeLogStreamsCommand({ logGroupName: "/ours/shared" }));
    expect(logStreams.map(({ logStreamName = "" }) => logStreamName.replace(/^\d{4}\/\d\d\/\d\d\/|[0-9a-f]{32}$/g, "")).sort()).toEqual(["shared-a[$LATEST]", "shared-b[$LATEST]"]);
  });

  test.skipIf(!hasPython)("of Python has the members of its own JSON (skipped without python3)", async () => {
    await make("snake", python, { LogFormat: "JSON", ApplicationLogLevel: "TRACE" });
    const lines = await run("snake", { fail: true });
    const common = { timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), logger: "mine", requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), n: 1 };
    const said = (level: string) => ({ ...common, level, message: level.toLowerCase() });
    expect(application(lines)).toEqual([
      ...["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"].map(said),
      { timestamp: common.timestamp, log_level: "ERROR", errorMessage: "boom", errorType: "ValueError", requestId: common.requestId, stackTrace: [expect.stringContaining("in handler")] },
    ]);
    expect(lines.map(({ text }) => text)).toContain("plain\n");
  });
});
