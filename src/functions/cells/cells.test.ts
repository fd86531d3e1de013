import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHeart, type TestHeart } from "../../../test/open-test-heart.ts";
import { noContainers } from "../../../test/start-sandbox.ts";
import type { FunctionRef, InvokeResult } from "../function.ts";

/** Tells everything a function can find out about the process it is in, but for what differs from one instance to the next. */
const NODE_SELF = `
  const fs = require("fs"), Module = require("module"), { execSync } = require("child_process");
  const top = { paths: module.paths, parent: module.parent === undefined, cache: Object.keys(require.cache).sort(), env: Object.keys(process.env).length };
  exports.handler = async () => ({
    ...top,
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/RUNTIME_API|LOG_STREAM|TRACE_ID|^N$/.test(name)).sort()),
    child: execSync("env | cut -d= -f1 | sort | xargs; ulimit -n; umask; pwd", { encoding: "utf8" }),
    process: [process.argv, process.argv0, process.execArgv, process.execPath, process.title, process.cwd(), process.pid, process.ppid, process.exitCode, process.umask(), process.constrainedMemory(), process.eventNames().map(String).sort()],
    main: require.main && require.main.filename, resolve: require.resolve.paths("x"), global: Module.globalPaths, globals: Object.getOwnPropertyNames(globalThis).sort(),
    stdin: fs.readFileSync(0, "utf8"), isTTY: [process.stdin.isTTY, process.stdout.isTTY], streams: [process.stdout.fd, process.stderr.fd], handles: process.getActiveResourcesInfo(),
    place: ["/", "/var", "/var/task", "/opt", "/tmp", "/mnt", "/dev"].map((at) => fs.readdirSync(at).sort()), real: fs.realpathSync("index.js"), file: __filename,
    limits: fs.readFileSync("/proc/self/limits", "utf8"), fds: fs.readdirSync("/proc/self/fd").length, oom: fs.readFileSync("/proc/self/oom_score_adj", "utf8"), status: fs.readFileSync("/proc/self/status", "utf8").match(/^(Cap|Seccomp|NoNewPrivs|Groups|SigIgn|SigBlk).*$/gm),
    intl: Intl.DateTimeFormat().resolvedOptions(), date: String(new Date(0)), heap: require("v8").getHeapStatistics().heap_size_limit,
  });`;
const PYTHON_SELF = `
import os, sys, time, signal, threading, resource
TOP = sorted(sys.modules)
def handler(event, context):
    hidden = ("AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_LOG_STREAM_NAME", "_X_AMZN_TRACE_ID", "N")
    return {
        "env": sorted((k, v) for k, v in os.environ.items() if k not in hidden), "modules": TOP, "path": sys.path, "argv": sys.argv, "flags": list(sys.flags), "cwd": os.getcwd(),
        "place": [sorted(os.listdir(at)) for at in ("/", "/var", "/var/task", "/opt", "/tmp")], "pid": os.getpid(), "threads": threading.active_count(), "main": sorted(vars(sys.modules["__main__"])),
        "tz": time.tzname, "file": __file__, "fds": len(os.listdir("/proc/self/fd")), "stdin": sys.stdin.read(), "signals": [str(signal.getsignal(n)) for n in range(1, 32)],
        "streams": [type(sys.stdout).__name__, sys.stdout.encoding, sys.stderr.errors], "limits": [resource.getrlimit(n) for n in range(10)],
    }
`;

