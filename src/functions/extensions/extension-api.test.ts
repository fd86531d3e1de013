// What the Extensions API and the Telemetry API refuse, with the original's words; the test is the extension.
import { describe, expect, test } from "vitest";
import { fixedVersion } from "../../../test/boot-function.ts";
import { systemClock } from "../../main/system-clock.ts";
import { openSandboxApi } from "../runners/sandbox-api.ts";
import { telemetryHub } from "../telemetry/hub.ts";
import { openSubscriptions } from "../telemetry/subscriptions.ts";
import { Crew, type ExtensionFailure } from "./crew.ts";
import { extensionRoute } from "./extension-api.ts";

async function api(external: readonly string[] = ["ext"]) {
  const failures: ExtensionFailure[] = [];
  const crew = new Crew(external, (failure) => failures.push(failure));
  const hub = telemetryHub();
  hub.open();
  const subscriptions = openSubscriptions({ hub, clock: systemClock, jsonLines: false, onSubscribed: () => {} });
  const endpoint = await openSandboxApi();
  endpoint.use(extensionRoute(crew, subscriptions, fixedVersion("nodejs22.x", "index.handler")));
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`http://${endpoint.address}${path}`, { method, headers, ...(text === undefined ? {} : { body: text }) });
    return { status: response.status, body: JSON.parse(await response.text()) as unknown, headers: response.headers };
  };
  const register = async (name: string, events: readonly string[] = [], headers = {}) => await call("POST", "/2020-01-01/extension/register", { events }, { "Lambda-Extension-Name": name, ...headers });
  const registered = async (name: string, events: readonly string[] = []) => ({ "Lambda-Extension-Identifier": (await register(name, events)).headers.get("lambda-extension-identifier") ?? "" });
  return {
    crew, subscriptions, failures, call, register, registered,
    next: (me: Record<string, string>) => call("GET", "/2020-01-01/extension/event/next", undefined, me),
    [Symbol.asyncDispose]: async () => {
      subscriptions.close();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

const refused = (errorType: string, errorMessage: unknown) => ({ status: 403, body: { errorType, errorMessage } });
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

describe.concurrent("The Extensions API", () => {
  test("registers external extensions by their file's name and internal ones by any other", async () => {
    await using a = await api();
    expect(await a.register("ext", ["INVOKE", "SHUTDOWN"])).toMatchObject({ status: 200, body: { functionName: "f", functionVersion: "$LATEST", handler: "index.handler" } });
    expect((await a.register("inner", ["INVOKE"], { "Lambda-Extension-Accept-Feature": "other, accountId" })).body).toMatchObject({ accountId: "000000000000" });
    expect(await a.register("ext")).toMatchObject(refused("Extension.InvalidExtensionState", "State transition from Registered to Registered failed for extension ext. Error: State transition is not allowed"));
    expect(await a.register("inner")).toMatchObject(refused("Extension.InvalidExtensionState", "Extension with this name already registered"));
  });

  test("refuses what can not be registered", async () => {
    await using a = await api();
    expect(await a.register("")).toMatchObject(refused("Extension.InvalidExtensionName", "Empty extension name"));
    expect(await a.register("ext", ["WAKE"])).toMatchObject(refused("Extension.InvalidEventType", "WAKE: ErrorInvalidEventType"));
    expect(await a.register("inner", ["SHUTDOWN"])).toMatchObject(refused("Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"));
    expect(await a.call("POST", "/2020-01-01/extension/register", "{", { "Lambda-Extension-Name": "x" })).toMatchObject(refused("InvalidRequestFormat", expect.any(String)));
    for (let n = 0; n < 9; n++) expect((await a.register(`inner${n}`)).status).toBe(200);
    expect(await a.register("inner9")).toMatchObject(refused("Extension.TooManyExtensions", "Extension limit (10) reached"));
    a.crew.close();
    expect(await a.register("late")).toMatchObject(refused("Extension.RegistrationClosed", "Extension registration closed already"));
  });

  test("wants to know who calls", async () => {
    await using a = await api();
    for (const path of ["event/next", "init/error", "exit/error"]) {
      const call = (headers: Record<string, string>) => a.call(path === "event/next" ? "GET" : "POST", `/2020-01-01/extension/${path}`, undefined, headers);
      expect(await call({})).toMatchObject(refused("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"));
      expect(await call({ "Lambda-Extension-Identifier": "me" })).toMatchObject(refused("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"));
      expect(await call({ "Lambda-Extension-Identifier": UNKNOWN })).toMatchObject(refused("Extension.UnknownExtensionIdentifier", `Unknown extension ${UNKNOWN}`));
    }
  });

  test("takes one report of an error, in the right state, with its type", async () => {
    await using a = await api();
    const me = await a.registered("ext");
    const report = (path: string, type?: string) => a.call("POST", `/2020-01-01/extension/${path}/error`, {}, { ...me, ...(type === undefined ? {} : { "Lambda-Extension-Function-Error-Type": type }) });
    expect(await report("init")).toMatchObject(refused("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found"));
    expect(await report("init", "Ext.Bad")).toMatchObject({ status: 202, body: { status: "OK" } });
    expect((await report("init", "Ext.Other")).status).toBe(202);
    expect(await report("exit", "Ext.Bad")).toMatchObject(refused("Extension.InvalidExtensionState", expect.stringMatching(/^State transition from InitError to ExitError failed for extension [0-9a-f-]{36}\. Error: State transition is not allowed$/)));
    expect((await a.next(me)).status).toBe(403);
    a.crew.exited("ext", { code: 0, signal: undefined });
    expect(a.failures).toEqual([{ errorType: "Extension.InitError", message: "exit code 0" }]);
    expect(a.crew.members[0]).toMatchObject({ state: "InitError", errorType: "Ext.Bad" });
  });

  test("gives each event once to those who asked for it, and keeps the last one for who was away", async () => {
    await using a = await api(["ext", "quiet"]);
    const me = await a.registered("ext", ["INVOKE", "SHUTDOWN"]);
    const quiet = await a.registered("quiet", []);
    void a.next(quiet).catch(() => {});
    const first = a.next(me);
    await a.crew.ready();
    expect(await a.next(me)).toMatchObject(refused("Extension.InvalidExtensionState", expect.stringContaining("from Ready to Ready")));
    const invocation = { requestId: "r", invokedArn: "arn", deadlineMs: 9, payload: Buffer.from(""), clientContext: undefined, traceId: "Root=1" };
    a.crew.invoke(invocation);
    const { body, headers } = await first;
    expect(body).toEqual({ eventType: "INVOKE", deadlineMs: 9, requestId: "r", invokedFunctionArn: "arn", tracing: { type: "X-Amzn-Trace-Id", value: "Root=1" } });
    expect(headers.get("lambda-extension-event-identifier")).toMatch(/^[0-9a-f-]{36}$/);
    const over = a.crew.shutdown("spindown", 77);
    expect((await a.next(me)).body).toEqual({ eventType: "SHUTDOWN", shutdownReason: "spindown", deadlineMs: 77 });
    a.crew.exited("ext", { code: 1, signal: undefined });
    await over;
    expect(a.failures).toEqual([]);
  });
});

describe.concurrent("The Telemetry API", () => {
  const subscription = { schemaVersion: "2022-07-01", types: ["platform"], destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:4243/x" } };
  const put = async (a: Awaited<ReturnType<typeof api>>, me: Record<string, string>, body: unknown, path = "/2022-07-01/telemetry") => await a.call("PUT", path, body, me);

  test("says all that is wrong with a subscription", async () => {
    await using a = await api();
    const me = await a.registered("ext");
    expect(await put(a, {}, subscription)).toMatchObject(refused("Extension.MissingExtensionIdentifier", expect.any(String)));
    const wrong: readonly [unknown, string][] = [
      ["[]", "the request body is not a JSON object"],
      [{ ...subscription, types: [], destination: { protocol: "HTTP", URI: "http://sandbox.localdomain" } }, "types should not be empty; URI port is not provided"],
      [{ ...subscription, schemaVersion: "2020-01-01" }, "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29"],
      [{ ...subscription, types: ["all"] }, 'unknown type "all"'],
      [{ ...subscription, destination: { protocol: "HTTP", URI: "http://example.com:80/" } }, "URI host should be sandbox.localdomain"],
      [{ ...subscription, destination: { protocol: "TCP", port: 9001 } }, "destination port should be a number from 1 to 65535, and not 9001"],
      [{ ...subscription, buffering: { maxItems: 1, timeoutMs: 30_001 } }, "maxItems should be between 1000 and 10000; timeoutMs should be between 25 and 30000"],
    ];
    for (const [body, errorMessage] of wrong) expect(await put(a, me, body)).toMatchObject({ status: 400, body: { errorType: "ValidationError", errorMessage } });
  });

  test("takes a subscription during the start only, and by one of the two APIs", async () => {
    await using a = await api();
    const me = await a.registered("ext");
    expect(await put(a, me, subscription)).toMatchObject({ status: 200, body: "OK" });
    expect(await put(a, me, { ...subscription, types: ["function"] })).toMatchObject({ status: 200 });
    const older = { types: ["platform"], destination: { protocol: "HTTP", URI: "http://sandbox:4243" } };
    expect(await put(a, me, older, "/2020-08-15/logs")).toMatchObject({ status: 400 });
    expect(await put(a, await a.registered("inner"), older, "/2020-08-15/logs")).toMatchObject({ status: 200, body: "OK" });
    a.subscriptions.closeRegistration();
    expect(await put(a, me, subscription)).toMatchObject(refused("Telemetry.SubscriptionClosed", "Telemetry API subscription is closed"));
    expect(await put(a, me, older, "/2020-08-15/logs")).toMatchObject(refused("Logs.SubscriptionClosed", "Logs API subscription is closed"));
  });
});
