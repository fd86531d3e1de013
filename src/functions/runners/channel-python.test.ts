// What Python functions may do and how each way ends, with real interpreters.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer, bootFunction, failure, python, pythonRuntime, type Booted } from "../../../test/boot-function.ts";

const runtime = pythonRuntime(python ?? "");
const app = (body: string): Record<string, string> => ({ "app.py": body });
const handler = (body: string): Record<string, string> => app(`def handler(event, context):\n${body.replace(/^/gm, "  ")}\n`);
const boot = (files: Record<string, string>, name = "app.handler", env: Record<string, string> = {}, of = runtime): Promise<Booted> => bootFunction(of, name, files, { env });

if (!python) console.warn("no python3 on this machine: tests of Python functions are skipped");

describe.skipIf(!python).concurrent("A Python function", () => {
  test("answers with its result as JSON", async () => {
    await using f = await boot(handler("return {'n': event['n'] + 1, 'none': None}"));
    expect(answer(await f.invoke({ n: 1 }))).toEqual({ n: 2, none: null });
  });

  test("gets the whole context", async () => {
    await using f = await boot(
      handler(`c = context
return [c.aws_request_id, c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name, c.invoked_function_arn, c.tenant_id,
  c.client_context.custom, c.client_context.client.app_title, c.client_context.env, c.identity.cognito_identity_id, 0 < c.get_remaining_time_in_millis() <= 10000,
  __import__('os').environ['_X_AMZN_TRACE_ID']]`),
    );
    const outcome = await f.invoke({}, { requestId: "id-1", traceId: "Root=1", clientContext: '{"custom":{"k":"ü"},"client":{"app_title":"t"}}' });
    expect(answer(outcome)).toEqual(["id-1", "f", "$LATEST", "128", "/aws/lambda/f", "arn:aws:lambda:us-east-1:000000000000:function:f", null, { k: "ü" }, "t", null, null, true, "Root=1"]);
    expect(failure(await f.invoke({}, { clientContext: "{" }))).toMatchObject({ errorType: "Runtime.LambdaContextUnmarshalError" });
  });

  test("may answer with decimals, bytes inside, and bytes alone", async () => {
    await using f = await boot(handler("from decimal import Decimal\nreturn {'d': Decimal('1.10'), 'i': Decimal(7), 'b': b'x', 'u': 'é'} if event else b'\\x00\\xff'"));
    const outcome = await f.invoke(1);
    expect(outcome.kind === "answer" && Buffer.from(outcome.payload).toString()).toBe('{"d": 1.10, "i": 7, "b": "x", "u": "\\u00e9"}');
    const raw = await f.invoke(0);
    expect(raw.kind === "answer" && [...raw.payload]).toEqual([0, 255]);
  });

  test("keeps non-ASCII text from python3.12 on", async () => {
    await using f = await boot(handler("return 'é'"), "app.handler", {}, pythonRuntime(python ?? "", "python3.12"));
    const outcome = await f.invoke({});
    expect(outcome.kind === "answer" && Buffer.from(outcome.payload).toString()).toBe('"é"');
  });

  test.each([["1.30.0", ["http://here", "http://here", "http://there", "http://there"]], ["1.31.0", [null, null, "http://there", "http://there"]]])("finds this cloud by an SDK that does not read AWS_ENDPOINT_URL: botocore %s", async (version, expected) => {
    const session = "class Session:\n  def create_client(self, service, region=None, api=None, ssl=True, verify=None, endpoint_url=None, *more):\n    return endpoint_url\n";
    const asked = "import botocore.session\nmake = botocore.session.Session().create_client\nreturn [make('s3'), make('s3', endpoint_url=None), make('s3', endpoint_url='http://there'), make('s3', None, None, True, None, 'http://there')]";
    await using f = await boot({ ...handler(asked), "botocore/__init__.py": `__version__ = "${version}"\n`, "botocore/session.py": session }, "app.handler", { AWS_ENDPOINT_URL: "http://here" });
    expect(answer(await f.invoke({}))).toEqual(expected);
  });

  test("reports what it raised with its own frames, and goes on", async () => {
    await using f = await boot(handler("raise ValueError('boom')"));
    const error = failure(await f.invoke({}, { requestId: "id-2" }));
    expect(Object.keys(error)).toEqual(["errorMessage", "errorType", "requestId", "stackTrace"]);
    expect(error).toMatchObject({ errorMessage: "boom", errorType: "ValueError", requestId: "id-2", stackTrace: [expect.stringMatching(/^ {2}File ".*\/app\.py", line 2, in handler\n {4}raise ValueError\('boom'\)\n$/)] });
    expect(f.logs.join("\n")).toMatch(/^\[ERROR\] ValueError: boom\nTraceback \(most recent call last\):\n\u00a0\u00a0File ".*app\.py", line 2, in handler\n\u00a0{4}raise ValueError/);
    expect(failure(await f.invoke({}))).toMatchObject({ errorMessage: "boom" });
  });

  test("reports a result that is no JSON", async () => {
    await using f = await boot(handler("return {1, 2}"));
    expect(failure(await f.invoke({}))).toMatchObject({ errorType: "Runtime.MarshalError", errorMessage: "Unable to marshal response: Object of type set is not JSON serializable", stackTrace: [] });
  });

  test("that leaves by sys.exit has exited", async () => {
    await using f = await boot(handler("print('last'); __import__('sys').exit(event)"));
    expect(await f.invoke(4)).toMatchObject({ kind: "exit", code: 4 });
    expect(f.logs).toEqual(["last"]);
    await f.instance().revive(5000);
    expect(await f.invoke(0)).toMatchObject({ kind: "exit", code: 0 });
  });

  test("that dies of a signal or hangs is told apart", async () => {
    await using f = await boot(handler("import os, signal, time\nprint('x', end='')\nos.kill(os.getpid(), signal.SIGSEGV) if event else time.sleep(60)"));
    expect(await f.invoke(1)).toMatchObject({ kind: "exit", signal: "SIGSEGV" });
    expect(f.logs).toEqual(["x"]);
    await f.instance().revive(5000);
    expect(await f.invoke(0, { deadlineMs: Date.now() + 300 })).toEqual({ kind: "timeout" });
  });

  test("carries 6 MB in and out, and says what is over the limit", async () => {
    await using f = await boot(handler("return 'x' * event['out'] if 'out' in event else event['in']"));
    expect(answer(await f.invoke({ in: "y".repeat(6_000_000) }))).toHaveLength(6_000_000);
    expect(await f.invoke({ out: 7_000_000 })).toEqual({ kind: "too-large", sizeBytes: 7_000_002, bytesMax: 6_291_556 });
  });

  test("may have modules with the runtime's names", async () => {
    await using f = await boot({ "bootstrap.py": "import serve\nhandler = lambda e, c: serve.x", "serve.py": "x = 'mine'", "logs.py": "", "channel.py": "1/0" }, "bootstrap.handler");
    expect(answer(await f.invoke({}))).toBe("mine");
  });

  test("finds the interpreter's own logging and traceback when it wants them, whatever lies beside it, and does without until then", async () => {
    const shadows = { "logging.py": "LOST = True\n", "traceback.py": "LOST = True\n", "string.py": "LOST = True\n", "threading.py": "LOST = True\n" };
    await using f = await boot({ ...handler(`import sys
if event == 'before': return [name in sys.modules for name in ('logging', 'traceback', 'threading')]
if event == 'raise': raise KeyError('x')
import logging, logging.handlers, threading
logging.getLogger('mine').warning('heard')
return [hasattr(module, 'LOST') for module in (logging, sys.modules['string'], threading)] + [type(logging.__loader__).__name__, len(logging.getLogger().handlers)]`), ...shadows });
    expect(answer(await f.invoke("before"))).toEqual([false, false, false]);
    expect(failure(await f.invoke("raise"))).toMatchObject({ errorType: "KeyError", stackTrace: [expect.stringContaining("app.py")] });
    expect(answer(await f.invoke("use"))).toEqual([false, false, false, "SourceFileLoader", 1]);
    expect(f.logs.join("\n")).toMatch(/\[WARNING\]\t[^\t]+\t[^\t]*\theard/);
  });

  test("may live in a package and find its own modules and site-packages", async () => {
    await using f = await boot({ "pkg/__init__.py": "", "pkg/mod.py": "import helper\ndef run(e, c): return [helper.v, callable(exit)]", "helper.py": "v = 5" }, "pkg/mod.run");
    expect(answer(await f.invoke({}))).toEqual([5, true]);
  });
});

