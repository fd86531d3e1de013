// Streamed responses of real programs, read at the speed of the test.
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { bootFunction, invocation, nodeRuntime, providedRuntime } from "../../../test/boot-function.ts";
import { systemClock } from "../../main/system-clock.ts";
import { ResponseBody } from "../invocations/response-body.ts";
import type { Outcome } from "../runner.ts";
import type { Reply } from "./conversation.ts";
import { defaultQuotas } from "../../kernel/quotas.ts";
import { openRuntimeApi } from "./runtime-api-conversation.ts";
import { openSandboxApi } from "./sandbox-api.ts";

const unpaced = { bytesMax: 200 * 1024 * 1024, bytesPerSecond: Infinity };
const newBody = (bounds = unpaced): ResponseBody => new ResponseBody(systemClock, bounds);
const handler = (body: string): Record<string, string> => ({ "index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => { ${body} });` });

/** What was read, and how it ended. */
async function read(body: ResponseBody, onChunk: (text: string) => void = () => {}): Promise<string> {
  let text = "";
  try {
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString();
      onChunk(text);
    }
  } catch (error) {
    text += `<${(error as Error).name}>`;
  }
  return text;
}

/** As the heart does: the outcome closes the body. */
function closing(body: ResponseBody, outcome: Promise<Outcome>): Promise<Outcome> {
  return outcome.then((it) => {
    if (it.kind === "streamed") body.end();
    else body.break();
    return it;
  });
}

describe.concurrent("A Node handler that streams", () => {
  test("is heard chunk by chunk, while it still works", async () => {
    await using f = await bootFunction(nodeRuntime(), "index.handler", handler("stream.setContentType('text/x'); stream.write('one'); await new Promise((resolve) => setTimeout(resolve, 60000));"));
    const body = newBody();
    const heard = Promise.withResolvers<void>();
    const outcome = closing(body, f.invoke({}, { sink: body, deadlineMs: Date.now() + 700 }));
    await body.opened;
    expect(body.contentType).toBe("text/x");
    const reading = read(body, (text) => text === "one" && heard.resolve());
    await heard.promise;
    // The rest never comes: the deadline does.
    expect(await reading).toBe("one<ResponseBroken>");
    expect(await outcome).toEqual({ kind: "timeout" });
  });

  test("tells whole answers from broken ones, whatever ends them", async () => {
    const body = `if (event.end === 'whole') return void stream.end('all');
      if (event.end === 'early') throw new RangeError('before');
      if (event.end === 'empty') return void stream.end();
      stream.write('part');
      if (event.end === 'throw') throw new RangeError('late');
      if (event.end === 'open') return;
      if (event.end === 'hang') await new Promise((resolve) => setTimeout(resolve, 60000));
      process.exit(9);`;
    await using f = await bootFunction(nodeRuntime(process.execPath, "nodejs24.x"), "index.handler", handler(body));
    const run = async (end: string) => {
      const to = newBody();
      const outcome = closing(to, f.invoke({ end }, { sink: to, ...(end === "hang" ? { deadlineMs: Date.now() + 300 } : {}) }));
      return [await read(to), await outcome, to.contentType] as const;
    };
    expect(await run("whole")).toEqual(["all", { kind: "streamed" }, "application/octet-stream"]);
    expect(await run("empty")).toEqual(["", { kind: "streamed" }, "application/octet-stream"]);
    expect(await run("early")).toMatchObject(["<ResponseBroken>", { kind: "error", fatal: false }, undefined]);
    const [text, outcome] = await run("throw");
    expect(text).toBe("part<ResponseBroken>");
    expect(JSON.parse(Buffer.from("payload" in outcome ? outcome.payload : "").toString())).toMatchObject({ errorType: "RangeError", errorMessage: "late" });
    expect(await run("open")).toMatchObject(["part<ResponseBroken>", { kind: "error" }, "application/octet-stream"]);
    expect(await run("exit")).toMatchObject(["part<ResponseBroken>", { kind: "exit", code: 9 }, "application/octet-stream"]);
    expect(await f.instance().revive(5000)).toMatchObject({ kind: "ready" });
    expect(await run("hang")).toMatchObject(["part<ResponseBroken>", { kind: "timeout" }, "application/octet-stream"]);
  });

  test("waits for a slow reader, keeps its event loop, and holds little memory on our side", async ({ expect }) => {
    const body = `const piece = Buffer.alloc(1024 * 1024, 'x'); const ticking = setInterval(() => console.log('tick'), 5);
      for (let n = 0; n < 50; n++) { stream.write(piece); console.log('wrote ' + n); if (stream.writableNeedDrain) await new Promise((resolve) => stream.once('drain', resolve)); }
      clearInterval(ticking); stream.end();`;
    await using f = await bootFunction(nodeRuntime(), "index.handler", handler(body));
    const to = newBody();
    const outcome = closing(to, f.invoke({}, { sink: to }));
    // Nobody reads: it stands still after the window, but its event loop turns.
    await expect.poll(() => f.logs.filter((line) => line.endsWith("tick")).length).toBeGreaterThan(10);
    expect(to.sizeBytes).toBeLessThanOrEqual(256 * 1024);
    expect(f.logs.filter((line) => line.includes("wrote"))).toHaveLength(1);
    let total = 0;
    for await (const chunk of to) total += chunk.length;
    expect(total).toBe(50 * 1024 * 1024);
    expect(await outcome).toEqual({ kind: "streamed" });
  });

  test("goes on when its reader leaves, also for the next event", async () => {
    await using f = await bootFunction(nodeRuntime(), "index.handler", handler("for (let n = 0; n < 40; n++) { if (!stream.write('y'.repeat(50000))) await new Promise((resolve) => stream.once('drain', resolve)); } console.log('done'); stream.end()"));
    const to = newBody();
    const outcome = f.invoke({}, { sink: to });
    for await (const _chunk of to) break;
    expect(await outcome).toEqual({ kind: "streamed" });
    expect(to.sizeBytes).toBe(2_000_000);
    expect(f.logs.at(-1)).toMatch(/done$/);
    const plain = await f.invoke({});
    expect(plain.kind === "answer" && plain.payload.length).toBe(2_000_000);
  });
});

describe("A streamed body", () => {
  test("is cut where it passes its limit", async () => {
    const to = newBody({ bytesMax: 10, bytesPerSecond: Infinity });
    to.open("x");
    to.write(Buffer.from("12345"));
    to.write(Buffer.from("123456"));
    expect(await read(to)).toBe("12345<ResponseBroken>");
    expect(to.tooLarge).toBe(true);
  });

  test("is paced after its burst", async () => {
    const { fakeClock } = await import("../../kernel/fake-clock.ts");
    const clock = fakeClock();
    const to = new ResponseBody(clock, { bytesMax: 1e9, bytesPerSecond: 2 * 1024 * 1024 });
    void read(to);
    expect(to.write(Buffer.alloc(6 * 1024 * 1024))).toBeInstanceOf(Promise);
    await Promise.resolve();
    let paid = false;
    void to.write(Buffer.alloc(1024 * 1024))?.then(() => (paid = true));
    await clock.advance(499);
    expect(paid).toBe(false);
    await clock.advance(2);
    expect(paid).toBe(true);
  });
});

const LOOP = `#!/usr/bin/env python3
import base64, http.client, json, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    got = api.getresponse(); event = json.loads(got.read()); rid = got.headers["Lambda-Runtime-Aws-Request-Id"]
    api.putrequest("POST", "/2018-06-01/runtime/invocation/%s/response" % rid)
    for name, value in (("Lambda-Runtime-Function-Response-Mode", "streaming"), ("Transfer-Encoding", "chunked"), ("Content-Type", "text/y"), ("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")):
        api.putheader(name, value)
    api.endheaders()
    for n in range(event["chunks"]):
        api.send(b"%x\\r\\n%s\\r\\n" % (len(event["text"]), event["text"].encode()))
    if event.get("die"): os._exit(3)
    trailers = b""
    if event.get("fail"): trailers = b"Lambda-Runtime-Function-Error-Type: Function.Late\\r\\nLambda-Runtime-Function-Error-Body: " + base64.b64encode(b'{"errorType":"Late"}') + b"\\r\\n"
    api.send(b"0\\r\\n" + trailers + b"\\r\\n")
    api.getresponse().read()
`;

describe("A custom runtime that streams", () => {
  test("is forwarded chunk by chunk; trailers and a crash break it off", async () => {
    await using f = await bootFunction(providedRuntime, "any", { bootstrap: LOOP });
    const run = async (event: object) => {
      const to = newBody();
      const outcome = closing(to, f.invoke(event, { sink: to }));
      return [await read(to), await outcome, to.contentType] as const;
    };
    expect(await run({ chunks: 3, text: "ab" })).toEqual(["ababab", { kind: "streamed" }, "text/y"]);
    const failed = await run({ chunks: 1, text: "ab", fail: true });
    expect(failed).toMatchObject(["ab<ResponseBroken>", { kind: "error", errorType: "Function.Late", fatal: false }, "text/y"]);
    expect((await run({ chunks: 1, text: "x".repeat(3_000_000) }))[0]).toHaveLength(3_000_000);
    expect(await run({ chunks: 1, text: "ab", die: true })).toMatchObject(["ab<ResponseBroken>", { kind: "error", errorType: "Runtime.TruncatedResponse" }, "text/y"]);
  });

  test("is slowed down by a slow reader", async () => {
    const replies: Reply[] = [];
    await using endpoint = await openSandboxApi();
    await using conversation = openRuntimeApi({ opened: () => {}, replied: (reply) => replies.push(reply), waiting: () => {}, broken: () => {}, unreachable: () => {} }, endpoint, { responseBytesMax: defaultQuotas.syncResponseBytesMax });
    const [host, port] = endpoint.address.split(":");
    const call = (method: string, path: string, headers: Record<string, string> = {}) => request({ host, port, method, path: `/2018-06-01${path}`, headers });
    const to = newBody();
    conversation.ask(invocation(1, { requestId: "r1", sink: to }));
    await new Promise((resolve) => call("GET", "/runtime/invocation/next").on("response", (response) => response.resume().on("end", resolve)).end());
    const post = call("POST", "/runtime/invocation/r1/response", { "Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked" });
    const answered = new Promise<number>((resolve) => post.on("response", (response) => resolve(response.statusCode ?? 0)));
    let sent = 0;
    const piece = Buffer.alloc(256 * 1024);
    const more = async (): Promise<void> => {
      for (; sent < 50 * 1024 * 1024; sent += piece.length) if (!post.write(piece)) await new Promise((resolve) => post.once("drain", resolve));
      post.end();
    };
    const all = more();
    await to.opened;
    let [seen, still] = [-1, 0];
    await expect.poll(() => (sent === seen ? ++still : ((seen = sent), (still = 0)))).toBeGreaterThan(3);
    // What the kernel's buffers hold is sent but not ours.
    expect(to.sizeBytes).toBeLessThan(1024 * 1024);
    expect(sent).toBeLessThan(20 * 1024 * 1024);
    let total = 0;
    for await (const chunk of to) total += chunk.length;
    await all;
    expect(total).toBe(50 * 1024 * 1024);
    expect(await answered).toBe(202);
    expect(replies).toEqual([{ kind: "streamed" }]);
  });
});
