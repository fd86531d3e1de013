// What Node.js functions may do and how each way ends, with real interpreters.
import { describe, expect, test } from "vitest";
import { answer, bootFunction, failure, nodeRuntime } from "../../../test/boot-function.ts";

const modern = nodeRuntime(process.execPath, "nodejs24.x");
const classic = nodeRuntime();
const run = async (files: Record<string, string>, handler = "index.handler", runtime = classic, env: Record<string, string> = {}) => {
  await using f = await bootFunction(runtime, handler, files, { env });
  const outcome = await f.invoke({ n: 1 });
  return { outcome, logs: f.logs };
};
const cjs = (body: string): Record<string, string> => ({ "index.js": body });

describe.concurrent("A classic handler answers", () => {
  const answers: Readonly<Record<string, readonly [string, unknown]>> = {
    "with the value of its promise": ["exports.handler = async (e) => e.n + 1", 2],
    "null when its promise has no value": ["exports.handler = async () => {}", null],
    "by callback": ["exports.handler = (e, c, cb) => cb(null, 'ok')", "ok"],
    "by callback only when the event loop is empty": ["let x = 1; exports.handler = (e, c, cb) => { const r = { x }; setTimeout(() => { r.x = 2 }, 20); cb(null, r) }", { x: 2 }],
    "by callback at once when it says so": ["exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; const r = { x: 1 }; setTimeout(() => { r.x = 2 }, 60_000); cb(null, r) }", { x: 1 }],
    "by context.succeed": ["exports.handler = (e, c) => c.succeed({ a: 1 })", { a: 1 }],
    "by context.done": ["exports.handler = (e, c) => setTimeout(() => c.done(null, 'late'), 5)", "late"],
    "only once": ["exports.handler = (e, c, cb) => { c.succeed(1); cb(null, 2); c.fail(new Error('x')) }", 1],
    "null when it neither returns nor calls back": ["exports.handler = (e, c, cb) => { setTimeout(() => {}, 5) }", null],
  };
  for (const [title, [body, expected]] of Object.entries(answers)) {
    test(title, async () => {
      expect(answer((await run(cjs(body))).outcome)).toEqual(expected);
    });
  }
});