describe.skipIf(noContainers !== undefined)("a start from a sandbox that booted ahead", () => {
  let pooled: TestHeart;
  let fresh: TestHeart;
  let rounds = 0;
  beforeAll(async () => {
    [pooled, fresh] = await Promise.all([openTestHeart(), openTestHeart({ limits: { cellsMax: 0 } })]);
  });
  afterAll(async () => {
    await Promise.all([pooled[Symbol.asyncDispose](), fresh[Symbol.asyncDispose]()]);
    expect([...pooled.told, ...fresh.told]).toEqual([]);
  });

  /** Invokes a version nobody has called, until a cell served it: other functions of the test may have taken those that waited. */
  const fromPool = async (name: string, files: Readonly<Record<string, string>>, settings: Parameters<TestHeart["deploy"]>[2] = {}, event: unknown = {}): Promise<{ readonly ref: FunctionRef; readonly result: InvokeResult }> => {
    let last: { readonly ref: FunctionRef; readonly result: InvokeResult } | undefined;
    // A fresh start shows that there was none of its kind; by the next look there may be.
    await expect.poll(async () => {
      const ref = await pooled.deploy(name, files, { ...settings, env: { ...settings.env, N: String(rounds++) } });
      await waiting(settings.runtime);
      last = { ref, result: await pooled.invoke(ref, event) };
      return last.result.steps?.kind;
    }, { timeout: 20_000, interval: 200 }).toBe("pool");
    if (!last) throw new Error("never invoked");
    return last;
  };
  const waiting = (runtime = "nodejs22.x"): Promise<void> =>
    expect.poll(async () => (await pooled.heart.figures()).cells.filter((kind) => kind.runtime === (runtime.startsWith("py") ? "python3.11" : "node24")).reduce((sum, kind) => sum + kind.waiting, 0), { timeout: 20_000, interval: 20 }).toBeGreaterThan(0);
  const json = ({ payload, functionError }: InvokeResult): unknown => {
    expect([functionError, functionError && Buffer.from(payload).toString()]).toEqual([undefined, undefined]);
    return JSON.parse(Buffer.from(payload).toString());
  };

  test.for([
    ["nodejs24.x", { "index.js": NODE_SELF, "lib/x": "", "node_modules/y/index.js": "" }, {}],
    ["nodejs22.x", { "index.js": NODE_SELF }, { TZ: "America/New_York", HOME: "/tmp", NODE_PATH: "./:/opt/mine", NODE_ENV: "production", AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: "1" }],
    ["python3.11", { "index.py": PYTHON_SELF }, { TZ: "America/New_York", PYTHONPATH: "/var/task/vendor", HOME: "/tmp" }],
  ] as const)("is indistinguishable from a fresh one (%s)", async ([runtime, files, env]) => {
    const settings = { runtime, env, memoryMb: 512 };
    const { result } = await fromPool(`self-${runtime.slice(0, 8)}`, files, settings);
    const ref = await fresh.deploy(`self-${runtime.slice(0, 8)}`, files, { ...settings, env: { ...env, N: "x" } });
    const other = await fresh.invoke(ref);
    expect(other.steps?.kind).toBe("fresh");
    expect(json(result)).toEqual(json(other));
  });

  test("sees only its own code, variables, credentials and an empty /tmp, and can not change what it shares", async () => {
    const code = `
      const fs = require("fs"), { execSync } = require("child_process");
      const attempt = (work) => { try { work(); return "done"; } catch (error) { return error.code; } };
      exports.handler = async () => {
        const tmp = fs.readdirSync("/tmp");
        fs.writeFileSync("/tmp/mine", "1");
        return { tmp, secret: process.env.SECRET, other: execSync("ps ax -o args | grep -c '[b]ootstrap' || true", { encoding: "utf8" }).trim(),
          environ: fs.readFileSync("/proc/1/cmdline", "utf8").includes("SECRET"),
          write: [attempt(() => fs.writeFileSync("/var/task/index.js", "")), attempt(() => fs.writeFileSync("/var/task/new", "")), attempt(() => fs.unlinkSync("/var/task/index.js")), attempt(() => fs.chmodSync("/var/task/index.js", 0o777)), attempt(() => fs.rmdirSync("/var/task")), attempt(() => fs.mkdirSync("/var/other"))],
          above: fs.readdirSync("/var/task/..").sort(), mounts: fs.readFileSync("/proc/self/mountinfo", "utf8").split("\\n").filter((line) => line.includes(" /var/task ")).every((line) => / ro[,\\s]/.test(line)) };
      };`;
    const seen: unknown[] = [];
    for (const SECRET of ["one", "two"]) {
      const { result } = await fromPool(`alone-${SECRET}`, { "index.js": code }, { env: { SECRET } });
      seen.push(json(result));
    }
    // A checkout below /tmp is seen at its place, as what the SDKs are loaded from.
    const checkout = fileURLToPath(new URL("../../..", import.meta.url)).split("/");
    const alike = { tmp: checkout[1] === "tmp" ? checkout.slice(2, 3) : [], other: "1", environ: false, write: ["EROFS", "EROFS", "EROFS", "EROFS", expect.stringMatching(/EROFS|EBUSY/), "EROFS"], above: ["lang", "runtime", "task"], mounts: true };
    expect(seen).toEqual([{ ...alike, secret: "one" }, { ...alike, secret: "two" }]);
  });

  test("finds layers, and loads what lies in them", async () => {
    const layer = await pooled.heart.packages.add((await import("fflate")).zipSync({ "nodejs/node_modules/dep/index.js": Buffer.from("module.exports = 'from the layer'"), "lib/x.txt": Buffer.from("x") }));
    const layers = [{ arn: "arn:aws:lambda:us-east-1:000000000000:layer:l:1", code: layer }];
    const { result } = await fromPool("layered", { "index.mjs": "import dep from 'dep'; import fs from 'fs'; export const handler = async () => [dep, fs.readdirSync('/opt/lib'), fs.readdirSync('/opt')];" }, { layers });
    expect(json(result)).toEqual(["from the layer", ["x.txt"], ["lib", "nodejs"]]);
  });

  test("fails as a fresh one fails", async () => {
    const cases: readonly [string, Record<string, string>, string?][] = [
      ["missing", { "other.js": "" }], ["throws", { "index.js": "console.log('before'); throw new TypeError('top level')" }], ["syntax", { "index.mjs": "export const = 1" }],
      ["no-handler", { "index.js": "exports.other = 1" }], ["exits", { "index.js": "process.exit(7)" }], ["unsettled", { "index.mjs": "await new Promise(() => {}); export const handler = async () => 1;" }],
      ["rejects", { "index.js": "exports.handler = async () => { throw new RangeError('later'); }" }], ["dies", { "index.js": "exports.handler = async () => process.kill(process.pid, 'SIGKILL')" }],
      ["py-missing", { "other.py": "" }, "python3.11"], ["py-throws", { "index.py": "raise ValueError('top level')" }, "python3.11"], ["py-exits", { "index.py": "import os\nos._exit(3)" }, "python3.11"],
    ];
    for (const [name, files, runtime = "nodejs24.x"] of cases) {
      const told = async (on: TestHeart): Promise<unknown> => {
        const ref = await on.deploy(name, files, { runtime });
        if (on === pooled) await waiting(runtime);
        const { payload, functionError } = await on.invoke(ref, {}, { requestId: "11111111-1111-1111-1111-111111111111" });
        const lines = on.linesOf(ref).map((line) => line.replaceAll(/[\d.]+ (ms|MB)|\d{4}-\d\d-\d\dT[\d:.]+Z|Runtime Version ARN.*|Start: .*\t/g, "#"));
        return { payload: Buffer.from(payload).toString(), functionError, lines };
      };
      expect(await told(pooled), name).toEqual(await told(fresh));
    }
  });

  test("costs only its own invocation when it crashes, stands still or takes too much, and keeps its /tmp", async () => {
    const code = `
      const fs = require("fs");
      exports.handler = async ({ act }) => {
        const before = fs.existsSync("/tmp/mark");
        fs.writeFileSync("/tmp/mark", "1");
        if (act === "exit") process.exit(1);
        if (act === "stop") process.kill(process.pid, "SIGSTOP");
        if (act === "memory") { const all = []; for (;;) all.push(Buffer.alloc(8 << 20, 1)); }
        return before;
      };`;
    for (const act of ["exit", "stop", "memory"]) {
      const { ref, result } = await fromPool(`bad-${act}`, { "index.js": code }, { memoryMb: 128, timeoutMs: 3000 }, { act });
      expect(Buffer.from(result.payload).toString()).toMatch(act === "stop" ? /timed out/ : act === "exit" ? /Runtime.ExitError/ : /signal: killed/);
      expect(await pooled.call(ref)).toBe(true);
    }
  });

  test("is not given what must be known at the start of a process", async () => {
    const hello = { "index.js": "exports.handler = async () => [process.env.NODE_OPTIONS, globalThis.early]", "early.js": "globalThis.early = 1" };
    const wrapped = await pooled.deploy("early", hello, { env: { NODE_OPTIONS: "--require /var/task/early.js" } });
    expect(await pooled.call(wrapped)).toEqual(["--require /var/task/early.js", 1]);
    const steps = (await pooled.invoke(await pooled.deploy("early", hello, { env: { NODE_OPTIONS: "--require /var/task/early.js", N: "1" } }))).steps;
    expect(steps?.kind).toBe("fresh");
    // Options that name no files have cells of their own.
    expect(json((await fromPool("flags", hello, { env: { NODE_OPTIONS: "--no-warnings --enable-source-maps" } })).result)).toEqual(["--no-warnings --enable-source-maps", null]);
  });

  test("has the clients of the SDK loaded that its code asks for, the very same it would find", async () => {
    const files = { "index.js": "const { S3Client } = require('@aws-sdk/client-s3'); exports.handler = async () => [typeof S3Client, Object.keys(require.cache).sort()];" };
    const seen = json((await fromPool("clients", files)).result);
    expect(seen).toEqual(json(await fresh.invoke(await fresh.deploy("clients", files))));
    const own = { "index.mjs": "import * as own from '@aws-sdk/client-s3'; export const handler = async () => own.default;", "node_modules/@aws-sdk/client-s3/index.js": "module.exports = 'mine';" };
    expect(json((await fromPool("own-clients", own)).result)).toBe("mine");
  });

  test("has the SDK imported, unless the function brings modules of these names", async () => {
    if (!existsSync("/usr/bin/env") || !hasBoto()) return;
    const plain = { "index.py": "import boto3, sys\ndef handler(event, context):\n    return [boto3.__file__, sys.modules['queue'].__file__]\n" };
    const [boto, queue] = json((await fromPool("sdk", plain, { runtime: "python3.11" })).result) as [string, string];
    expect([boto, queue].filter((file) => file.startsWith("/var/task"))).toEqual([]);
    const own = { ...plain, "queue.py": "class Queue: pass\nclass LifoQueue: pass\nclass Empty(Exception): pass\nclass Full(Exception): pass\nclass SimpleQueue: pass\nclass PriorityQueue: pass\n" };
    expect(json((await fromPool("own", own, { runtime: "python3.11" })).result)).toEqual([boto, "/var/task/queue.py"]);
  });
});

function hasBoto(): boolean {
  try {
    execFileSync("python3", ["-c", "import boto3"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
