// Custom runtimes of every make: a shell script with curl, a compiled program with bare sockets, and hand-made requests at the edges.
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { answer, bootFunction, failure, invocation, providedRuntime } from "../../../test/boot-function.ts";
import { compileBootstrap, hasCompiler } from "../../../test/compiled-bootstrap.ts";
import { defaultQuotas } from "../../kernel/quotas.ts";
import { openRuntimeApi } from "./runtime-api-conversation.ts";
import type { Opening, Reply } from "./conversation.ts";
import { openSandboxApi } from "./sandbox-api.ts";

const has = (tool: string): boolean => spawnSync(tool, ["--version"]).status === 0;
const script = (body: string): Record<string, string> => ({ bootstrap: `#!/bin/bash\n${body}\n` });

const LOOP = `set -u
API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
echo starting >&2
while true; do
  HEADERS=$(mktemp)
  EVENT=$(curl -sS -D "$HEADERS" "$API/invocation/next")
  ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  echo "event $EVENT of $_HANDLER"
  case "$EVENT" in
    '"fail"') curl -sS -X POST "$API/invocation/$ID/error" -H 'Lambda-Runtime-Function-Error-Type: Function.Oops' -d '{"errorMessage":"m","errorType":"T"}' ;;
    '"exit"') exit 5 ;;
    '"hang"') sleep 60 ;;
    *) curl -sS -X POST "$API/invocation/$ID/response" -d "{\\"got\\":$EVENT}" ;;
  esac
done`;

describe.skipIf(!has("curl"))("A bootstrap written in bash with curl", () => {
  test("answers, fails, exits, runs out of time, and is revived", async () => {
    await using f = await bootFunction(providedRuntime, "any", script(LOOP));
    expect(answer(await f.invoke({ a: "ü" }))).toEqual({ got: { a: "ü" } });
    expect(f.logs).toEqual(expect.arrayContaining(["starting", 'event {"a":"ü"} of any']));
    const failed = await f.invoke("fail");
    expect(failure(failed)).toEqual({ errorMessage: "m", errorType: "T" });
    expect(failed).toMatchObject({ errorType: "Function.Oops", fatal: false });
    expect(answer(await f.invoke(2))).toEqual({ got: 2 });
    expect(await f.invoke("exit")).toMatchObject({ kind: "exit", code: 5 });
    expect(await f.instance().revive(5000)).toMatchObject({ kind: "ready" });
    expect(await f.invoke("hang", { deadlineMs: Date.now() + 500 })).toEqual({ kind: "timeout" });
    expect(await f.instance().revive(5000)).toMatchObject({ kind: "ready" });
    expect(answer(await f.invoke(3))).toEqual({ got: 3 });
  });

  test("logs a framed message of several lines as one event", async () => {
    const framed = String.raw`printf '\xa5\x5a\x00\x03\0\0\0\x08\0\0\0\0\0\0\0\0one\ntwo\n' >&$_LAMBDA_TELEMETRY_LOG_FD`;
    await using f = await bootFunction(providedRuntime, "any", script(LOOP.replace("echo starting >&2", framed)));
    await f.invoke(1);
    expect(f.logs).toEqual(["one\ntwo", "event 1 of any"]);
  });

  test("reports an init error, and the instance does not stay", async () => {
    const body = `echo trouble; curl -sS -X POST "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error" -H 'Lambda-Runtime-Function-Error-Type: Runtime.Broken' -d '{"errorType":"Runtime.Broken"}'; exit 1`;
    await using f = await bootFunction(providedRuntime, "any", script(body));
    expect(failure(f.boot)).toEqual({ errorType: "Runtime.Broken" });
    expect(f.boot).toMatchObject({ errorType: "Runtime.Broken" });
    expect(f.logs).toContain("trouble");
  });
});