describe.concurrent("A handler that fails reports", () => {
  const errors: Readonly<Record<string, readonly [string, Record<string, unknown>, boolean]>> = {
    "what it threw": ["exports.handler = async () => { throw new TypeError('boom') }", { errorType: "TypeError", errorMessage: "boom" }, false],
    "what it threw at once": ["exports.handler = () => { throw new Error('now') }", { errorType: "Error", errorMessage: "now" }, false],
    "an error without text": ["exports.handler = async () => { throw new Error() }", { errorType: "Error", errorMessage: "" }, false],
    "a thrown string": ["exports.handler = async () => { throw 'plain' }", { errorType: "string", errorMessage: "plain", trace: [] }, false],
    "the callback's error": ["exports.handler = (e, c, cb) => cb(new RangeError('cb'))", { errorType: "RangeError", errorMessage: "cb" }, false],
    "context.fail": ["exports.handler = (e, c) => c.fail('why')", { errorType: "string", errorMessage: "why" }, false],
    "what JSON can not say": ["exports.handler = async () => 10n", { errorType: "Error", errorMessage: "Unable to stringify response body" }, false],
    "cycles": ["exports.handler = async () => { const a = {}; a.a = a; return a }", { errorType: "Error", errorMessage: "Unable to stringify response body" }, false],
    "a promise that never settles": ["exports.handler = async () => { await new Promise(() => {}) }", { errorType: "Runtime.NodeJsExit" }, false],
    "an uncaught exception, and dies": ["exports.handler = () => { setTimeout(() => { throw new Error('later') }, 1) }", { errorType: "Error", errorMessage: "later" }, true],
    "an unhandled rejection, and dies": ["exports.handler = () => { Promise.reject(new Error('lost')); setTimeout(() => {}, 1000) }", { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: lost" }, true],
  };
  for (const [title, [body, expected, fatal]] of Object.entries(errors)) {
    test(title, async () => {
      const { outcome } = await run(cjs(body));
      expect(failure(outcome)).toMatchObject(expected);
      expect(outcome).toMatchObject({ fatal });
    });
  }

  test("a trace that starts with the error itself", async () => {
    const { outcome, logs } = await run(cjs("exports.handler = async () => { throw Object.assign(new Error('boom'), { code: 'E7' }) }"));
    const { trace } = failure(outcome) as { trace: string[] };
    expect(trace[0]).toBe("Error: boom");
    expect(trace[1]).toMatch(/index\.js:1:/);
    expect(logs.join("\n")).toMatch(/^\S+Z\t\S+\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"boom","code":"E7","stack":\["Error: boom",/);
  });
});

describe.concurrent("A function that can not be loaded reports", () => {
  const inits: Readonly<Record<string, readonly [Record<string, string>, string, Record<string, unknown>]>> = {
    "a missing module": [{}, "index.handler", { errorType: "Runtime.ImportModuleError", errorMessage: expect.stringMatching(/^Error: Cannot find module 'index'\nRequire stack:/) }],
    "a missing dependency": [cjs("require('nowhere')"), "index.handler", { errorType: "Runtime.ImportModuleError", errorMessage: expect.stringMatching(/^Error: Cannot find module 'nowhere'/) }],
    "a missing dependency of an ES module": [{ "index.mjs": "import 'nowhere'" }, "index.handler", { errorType: "Error", errorMessage: expect.stringMatching(/^Cannot find package 'nowhere' imported from /) }],
    "a missing function": [cjs("exports.other = 1"), "index.handler", { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" }],
    "something that is no function": [cjs("exports.handler = 7"), "index.handler", { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is not a function" }],
    "a malformed name": [cjs(""), "index", { errorType: "Runtime.MalformedHandlerName", errorMessage: "Bad handler" }],
    "a name that climbs": [cjs(""), "../index.handler", { errorType: "Runtime.MalformedHandlerName", errorMessage: expect.stringMatching(/^'\.\.\/index\.handler' is not a valid handler name\./) }],
    "a syntax error": [cjs("exports.handler = ("), "index.handler", { errorType: "Runtime.UserCodeSyntaxError", errorMessage: expect.stringMatching(/^SyntaxError: /) }],
    "a syntax error in an ES module": [{ "index.mjs": "export const handler = (" }, "index.handler", { errorType: "Runtime.UserCodeSyntaxError" }],
    "a throw at the top": [cjs("throw new Error('top')"), "index.handler", { errorType: "Error", errorMessage: "top" }],
  };
  for (const [title, [files, handler, expected]] of Object.entries(inits)) {
    test(title, async () => {
      await using f = await bootFunction(classic, handler, files);
      expect(failure(f.boot)).toMatchObject(expected);
      expect(f.logs.join("\n")).toMatch(/^\S+Z\tundefined\tERROR\tUncaught Exception \t\{/);
    });
  }

  test("its exit code when it leaves by itself", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("console.log('bye'); process.exit(3)"));
    expect(f.boot).toMatchObject({ kind: "exit", code: 3 });
    expect(f.logs[0]).toMatch(/\tundefined\tINFO\tbye$/);
  });

  test("that it took too long", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("for (;;);"), { initTimeoutMs: 300 });
    expect(f.boot).toMatchObject({ kind: "timeout" });
  });
});

describe.concurrent("A handler is found in", () => {
  const places: Readonly<Record<string, readonly [Record<string, string>, string]>> = {
    "a file without extension": [{ index: "exports.handler = async () => 'ok'" }, "index.handler"],
    "a directory and a nested object": [{ "src/deep/app.js": "exports.a = { b: { run: async () => 'ok' } }" }, "src/deep/app.a.b.run"],
    "a .mjs file": [{ "index.mjs": "export const handler = async () => 'ok'" }, "index.handler"],
    "a .cjs file of a module package": [{ "index.cjs": "exports.handler = async () => 'ok'", "package.json": '{"type":"module"}' }, "index.handler"],
    "a .js file of a module package, with top-level await": [{ "index.js": "await 1; export const handler = async () => 'ok'", "package.json": '{"type":"module"}' }, "index.handler"],
    "a package in node_modules": [{ "node_modules/fn/index.js": "exports.handler = async () => 'ok'" }, "fn.handler"],
    "a TypeScript file": [{ "index.ts": "export const handler = async (event: unknown): Promise<string> => 'ok'" }, "index.handler"],
  };
  for (const [title, [files, handler]] of Object.entries(places)) {
    test(title, async () => {
      expect(answer((await run(files, handler)).outcome)).toBe("ok");
    });
  }

  test("an ES module that imports from NODE_PATH", async () => {
    await using libraries = await bootFunction(classic, "x.y", { "x.js": "exports.y = async () => __dirname" });
    const directory = String(answer(await libraries.invoke({})));
    const { mkdir, writeFile } = await import("node:fs/promises");
    await mkdir(`${directory}/node_modules/layered`, { recursive: true });
    await writeFile(`${directory}/node_modules/layered/package.json`, '{"exports":{"import":"./i.mjs","require":"./r.cjs"}}');
    await writeFile(`${directory}/node_modules/layered/i.mjs`, "export default 'from the layer'");
    const files = { "index.mjs": "import value from 'layered'; export const handler = async () => value" };
    const { outcome } = await run(files, "index.handler", classic, { NODE_PATH: `/nowhere:${directory}/node_modules` });
    expect(answer(outcome)).toBe("from the layer");
  });
});

describe.concurrent("Version 2 of the AWS SDK", () => {
  const sdk = {
    "node_modules/aws-sdk/package.json": '{"name":"aws-sdk","main":"lib/aws.js"}',
    "node_modules/aws-sdk/lib/aws.js": "exports.config = { update(more) { Object.assign(this, more) } }",
    "node_modules/aws-sdk/global.js": "module.exports = require('./lib/aws.js')",
    "node_modules/aws-sdk/clients/s3.js": "module.exports = class S3 { get config() { return require('../lib/aws.js').config } }",
  };
  const env = { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" };
  const told = { endpoint: "http://127.0.0.1:4566", s3ForcePathStyle: true };
  const ways: Readonly<Record<string, Record<string, string>>> = {
    "required as a whole": cjs("const { config } = require('aws-sdk'); exports.handler = async () => config"),
    "required by service": cjs("const S3 = require('aws-sdk/clients/s3'); exports.handler = async () => new S3().config"),
    imported: { "index.mjs": "import aws from 'aws-sdk'; export const handler = async () => aws.config" },
  };
  for (const [title, files] of Object.entries(ways)) {
    test(`knows the endpoint when ${title}`, async () => {
      expect(answer((await run({ ...sdk, ...files }, "index.handler", classic, env)).outcome)).toEqual(told);
    });
  }
});

describe.concurrent("From nodejs24.x on", () => {
  test("the result is awaited, synchronous or not", async () => {
    expect(answer((await run(cjs("exports.handler = (e) => e.n"), "index.handler", modern)).outcome)).toBe(1);
    expect(answer((await run(cjs("exports.handler = async (e, c) => Object.keys(c).filter((k) => /done|fail|succeed|callback/.test(k))"), "index.handler", modern)).outcome)).toEqual([]);
  });

  test("a callback handler is refused at init", async () => {
    await using f = await bootFunction(modern, "index.handler", cjs("exports.handler = (e, c, cb) => cb()"));
    expect(failure(f.boot)).toMatchObject({ errorType: "Runtime.CallbackHandlerDeprecated" });
  });

  test("an unsettled promise ends the process with 13", async () => {
    const { outcome } = await run(cjs("exports.handler = async () => { await new Promise(() => {}) }"), "index.handler", modern);
    expect(outcome).toMatchObject({ kind: "exit", code: 13 });
  });

  test("the error of an unserialisable answer has a name of its own", async () => {
    const { outcome } = await run(cjs("exports.handler = async () => 10n"), "index.handler", modern);
    expect(failure(outcome)).toMatchObject({ errorType: "Runtime.JSONStringifyError" });
  });
});

describe.concurrent("The log of a function", () => {
  test("has a line per console call, with its level", async () => {
    const { logs } = await run(cjs("exports.handler = async () => { for (const m of ['trace','debug','info','log','warn','error','fatal']) console[m]('%s-%d', m, 1) }"));
    expect(logs.map((line) => line.split("\t").slice(2).join(" "))).toEqual(["TRACE trace-1", "DEBUG debug-1", "INFO info-1", "INFO log-1", "WARN warn-1", "ERROR error-1", "FATAL fatal-1"]);
  });

  test("keeps a message of several lines in one event and the order of all streams", async () => {
    const body = "exports.handler = async () => { console.log('a\\nb'); process.stdout.write('raw 1\\nraw'); process.stdout.write(' 2\\n'); console.error('c'); process.stderr.write('tail') }";
    const { logs } = await run(cjs(body));
    expect(logs.map((line) => line.replace(/^.*\t/, ""))).toEqual(["a\nb", "raw 1", "raw 2", "c", "tail"]);
  });

  test("has what child processes and the bare descriptors wrote before the answer is reported", async () => {
    const body = "exports.handler = async () => { require('fs').writeSync(1, 'bare\\n'); require('child_process').execSync('echo child; echo oops >&2', { stdio: 'inherit' }) }";
    const { logs } = await run(cjs(body));
    expect([...logs].sort()).toEqual(["bare", "child", "oops"]);
  });

  test("is JSON with levels when the function says so", async () => {
    const body = "exports.handler = async () => { console.debug('hidden'); console.info({ a: 1 }); console.warn('x', new Error('e')); console.error(new TypeError('t')) }";
    const { logs } = await run(cjs(body), "index.handler", classic, { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "INFO" });
    const lines = logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: "INFO", message: { a: 1 }, requestId: expect.any(String), timestamp: expect.stringMatching(/Z$/) },
      { level: "WARN", errorType: "Error", errorMessage: "e", stackTrace: expect.any(Array) },
      { level: "ERROR", message: { errorType: "TypeError", errorMessage: "t", stackTrace: expect.any(Array) } },
    ]);
  });

  test("loses nothing of a flood", async () => {
    const { logs } = await run(cjs("exports.handler = async () => { for (let i = 0; i < 20_000; i++) console.log(i, 'x'.repeat(100)) }"));
    expect(logs).toHaveLength(20_000);
    expect(logs.at(-1)).toMatch(/\t19999 x+$/);
  });

  test("cuts a huge message at the limit without losing a character", async () => {
    const { logs } = await run(cjs("exports.handler = async () => { console.log('€'.repeat(200_000)) }"));
    expect(logs.length).toBeGreaterThan(2);
    expect(logs.join("").replace(/^.*\t/, "")).toBe("€".repeat(200_000));
  });
});

describe.concurrent("A streaming handler", () => {
  const streaming = (body: string): Record<string, string> => cjs(`exports.handler = awslambda.streamifyResponse(async (e, stream) => { ${body} })`);

  for (const runtime of [classic, modern]) {
    test(`gives all its bytes as the payload of a plain call (${runtime.name})`, async () => {
      const { outcome } = await run(streaming("stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); stream.write('a'); stream.write({ b: 1 }); stream.end('c')"), "index.handler", runtime);
      expect(outcome.kind === "answer" && Buffer.from(outcome.payload).toString()).toBe(`{"statusCode":201}${"\0".repeat(8)}a{"b":1}c`);
    });
  }

  test("must end its stream", async () => {
    expect(failure((await run(streaming("stream.write('x')"))).outcome)).toMatchObject({ errorMessage: "Response stream is not finished." });
  });
});

describe.concurrent("An instance", () => {
  test("keeps its globals from event to event and gives the context of each", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("let n = 0; exports.handler = async (e, c) => ({ n: ++n, id: c.awsRequestId, arn: c.invokedFunctionArn, left: c.getRemainingTimeInMillis() > 0, client: c.clientContext, trace: process.env._X_AMZN_TRACE_ID })"));
    expect(answer(await f.invoke({}, { requestId: "id-1", clientContext: '{"custom":{"k":"ü"}}', traceId: "Root=1" }))).toEqual({ n: 1, id: "id-1", arn: expect.any(String), left: true, client: { custom: { k: "ü" } }, trace: "Root=1" });
    expect(answer(await f.invoke({}, { requestId: "id-2" }))).toEqual({ n: 2, id: "id-2", arn: expect.any(String), left: true });
  });

  test("carries 6 MB in and out, and says what is over the limit", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("exports.handler = async (e) => 'é'.repeat(0) + 'x'.repeat(e.out ?? e.in.length)"));
    expect(answer(await f.invoke({ in: "y".repeat(6_000_000) }))).toHaveLength(6_000_000);
    expect(await f.invoke({ out: 6_291_554 })).toMatchObject({ kind: "answer" });
    expect(await f.invoke({ out: 6_291_555 })).toEqual({ kind: "too-large", sizeBytes: 6_291_557, bytesMax: 6_291_556 });
    expect(answer(await f.invoke({ out: 3 }))).toBe("xxx");
  });

  test("dies at the deadline and lives again in the same sandbox", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("let n = 0; exports.handler = async (e) => { n++; console.log('start'); if (e.hang) for (;;); return n }"));
    expect(answer(await f.invoke({}))).toBe(1);
    expect(await f.invoke({ hang: true }, { deadlineMs: Date.now() + 200 })).toEqual({ kind: "timeout" });
    expect(f.logs).toHaveLength(2);
    expect(await f.instance().revive(5000)).toMatchObject({ kind: "ready" });
    expect(answer(await f.invoke({}))).toBe(1);
  });

  test("reports exits with code and signal", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("exports.handler = async (e) => { console.log('last'); if (e.signal) process.kill(process.pid, e.signal); else process.exit(e.code); await new Promise((r) => setTimeout(r, 5000)) }"));
    expect(await f.invoke({ code: 7 })).toMatchObject({ kind: "exit", code: 7 });
    expect(f.logs.at(-1)).toMatch(/last$/);
    expect(await f.invoke({})).toMatchObject({ kind: "exit", code: 7 });
    await f.instance().revive(5000);
    expect(await f.invoke({ signal: "SIGKILL" })).toMatchObject({ kind: "exit", signal: "SIGKILL" });
  });

  test("that stops itself meets the deadline all the same", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("exports.handler = async () => { process.kill(process.pid, 'SIGSTOP'); return 1 }"));
    expect(await f.invoke({}, { deadlineMs: Date.now() + 200 })).toEqual({ kind: "timeout" });
  });

  test("tells when it dies between events", async () => {
    await using f = await bootFunction(classic, "index.handler", cjs("exports.handler = async () => { setTimeout(() => process.exit(0), 5); return 'ok' }"));
    expect(answer(await f.invoke({}))).toBe("ok");
    await f.instance().died;
  });

  test("honours AWS_LAMBDA_EXEC_WRAPPER, and ends with 127 where it is missing", async () => {
    const files = { "index.js": "exports.handler = async () => process.env.WRAPPED", wrap: '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n' };
    await using f = await bootFunction(classic, "index.handler", files, { env: { AWS_LAMBDA_EXEC_WRAPPER: "./wrap" } });
    expect(answer(await f.invoke({}))).toBe("yes");
    await using g = await bootFunction(classic, "index.handler", files, { env: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/missing" } });
    expect(g.boot).toMatchObject({ kind: "exit", code: 127 });
    expect(g.logs.join("\n")).toMatch(/\/opt\/missing/);
  });
});
