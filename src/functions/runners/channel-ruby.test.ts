// What Ruby functions may do and how each way ends, with a real interpreter.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { answer, bootFunction, failure, rubyRuntime, type Booted } from "../../../test/boot-function.ts";

const found = spawnSync("ruby", ["-e", "print RbConfig.ruby"], { encoding: "utf8" });
const ruby = found.status === 0 ? found.stdout : undefined;
const app = (body: string): Record<string, string> => ({ "app.rb": body });
const handler = (body: string): Record<string, string> => app(`def handler(event:, context:)\n${body.replace(/^/gm, "  ")}\nend\n`);
const boot = (files: Record<string, string>, name = "app.handler", env: Record<string, string> = {}): Promise<Booted> => bootFunction(rubyRuntime(ruby ?? ""), name, files, { env });

if (!ruby) console.warn("no ruby on this machine: tests of Ruby functions are skipped");

describe.skipIf(!ruby).concurrent("A Ruby function", () => {
  test("answers with its result as JSON, or with the bytes of a stream", async () => {
    await using f = await boot(handler("event['raw'] ? StringIO.new(\"\\x00\\xFF\".b) : { n: event['n'] + 1, none: nil, text: 'é' + event['s'] }"));
    expect(answer(await f.invoke({ n: 1, s: "ü" }))).toEqual({ n: 2, none: null, text: "éü" });
    const raw = await f.invoke({ raw: true });
    expect(raw.kind === "answer" && [...raw.payload]).toEqual([0, 255]);
  });

  test("gets the whole context", async () => {
    await using f = await boot(
      handler(`c = context
[c.aws_request_id, c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name, c.invoked_function_arn, c.client_context, c.identity,
 c.get_remaining_time_in_millis.between?(1, 10_000), ENV['_X_AMZN_TRACE_ID'], c.deadline_ms.is_a?(Integer)]`),
    );
    const outcome = await f.invoke({}, { requestId: "id-1", traceId: "Root=1", clientContext: '{"custom":{"k":"ü"}}' });
    expect(answer(outcome)).toEqual(["id-1", "f", "$LATEST", "128", "/aws/lambda/f", "arn:aws:lambda:us-east-1:000000000000:function:f", { custom: { k: "ü" } }, null, true, "Root=1", true]);
  });

  test("may be a method of a class in a module in a directory, with libraries of its own names", async () => {
    const files = { "src/app.rb": "require 'json'\nrequire 'channel'\nmodule My\n  class App\n    def self.run(event:, context:) = [CHANNEL, event]\n  end\nend", "channel.rb": "CHANNEL = 'mine'", "serve.rb": "raise" };
    await using f = await boot(files, "src/app.My::App.run");
    expect(answer(await f.invoke(1))).toEqual(["mine", 1]);
  });

  test("reports a StandardError with its own frames, and goes on", async () => {
    await using f = await boot(handler("raise 'boom' if event\n'fine'"));
    const error = failure(await f.invoke(1));
    expect(Object.keys(error)).toEqual(["errorMessage", "errorType", "stackTrace"]);
    expect(error).toEqual({ errorMessage: "boom", errorType: "Function<RuntimeError>", stackTrace: [expect.stringMatching(/app\.rb:2:in [`'](Object#)?handler'$/)] });
    expect(f.logs[0]).toBe("Error raised from handler method");
    expect(JSON.parse(f.logs[1] ?? "")).toEqual(error);
    expect(answer(await f.invoke(null))).toBe("fine");
  });

  test("dies of a NameError, and of what is no StandardError, after it was reported", async () => {
    await using f = await boot(handler("event == 1 ? nothing_of_that_name : event == 2 ? exit(3) : raise(Interrupt)"));
    for (const [event, type] of [[1, "NameError"], [2, "SystemExit"], [3, "Interrupt"]] as const) {
      const outcome = await f.invoke(event);
      expect(outcome).toMatchObject({ kind: "error", fatal: true });
      expect(failure(outcome)).toMatchObject({ errorType: `Function<${type}>` });
      await f.instance().revive(5000);
    }
  });

  test("that leaves without a word, hangs or is killed is told apart", async () => {
    await using f = await boot(handler("puts 'last'\nexit!(4) if event == 1\nProcess.kill(:KILL, Process.pid) if event == 2\nsleep 60"));
    expect(await f.invoke(1)).toMatchObject({ kind: "exit", code: 4 });
    expect(f.logs).toEqual(["last"]);
    await f.instance().revive(5000);
    expect(await f.invoke(2)).toMatchObject({ kind: "exit", signal: "SIGKILL" });
    await f.instance().revive(5000);
    expect(await f.invoke(3, { deadlineMs: Date.now() + 300 })).toEqual({ kind: "timeout" });
  });

  test("carries 6 MB in and out, and says what is over the limit", async () => {
    await using f = await boot(handler("event['out'] ? 'x' * event['out'] : event['in']"));
    expect(answer(await f.invoke({ in: "y".repeat(6_000_000) }))).toHaveLength(6_000_000);
    expect(await f.invoke({ out: 7_000_000 })).toEqual({ kind: "too-large", sizeBytes: 7_000_002, bytesMax: 6_291_556 });
  });
});

describe.skipIf(!ruby).concurrent("A Ruby function that can not be loaded reports", () => {
  const inits: Readonly<Record<string, readonly [Record<string, string>, string, Record<string, unknown>]>> = {
    "a missing file": [{}, "app.handler", { errorType: "Init<LoadError>", errorMessage: "cannot load such file -- app" }],
    "a malformed name": [app(""), "handler", { errorType: "Init<ArgumentError>", errorMessage: expect.stringMatching(/^Invalid handler \["handler"\], must be of form FILENAME\.METHOD or FILENAME\.CLASS\.METHOD where/) }],
    "a syntax error": [app("def x("), "app.handler", { errorType: "Init<SyntaxError>" }],
    "what its top level raised": [app("raise KeyError, 'top'"), "app.handler", { errorType: "Init<KeyError>", errorMessage: "top", stackTrace: expect.arrayContaining([expect.stringMatching(/app\.rb:1:in [`']<top/)]) }],
  };
  for (const [title, [files, name, expected]] of Object.entries(inits)) {
    test(title, async () => {
      await using f = await boot(files, name);
      expect(failure(f.boot)).toMatchObject(expected);
      expect(f.logs[0]).toBe(`Init error when loading handler ${name}`);
    });
  }

  test("a missing method at its first event, as the original does", async () => {
    await using f = await boot(app("X = 1"));
    const outcome = await f.invoke({});
    expect(outcome).toMatchObject({ kind: "error", fatal: true });
    expect(failure(outcome)).toMatchObject({ errorType: "Function<NoMethodError>", errorMessage: expect.stringMatching(/undefined method [`']handler' for .*LambdaHandler/) });
  });
});

describe.skipIf(!ruby).concurrent("The log of a Ruby function", () => {
  test("has puts and Logger as whole events and print as lines, in their order", async () => {
    await using f = await boot(handler("puts 'a', ['b']\nprint \"c\\nd\\n\"\nlog = Logger.new($stdout)\nlog.info(\"e\\nf\")\n$stderr.puts 'g'\nwarn 'h'\nKernel.puts \"i\\xFF\"\nnil"));
    expect(answer(await f.invoke({}, { requestId: "id-3" }))).toBeNull();
    expect(f.logs).toEqual(["a\nb", "c", "d", expect.stringMatching(/^I, \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} #\d+\] {2}INFO id-3 -- : e\nf$/), "g", "h", "i\ufffd"]);
  });

  test("lets a function catch what is written to $stdout, and log to a file", async () => {
    await using f = await boot(handler("require 'tempfile'\ncaught = StringIO.new\n$stdout = caught\nputs 'inside'\n$stdout = STDOUT\nfile = Tempfile.new\nfile.sync = true\nLogger.new(file).warn('x')\nshown = File.read(file.path).include?('x')\nfile.close!\n[caught.string, shown]"));
    expect(answer(await f.invoke({}))).toEqual(["inside\n", true]);
    expect(f.logs).toEqual([]);
  });

  test("is JSON with levels when the function says so", async () => {
    const env = { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "INFO" };
    await using f = await boot(handler("log = Logger.new($stdout, progname: 'my')\nlog.info('hé')\nlog.debug('hidden')\nraise 'boom' if event"), "app.handler", env);
    await f.invoke(1, { requestId: "id-4" });
    const lines = f.logs.map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      { timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/), level: "INFO", message: "hé", requestId: "id-4", logger: "my" },
      expect.objectContaining({ level: "ERROR", requestId: "id-4", errorMessage: "boom", errorType: "Function<RuntimeError>", stackTrace: expect.any(Array) }),
    ]);
  });
});