describe("A bootstrap that can not run", () => {
  test("is missing", async () => {
    await using f = await bootFunction(providedRuntime, "any", { "main.sh": "" });
    expect(f.boot).toEqual({ kind: "no-entrypoint" });
  });

  test("may not be executed, or is no program", async () => {
    await using f = await bootFunction(providedRuntime, "any", script("true"), { mode: 0o644 });
    expect(f.boot).toEqual({ kind: "no-entrypoint", reason: "fork/exec /var/task/bootstrap: permission denied" });
    await using g = await bootFunction(providedRuntime, "any", { bootstrap: "echo no shebang" });
    expect(g.boot).toEqual({ kind: "no-entrypoint", reason: "fork/exec /var/task/bootstrap: exec format error" });
  });

  test("leaves before it asks for an event, or never asks", async () => {
    await using f = await bootFunction(providedRuntime, "any", script("echo bye; exit 3"));
    expect(f.boot).toMatchObject({ kind: "exit", code: 3 });
    expect(f.logs).toEqual(["bye"]);
    await using g = await bootFunction(providedRuntime, "any", script("sleep 60"), { initTimeoutMs: 200 });
    expect(g.boot).toMatchObject({ kind: "timeout" });
  });
});

describe("A compiled bootstrap", () => {
  test.skipIf(!hasCompiler)("answers over a connection it keeps (skipped without gcc)", async () => {
    await using f = await bootFunction(providedRuntime, "any", { bootstrap: compileBootstrap() });
    expect(answer(await f.invoke({ n: 1 }, { requestId: "id-1" }))).toEqual({ compiled: { n: 1 } });
    expect(answer(await f.invoke({ n: 2 }, { requestId: "id-2" }))).toEqual({ compiled: { n: 2 } });
    expect(f.logs).toEqual(["answering id-1", "answering id-2"]);
  });
});

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A conversation without a program: the test is the runtime. */
async function api() {
  const openings: Opening[] = [];
  const replies: Reply[] = [];
  const endpoint = await openSandboxApi();
  const conversation = openRuntimeApi({ opened: (opening) => openings.push(opening), replied: (reply) => replies.push(reply), waiting: () => {}, broken: () => {}, unreachable: () => {} }, endpoint, { responseBytesMax: defaultQuotas.syncResponseBytesMax });
  const port = Number(endpoint.address.split(":")[1]);
  const call = (method: string, path: string, body: string | Buffer = "", headers: Record<string, string> = {}, trailers: Record<string, string> = {}): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, method, path: `/2018-06-01${path}`, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      });
      sent.on("error", reject);
      if (Object.keys(trailers).length > 0) sent.write(body);
      sent.addTrailers(trailers);
      sent.end(Object.keys(trailers).length > 0 ? undefined : body);
    });
  return { conversation, openings, replies, port, call, [Symbol.asyncDispose]: async () => await endpoint[Symbol.asyncDispose]() };
}

const NEXT = ["GET", "/runtime/invocation/next"] as const;

