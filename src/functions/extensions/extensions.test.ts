// Extensions as functions have them: real programs in real sandboxes, from their registration to their last event.
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { FunctionRef } from "../function.ts";
import { bashRuntime, extensionProgram, extensionPython, optDir, subscriber, type OptDir } from "../../../test/extension-programs.ts";
import { openTestHeart, type TestHeart } from "../../../test/open-test-heart.ts";

const possible = extensionPython !== undefined && spawnSync("curl", ["--version"]).status === 0;
const escape = (text: string): string => text.replaceAll(/[{}()[\]|.*+?^$\\]/g, String.raw`\$&`);
const custom = { runtime: "provided.al2023", handler: "any.thing" };
const echo = {
  "index.mjs": "export const handler = async (event) => { console.log('handling'); if (event === 'die') process.exit(3); if (event === 'fill') { const all = []; for (;;) all.push(Buffer.alloc(2e7, 1)); } if (event === 'hang') await new Promise(() => setInterval(() => {}, 999)); return event; };",
};

describe.skipIf(!possible).concurrent("An extension (skipped without python3 in /usr, or without curl)", () => {
  const opts = new Map<string, OptDir>();
  let on: TestHeart;
  beforeAll(async () => {
    on = await openTestHeart({ optOf: (name) => opts.get(name)?.dir });
  });
  afterAll(async () => {
    await on[Symbol.asyncDispose]();
    for (const { remove } of opts.values()) remove();
  });
  const deploy = async (name: string, extensions: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>, settings: Parameters<TestHeart["deploy"]>[2] = {}): Promise<FunctionRef> => {
    opts.set(name, optDir(extensions));
    return await on.deploy(name, files, settings);
  };
  const invoke = async (ref: FunctionRef, event: unknown, options: Parameters<TestHeart["invoke"]>[2] = {}) => {
    const result = await on.invoke(ref, event, options);
    return { ...result, payload: JSON.parse(Buffer.from(result.payload).toString()) as unknown };
  };
  const eventually = async (holds: () => void): Promise<void> => await vi.waitFor(holds, { timeout: 10_000, interval: 20 });
  /** The first line that starts so, waited for. */
  const line = async (ref: FunctionRef, start: string): Promise<string> => {
    await eventually(() => expect(on.linesOf(ref)).toContainEqual(expect.stringMatching(new RegExp(`^${escape(start)}`))));
    return on.linesOf(ref).find((text) => text.startsWith(start)) ?? "";
  };
  const heard = (ref: FunctionRef) =>
    on.linesOf(ref).filter((text) => text.startsWith("heard ")).map((text) => JSON.parse(text.slice("heard ".length)) as { readonly type: string; readonly time: string; readonly record: Record<string, unknown> });
  const recordOf = async (ref: FunctionRef, type: string, nth = 0): Promise<Record<string, unknown>> => {
    const found = () => heard(ref).filter((event) => event.type === type);
    await eventually(() => expect(found().length, `${type} among ${JSON.stringify(heard(ref))}`).toBeGreaterThan(nth));
    return found()[nth]?.record ?? {};
  };

  test("of its own process starts first, lives beside a custom runtime, and is waited for after the answer", async () => {
    const ref = await deploy("beside", { watcher: extensionProgram("say('env', json.dumps(dict(os.environ)))", { dwellMs: 400 }) }, { bootstrap: bashRuntime }, { ...custom, env: { MINE: "yes" } });
    const first = await invoke(ref, { n: 1 });
    expect(first).toMatchObject({ payload: { got: { n: 1 } }, functionError: undefined });
    const report = await line(ref, "REPORT");
    const figure = (name: string): number => Number(new RegExp(`\t${name}: ([\\d.]+) ms`).exec(report)?.[1]);
    // The answer came before the extension was through, the bill after.
    expect(figure("Duration")).toBeGreaterThan(Math.max(400, first.durationMs));
    expect(figure("Billed Duration")).toBeGreaterThanOrEqual(Math.ceil(figure("Duration") + (first.initMs ?? 0)) - 1);
    // Extension and runtime write at the same time: which of them is first is nobody's promise.
    const words = on.linesOf(ref).map((text) => text.split(/[ \t]/)[0]);
    expect([...words.slice(0, 6), ...words.slice(6, 8).toSorted(), ...words.slice(8)]).toEqual(["INIT_START", "registered", "env", "runtime", "EXTENSION", "START", "answering\n", "event", "END", "REPORT"]);
    expect(await line(ref, "EXTENSION")).toBe("EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n");
    expect(await line(ref, "registered")).toBe('registered 200 {"functionName":"beside","functionVersion":"$LATEST","handler":"any.thing","accountId":"000000000000"}\n');
    const env = JSON.parse((await line(ref, "env ")).slice(4)) as Record<string, string>;
    expect(env).toMatchObject({ MINE: "yes", AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "AKIATEST", AWS_LAMBDA_FUNCTION_NAME: "beside" });
    for (const hidden of ["_HANDLER", "_LAMBDA_TELEMETRY_LOG_FD", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_XRAY_CONTEXT_MISSING"]) expect(env).not.toHaveProperty(hidden);
    expect(await line(ref, "runtime starts")).toContain("with 1 handler");

    const whole = await invoke(ref, 2, { logTail: true });
    expect(whole.durationMs).toBeGreaterThan(400);
    expect(Buffer.from(whole.logTail ?? []).toString()).toMatch(/^START[\s\S]*"eventType":"INVOKE"[\s\S]*REPORT/);

    await on.deploy(ref.name, { bootstrap: bashRuntime }, custom);
    expect(await line(ref, 'event {"eventType":"SHUTDOWN"')).toMatch(/"shutdownReason":"spindown","deadlineMs":\d+\}\n$/);
    expect(on.linesOf(ref)).toContain("runtime got TERM\n");
  });

  test("hears what happens by the Telemetry API, over HTTP", async () => {
    const ref = await deploy("listened", { ear: extensionProgram(subscriber("telemetry", "HTTP", ["platform", "function"], "2022-12-13")) }, echo);
    await invoke(ref, 1, { requestId: "r1", traceId: "Root=1-2-3" });
    await line(ref, "REPORT");
    await invoke(ref, 2, { requestId: "r2" });
    expect(await recordOf(ref, "platform.runtimeDone", 1)).toMatchObject({ requestId: "r2" });
    expect(await recordOf(ref, "platform.initStart")).toMatchObject({
      initializationType: "on-demand", phase: "init", runtimeVersion: expect.stringMatching(/^nodejs:/), functionName: "listened", functionVersion: "$LATEST", instanceMaxMemory: 256 * 2 ** 20,
      instanceId: expect.stringMatching(/\[\$LATEST\][0-9a-f]{32}$/),
    });
    expect(await recordOf(ref, "platform.telemetrySubscription")).toEqual({ name: "ear", state: "Subscribed", types: ["platform", "function"] });
    expect(await recordOf(ref, "platform.initRuntimeDone")).toEqual({ initializationType: "on-demand", phase: "init", status: "success" });
    expect(await recordOf(ref, "platform.extension")).toEqual({ name: "ear", state: "Ready", events: ["INVOKE", "SHUTDOWN"] });
    expect(await recordOf(ref, "platform.initReport")).toMatchObject({ phase: "init", status: "success", metrics: { durationMs: expect.any(Number) } });
    expect(await recordOf(ref, "platform.start")).toEqual({ requestId: "r1", version: "$LATEST", tracing: { type: "X-Amzn-Trace-Id", value: expect.stringMatching(/^Root=1-2-3/) } });
    expect(await recordOf(ref, "function")).toMatch(/\tr1\tINFO\thandling\n$/);
    const span = (name: string) => ({ name, start: expect.stringMatching(/Z$/), durationMs: expect.any(Number) });
    expect(await recordOf(ref, "platform.runtimeDone")).toMatchObject({
      requestId: "r1", status: "success", metrics: { durationMs: expect.any(Number), producedBytes: 1 }, spans: ["responseLatency", "responseDuration", "runtimeOverhead"].map(span),
    });
    expect(await recordOf(ref, "platform.report")).toMatchObject({
      requestId: "r1", status: "success", metrics: { durationMs: expect.any(Number), billedDurationMs: expect.any(Number), memorySizeMB: 256, maxMemoryUsedMB: expect.any(Number), initDurationMs: expect.any(Number) },
      spans: [span("extensionOverhead")],
    });
    expect(heard(ref).some(({ type }) => type === "extension")).toBe(false);
    expect(await line(ref, "TELEMETRY")).toBe("TELEMETRY\tName: ear\tState: Subscribed\tTypes: [Platform, Function]\n");
  });

  test("hears it by the older Logs API, over TCP, with lines of JSON as text", async () => {
    const ref = await deploy("older", { ear: extensionProgram(subscriber("logs", "TCP", ["platform", "function"], "2021-03-18")) }, echo, {
      logs: { group: "/aws/lambda/older", format: "JSON", applicationLevel: "INFO", systemLevel: "DEBUG" },
    });
    await invoke(ref, 1, { requestId: "r1" });
    await eventually(() => expect(on.linesOf(ref).join("")).toContain("platform.report"));
    await invoke(ref, 2, { requestId: "r2" });
    expect(await recordOf(ref, "platform.runtimeDone", 1)).toEqual({ requestId: "r2", status: "success" });
    expect(await recordOf(ref, "platform.end")).toEqual({ requestId: "r1" });
    expect(await recordOf(ref, "platform.report")).toEqual({ requestId: "r1", metrics: expect.any(Object) });
    expect(await recordOf(ref, "platform.logsSubscription")).toEqual({ name: "ear", state: "Subscribed", types: ["platform", "function"] });
    expect(JSON.parse(String(await recordOf(ref, "function")))).toMatchObject({ level: "INFO", requestId: "r1", message: "handling" });
    expect(heard(ref).map(({ type }) => type)).not.toContain("platform.initStart");
    // The log itself has the platform's events as JSON, down to the level asked for.
    const platform = on.linesOf(ref).filter((text) => text.startsWith('{"time"')).map((text) => (JSON.parse(text) as { readonly type: string }).type);
    expect(platform.slice(0, 8)).toEqual(["initStart", "telemetrySubscription", "initRuntimeDone", "extension", "initReport", "start", "runtimeDone", "report"].map((type) => `platform.${type}`));
  });

  test("is told why the environment ends, and begins again with the next", async () => {
    const ref = await deploy("ending", { watcher: extensionProgram() }, echo, { timeoutMs: 3000 });
    expect(await invoke(ref, "die", { requestId: "r1" })).toMatchObject({ functionError: "Unhandled", payload: { errorType: "Runtime.ExitError", errorMessage: "RequestId: r1 Error: Runtime exited with error: exit status 3" } });
    expect(await line(ref, 'event {"eventType":"SHUTDOWN"')).toContain('"shutdownReason":"failure"');
    expect(await line(ref, "REPORT")).toMatch(/\tStatus: error\tError Type: Runtime.ExitError\n$/);
    expect(await invoke(ref, "hang", { requestId: "r2" })).toMatchObject({ payload: { errorType: "Sandbox.Timedout" } });
    await line(ref, "REPORT RequestId: r2");
    expect(on.linesOf(ref).join("")).toContain('"shutdownReason":"timeout"');
    expect((await invoke(ref, "fine")).payload).toBe("fine");
    expect(on.linesOf(ref).filter((text) => text.startsWith("registered 200"))).toHaveLength(3);
  });

  test("is not blamed when the sandbox ends for memory", async () => {
    const ref = await deploy("filling", { watcher: extensionProgram() }, echo, { memoryMb: 128, timeoutMs: 15_000 });
    expect((await invoke(ref, "fill")).payload).toMatchObject({ errorType: "Runtime.OutOfMemory" });
  });

  test("that does not come back in time lets the invocation time out, after its answer", async () => {
    const ref = await deploy("lazy", { sloth: extensionProgram("", { dwellMs: 30_000 }) }, echo, { timeoutMs: 1000 });
    const result = await invoke(ref, "quick");
    expect(result).toMatchObject({ payload: "quick", functionError: undefined });
    expect(await line(ref, "REPORT")).toMatch(/\tDuration: 1000\.00 ms\t.*\tStatus: timeout\n$/);
  });

  test("that ends, reports an error or can not be started fails the function with its own error type", async () => {
    const failing = async (name: string, program: string, mode?: number) => {
      opts.set(name, optDir({ bad: program }, mode));
      const ref = await on.deploy(name, echo, {});
      const { payload } = await invoke(ref, 1, { requestId: "r" });
      await line(ref, "REPORT");
      return { payload, lines: on.linesOf(ref) };
    };
    const crash = await failing("crashing", extensionProgram("", { beforeRegister: "sys.exit(3)" }));
    expect(crash.payload).toEqual({ errorType: "Extension.Crash", errorMessage: "RequestId: r Error: exit status 3" });
    expect(crash.lines).toContain("EXTENSION\tName: bad\tState: Started\tEvents: []\n");
    expect(crash.lines.join("")).toMatch(/INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Extension.Crash\n[\s\S]*INIT_REPORT .*Phase: invoke\tStatus: error\tError Type: Extension.Crash\n/);
    const told = await failing("telling", extensionProgram("say(*call('POST', '/2020-01-01/extension/init/error', {}, {**me, 'Lambda-Extension-Function-Error-Type': 'My.Reason'})[1:]); sys.exit(0)"));
    expect(told.payload).toEqual({ errorType: "Extension.InitError", errorMessage: "RequestId: r Error: exit code 0" });
    expect(told.lines).toContain("EXTENSION\tName: bad\tState: InitError\tEvents: [INVOKE, SHUTDOWN]\tError Type: My.Reason\n");
    const launch = await failing("launching", "#!/bin/sh\n", 0o644);
    expect(launch.payload).toEqual({ errorType: "Extension.LaunchError", errorMessage: "RequestId: r Error: fork/exec /opt/extensions/bad: permission denied" });
    expect(launch.lines).toContain("EXTENSION\tName: bad\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n");
    const midway = await failing("midway", extensionProgram("call('GET', '/2020-01-01/extension/event/next', None, me); os.kill(os.getpid(), 9)"));
    expect(midway.lines.join("")).toMatch(/REPORT .*Status: error\tError Type: Extension.Crash\n/);
  });

  test("inside the function's own process takes part in invocations and brings the runtime a SIGTERM at the end", async () => {
    const body = `
      const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension/";
      const register = (name, events) => fetch(api + "register", { method: "POST", headers: { "Lambda-Extension-Name": name }, body: JSON.stringify({ events }) });
      process.on("SIGTERM", () => { console.log("got SIGTERM"); process.exit(0); });
      const refused = await (await register("mine", ["INVOKE", "SHUTDOWN"])).json();
      const me = { "Lambda-Extension-Identifier": (await register("mine", ["INVOKE"])).headers.get("lambda-extension-identifier") };
      const seen = [];
      (async () => { for (;;) seen.push((await (await fetch(api + "event/next", { headers: me })).json()).requestId); })();
      export const handler = async () => ({ refused, seen: [...seen], late: await (await register("late", [])).json() });`;
    const ref = await on.deploy("inside", { "index.mjs": body }, {});
    await invoke(ref, 0, { requestId: "r1" });
    expect((await invoke(ref, 0, { requestId: "r2" })).payload).toEqual({
      refused: { errorMessage: "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension", errorType: "Extension.InvalidEventType" },
      seen: expect.arrayContaining(["r1"]),
      late: { errorMessage: "Extension registration closed already", errorType: "Extension.RegistrationClosed" },
    });
    expect(await line(ref, "EXTENSION")).toBe("EXTENSION\tName: mine\tState: Ready\tEvents: [INVOKE]\n");
    await on.deploy("inside", echo, {});
    await eventually(() => expect(on.linesOf(ref).join("")).toContain("got SIGTERM"));
  });
});
