// Functions that trace: what the code finds, what the log says, and where segments can be read.
import { CreateFunctionCommand, InvokeCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startCloud();
  const code = `
    import { createSocket } from "node:dgram";
    import { promisify } from "node:util";
    export const handler = async (event) => {
      const trace = process.env._X_AMZN_TRACE_ID;
      const of = (name) => new RegExp(name + "=([^;]+)").exec(trace)?.[1];
      const [host, port] = process.env.AWS_XRAY_DAEMON_ADDRESS.split(":");
      if (of("Sampled") === "1") {
        const now = Date.now() / 1000;
        const segment = { id: "70de5b6f19ff9a0a", trace_id: of("Root"), parent_id: of("Parent"), type: "subsegment", name: "mine", start_time: now, end_time: now };
        const socket = createSocket("udp4");
        await promisify(socket.send.bind(socket))('{"format":"json","version":1}\\n' + JSON.stringify(segment), Number(port), host);
        socket.close();
      }
      if (event.fail) throw new TypeError("boom");
      return { trace, host, missing: process.env.AWS_XRAY_CONTEXT_MISSING };
    };`;
  const made = await cloud.lambda.send(new CreateFunctionCommand({ FunctionName: "traced", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": code }) }, TracingConfig: { Mode: "Active" } }));
  expect(made.TracingConfig).toEqual({ Mode: "Active" });
});
afterAll(async () => cloud[Symbol.asyncDispose]());

async function invoke(event: object, trace?: string) {
  const command = new InvokeCommand({ FunctionName: "traced", Payload: Buffer.from(JSON.stringify(event)), LogType: "Tail" });
  if (trace !== undefined) command.middlewareStack.add((next) => async (args) => {
    (args.request as { headers: Record<string, string> }).headers["x-amzn-trace-id"] = trace;
    return next(args);
  }, { step: "build" });
  const { Payload, LogResult = "" } = await cloud.lambda.send(command);
  return { answer: JSON.parse(Buffer.from(Payload ?? []).toString()) as Record<string, string>, log: Buffer.from(LogResult, "base64").toString() };
}
/** The segments of a trace, once there are as many. */
const segments = (root: string, count: number) =>
  eventually(`${count} segments of ${root}`, async () => {
    const { events = [] } = await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: "/fugaz/traces", logStreamNames: ["traced"], filterPattern: `{ $.trace_id = "${root}" }` })).catch(() => ({ events: [] }));
    return events.length >= count ? events.map(({ message = "" }) => JSON.parse(message) as Record<string, unknown>) : undefined;
  });
const root = (digit: string): string => `1-5759e988-${digit.repeat(24)}`;

test("the first request of a second is recorded: the service, the function, and what the code itself records", async () => {
  const { answer, log } = await invoke({});
  expect(answer).toMatchObject({ host: "127.0.0.1", missing: "LOG_ERROR", trace: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1;/) });
  const [, trace = "", segment = ""] = /^Root=([^;]+);Parent=([^;]+)/.exec(answer["trace"] ?? "") ?? [];
  expect(log).toMatch(new RegExp(`\\nREPORT RequestId: .*\\nXRAY TraceId: ${trace}\\tSegmentId: ${segment}\\tSampled: true\\t\\n$`));
  const found = await segments(trace, 3);
  const service = found.find(({ origin }) => origin === "AWS::Lambda");
  expect(service).toMatchObject({ name: "traced", http: { response: { status: 200 } }, resource_arn: "arn:aws:lambda:us-east-1:000000000000:function:traced" });
  expect(found.find(({ origin }) => origin === "AWS::Lambda::Function")).toMatchObject({ id: segment, parent_id: service?.["id"], subsegments: [{ name: "Initialization" }, { name: "Invocation" }] });
  expect(found.find(({ name }) => name === "mine")).toMatchObject({ type: "subsegment", parent_id: segment });
});

test("what a caller has decided holds, and a failure is told with its cause", async () => {
  const { log } = await invoke({ fail: true }, `Root=${root("a")};Parent=53995c3f42cd8ad8;Sampled=1`);
  expect(log).toContain(`XRAY TraceId: ${root("a")}\t`);
  const found = await segments(root("a"), 3);
  expect(found.find(({ origin }) => origin === "AWS::Lambda")).toMatchObject({ parent_id: "53995c3f42cd8ad8" });
  expect(found.find(({ origin }) => origin === "AWS::Lambda::Function")).toMatchObject({ fault: true, cause: { exceptions: [{ type: "TypeError", message: "boom" }] } });
  const silent = await invoke({}, `Root=${root("b")};Parent=53995c3f42cd8ad8;Sampled=0`);
  expect(silent.answer["trace"]).toMatch(new RegExp(`^Root=${root("b")};Parent=53995c3f42cd8ad8;Sampled=0;`));
  expect(silent.log).not.toContain("XRAY");
});

test("PassThrough hands on what came and records nothing", async () => {
  await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "traced", TracingConfig: { Mode: "PassThrough" } }));
  const { answer, log } = await invoke({}, `Root=${root("c")};Parent=53995c3f42cd8ad8;Sampled=1`);
  expect(answer).toMatchObject({ host: "169.254.100.1", trace: expect.stringMatching(new RegExp(`^Root=${root("c")};Parent=53995c3f42cd8ad8;Sampled=1;`)) });
  expect(log).not.toContain("XRAY");
  await invoke({}, `Root=${root("d")}`);
  const { events = [] } = await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: "/fugaz/traces", filterPattern: `{ $.trace_id = "${root("c")}" }` }));
  expect(events).toEqual([]);
});