describe("The runtime API", () => {
  test("gives an event with its headers, leaves out the empty ones, and delivers it again on request", async () => {
    await using a = await api();
    const waiting = a.call(...NEXT);
    await expect.poll(() => a.openings).toEqual([{ kind: "ready" }]);
    a.conversation.ask(invocation({ x: 1 }, { requestId: "r1", deadlineMs: 99, traceId: "Root=1", clientContext: '{"a":1}' }));
    const { status, body, headers } = await waiting;
    expect([status, body]).toEqual([200, '{"x":1}']);
    expect(headers).toMatchObject({ "content-type": "application/json", "lambda-runtime-aws-request-id": "r1", "lambda-runtime-deadline-ms": "99", "lambda-runtime-trace-id": "Root=1", "lambda-runtime-client-context": '{"a":1}' });
    expect(headers).not.toHaveProperty("lambda-runtime-cognito-identity");
    expect((await a.call(...NEXT)).body).toBe('{"x":1}');
    expect(await a.call("POST", "/runtime/invocation/r1/response", "7")).toMatchObject({ status: 202, body: '{"status":"OK"}' });
    expect(a.replies).toEqual([{ kind: "answer", payload: Buffer.from("7") }]);
  });

  test("refuses what the state does not allow, with the original's words", async () => {
    await using a = await api();
    expect(await a.call("POST", "/runtime/invocation/none/response", "7")).toMatchObject({ status: 400, body: '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}' });
    a.conversation.ask(invocation(1, { requestId: "r1" }));
    await a.call(...NEXT);
    expect(JSON.parse((await a.call("POST", "/runtime/init/error", "{}")).body)).toEqual({
      errorMessage: "State transition from Running to InitError failed for runtime. Error: State transition is not allowed",
      errorType: "InvalidStateTransition",
    });
    expect((await a.call("POST", "/runtime/invocation/other/error", "{}")).status).toBe(400);
    expect((await a.call("POST", "/runtime/invocation/r1/response", "1")).status).toBe(202);
    const again = await a.call("POST", "/runtime/invocation/r1/response", "2");
    expect([again.status, JSON.parse(again.body)]).toEqual([
      403,
      { errorMessage: "State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed", errorType: "InvalidStateTransition" },
    ]);
    expect(a.replies).toHaveLength(1);
  });

  test("says that an answer is too large and goes on", async () => {
    await using a = await api();
    a.conversation.ask(invocation(1, { requestId: "r1" }));
    await a.call(...NEXT);
    const refused = await a.call("POST", "/runtime/invocation/r1/response", Buffer.alloc(6_291_557, 49));
    expect([refused.status, JSON.parse(refused.body)]).toEqual([413, { errorMessage: "Exceeded maximum allowed payload size (6291556 bytes).", errorType: "RequestEntityTooLarge" }]);
    expect(a.replies).toEqual([{ kind: "too-large", sizeBytes: 6_291_557, bytesMax: 6_291_556 }]);
    a.conversation.ask(invocation(2, { requestId: "r2" }));
    expect((await a.call(...NEXT)).body).toBe("2");
    expect((await a.call("POST", "/runtime/invocation/r2/response", Buffer.alloc(6_291_556, 49))).status).toBe(202);
  });

  test("normalises error types and strips causes", async () => {
    await using a = await api();
    const types = { "Runtime.Fine": "Runtime.Fine", "Function.bad1": "Function.Unknown", Whatever: "Runtime.Unknown" };
    for (const [given, shown] of Object.entries(types)) {
      a.conversation.ask(invocation(1, { requestId: given }));
      await a.call(...NEXT);
      const headers = { "Lambda-Runtime-Function-Error-Type": given, "Content-Type": "application/vnd.aws.lambda.error.cause+json" };
      await a.call("POST", `/runtime/invocation/${given}/error`, '{"errorType":"T","errorMessage":"m","stackTrace":["s"],"errorCause":{"x":1}}', headers);
      expect(a.replies.at(-1)).toEqual({ kind: "error", payload: Buffer.from('{"errorMessage":"m","errorType":"T","stackTrace":["s"]}'), errorType: shown, fatal: false, cause: '{"x":1}' });
    }
  });

  test("gathers a streamed response; trailers turn it into an error; other modes are refused", async () => {
    await using a = await api();
    const mode = { "Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked" };
    a.conversation.ask(invocation(1, { requestId: "r1" }));
    await a.call(...NEXT);
    await a.call("POST", "/runtime/invocation/r1/response", "streamed", mode);
    a.conversation.ask(invocation(1, { requestId: "r2" }));
    await a.call(...NEXT);
    const trailers = { "Lambda-Runtime-Function-Error-Type": "Runtime.Late", "Lambda-Runtime-Function-Error-Body": Buffer.from('{"errorType":"Late"}').toString("base64") };
    await a.call("POST", "/runtime/invocation/r2/response", "half", { ...mode, Trailer: Object.keys(trailers).join(", ") }, trailers);
    a.conversation.ask(invocation(1, { requestId: "r3" }));
    await a.call(...NEXT);
    expect((await a.call("POST", "/runtime/invocation/r3/response", "x", { "Lambda-Runtime-Function-Response-Mode": "odd" })).status).toBe(400);
    expect(a.replies).toMatchObject([
      { kind: "answer", payload: Buffer.from("streamed") },
      { kind: "error", payload: Buffer.from('{"errorType":"Late"}'), errorType: "Runtime.Late" },
      { kind: "error", errorType: "Runtime.InvalidResponseModeHeader" },
    ]);
  });

  test("notices half a response from a client that still listens", async () => {
    await using a = await api();
    a.conversation.ask(invocation(1, { requestId: "r1" }));
    await a.call(...NEXT);
    const text = await new Promise<string>((resolve) => {
      const socket = connect({ port: a.port, host: "127.0.0.1", allowHalfOpen: true });
      let got = "";
      socket.on("data", (piece: Buffer) => (got += piece.toString())).on("end", () => resolve(got));
      socket.end("POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 .*TruncatedHTTPRequest/s);
    expect(a.replies).toMatchObject([{ kind: "error", errorType: "Runtime.TruncatedResponse" }]);
  });

  test("takes the cause of an error that is meant for traces, up to a bound, and keeps it from the caller", async () => {
    await using a = await api();
    a.conversation.ask(invocation(1, { requestId: "r1" }));
    await a.call(...NEXT);
    const cause = (bytes: number): Record<string, string> => ({ "Lambda-Runtime-Function-Error-Type": "Function.Oops", "Lambda-Runtime-Function-XRay-Error-Cause": "x".repeat(bytes) });
    // A client that is still sending when it is refused may not get to read why.
    const refused = await a.call("POST", "/runtime/invocation/r1/error", "{}", cause(3 * 2 ** 20)).then(({ status }) => status, (error: NodeJS.ErrnoException) => error.code);
    expect([431, "ECONNRESET", "EPIPE"]).toContain(refused);
    expect(a.replies).toEqual([]);
    expect(await a.call("POST", "/runtime/invocation/r1/error", '{"errorType":"T"}', cause(2 ** 20))).toMatchObject({ status: 202 });
    const told = { kind: "error", payload: Buffer.from('{"errorType":"T"}'), errorType: "Function.Oops", fatal: false };
    expect(a.replies).toEqual([told]);
    a.conversation.ask(invocation(2, { requestId: "r2" }));
    await a.call(...NEXT);
    const small = { ...cause(0), "Lambda-Runtime-Function-XRay-Error-Cause": '{"exceptions":[]}' };
    await a.call("POST", "/runtime/invocation/r2/error", '{"errorType":"T"}', small);
    expect(a.replies.at(-1)).toEqual({ ...told, cause: '{"exceptions":[]}' });
  });

  test("knows nothing of snapshots, as the original without SnapStart", async () => {
    await using a = await api();
    for (const [method, path] of [["GET", "/runtime/restore/next"], ["POST", "/runtime/restore/error"]] as const)
      expect(await a.call(method, path)).toMatchObject({ status: 404, body: "404 page not found\n" });
    expect((await fetch(`http://127.0.0.1:${a.port}/2021-04-23/credentials`)).status).toBe(404);
    a.conversation.ask(invocation(1, { requestId: "r1" }));
    expect((await a.call(...NEXT)).status).toBe(200);
  });

  test("answers ping, and says plainly what is not there", async () => {
    await using a = await api();
    expect(await a.call("GET", "/ping")).toMatchObject({ status: 200, body: "pong" });
    expect(await a.call("GET", "/nowhere")).toMatchObject({ status: 404 });
    expect(await a.call("PUT", "/../2022-07-01/telemetry")).toMatchObject({ status: 404 });
  });
});