describe.skipIf(!python).concurrent("A Python function that can not be loaded reports", () => {
  const inits: Readonly<Record<string, readonly [Record<string, string>, string, Record<string, unknown>]>> = {
    "a missing module": [{}, "app.handler", { errorType: "Runtime.ImportModuleError", errorMessage: "Unable to import module 'app': No module named 'app'" }],
    "a missing dependency": [app("import nowhere"), "app.handler", { errorType: "Runtime.ImportModuleError", errorMessage: "Unable to import module 'app': No module named 'nowhere'" }],
    "a missing function": [app("x = 1"), "app.handler", { errorType: "Runtime.HandlerNotFound", errorMessage: "Handler 'handler' missing on module 'app'" }],
    "a malformed name": [app(""), "handler", { errorType: "Runtime.MalformedHandlerName", errorMessage: "Bad handler 'handler': not enough values to unpack (expected 2, got 1)" }],
    "a built-in module": [app(""), "sys.exit", { errorType: "Runtime.BuiltInModuleConflict", errorMessage: "Cannot use built-in module sys as a handler module" }],
    "a syntax error": [app("def handler(:"), "app.handler", { errorType: "Runtime.UserCodeSyntaxError", errorMessage: expect.stringMatching(/^Syntax error in module 'app': /), stackTrace: [expect.stringMatching(/^ {2}File ".*\/app\.py" Line 1\n {4}def handler\(:/)] }],
    "what its top level raised": [app("raise KeyError('top')"), "app.handler", { errorType: "KeyError", errorMessage: "'top'", stackTrace: expect.arrayContaining([expect.stringMatching(/importlib.*in import_module/), expect.stringMatching(/app\.py", line 1, in <module>/)]) }],
  };
  for (const [title, [files, name, expected]] of Object.entries(inits)) {
    test(title, async () => {
      await using f = await boot(files, name);
      expect(failure(f.boot)).toMatchObject({ requestId: "", ...expected });
      expect(f.logs[0]).toMatch(/^\[ERROR\] /);
    });
  }

  test("its exit code when it leaves by itself", async () => {
    await using f = await boot(app("import sys\nsys.exit(9)"));
    expect(f.boot).toMatchObject({ kind: "exit", code: 9 });
  });
});

describe.skipIf(!python).concurrent("The log of a Python function", () => {
  test("has print, logging and context.log in their order, print unadorned", async () => {
    await using f = await boot(handler("import logging, sys\nprint('a', 'b')\nlogging.warning('w %d\\nx', 1)\nlogging.info('hidden')\nprint('c')\ncontext.log('d')\nsys.stderr.write('e')\nsys.stdout.buffer.write(b'f\\n')"));
    await f.invoke({}, { requestId: "id-3" });
    expect(f.logs).toEqual(["a b", expect.stringMatching(/^\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tid-3\tw 1\nx$/), "c", "d", "f", "e"]);
  });

  test("has what child processes wrote before the answer is reported", async () => {
    await using f = await boot(handler("import subprocess\nsubprocess.check_call(['sh', '-c', 'echo child; echo oops >&2'])"));
    await f.invoke({});
    expect([...f.logs].sort()).toEqual(["child", "oops"]);
  });

  test("is JSON with levels when the function says so", async () => {
    const env = { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "INFO" };
    await using f = await boot(handler("import logging\nlogging.getLogger('my').info('hé %s', 1, extra={'k': 2})\nlogging.debug('hidden')\ntry:\n  1/0\nexcept Exception:\n  logging.exception('bad')"), "app.handler", env);
    await f.invoke({}, { requestId: "id-4" });
    const [first = "", second = ""] = f.logs;
    expect(f.logs).toHaveLength(2);
    expect(JSON.parse(first)).toEqual({ timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), level: "INFO", message: "hé 1", logger: "my", requestId: "id-4", k: 2 });
    expect(JSON.parse(second)).toMatchObject({ level: "ERROR", message: "bad", errorType: "ZeroDivisionError", errorMessage: "division by zero", stackTrace: expect.any(Array), location: expect.stringMatching(/app\.py:handler:\d+$/) });
  });

  test("reports errors of the handler as JSON too", async () => {
    await using f = await boot(handler("raise Exception('boom')"), "app.handler", { AWS_LAMBDA_LOG_FORMAT: "JSON" });
    await f.invoke({});
    expect(JSON.parse(f.logs[0] ?? "")).toMatchObject({ log_level: "ERROR", errorMessage: "boom", errorType: "Exception", stackTrace: expect.any(Array) });
  });
});

const others = join(homedir(), ".pyenv/versions");
const versions = existsSync(others) ? readdirSync(others).filter((name) => /^3\.\d+/.test(name)) : [];

describe.skipIf(versions.length === 0)("Every other Python of this machine", () => {
  for (const version of versions) {
    test(`runs the wrapper: ${version}`, async () => {
      const name = `python${version.split(".").slice(0, 2).join(".")}`;
      const of = pythonRuntime(join(others, version, "bin/python3"), name);
      await using f = await boot(handler("import logging, sys\nprint('p')\nlogging.error('l')\nif event: raise Exception('x')\nreturn '%d.%d' % sys.version_info[:2]"), "app.handler", {}, of);
      expect(answer(await f.invoke(0))).toBe(name.slice("python".length));
      expect(f.logs).toEqual(["p", expect.stringMatching(/^\[ERROR\]\t.*\tl$/)]);
      expect(failure(await f.invoke(1))).toMatchObject({ errorMessage: "x", stackTrace: [expect.stringMatching(/line 5, in handler/)] });
    });
  }
});
