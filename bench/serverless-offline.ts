// The same hello on serverless-offline (npm), in turns with ours: what many run today to try their functions at home.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { limits } from "../src/kernel/limits.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { cached, tool } from "../test/tool-cache.ts";
import { openCalls } from "./calls.ts";
import { freePort } from "./free-port.ts";
import { at, load, type Row } from "./load.ts";

/** Its host is the open fork of the Serverless Framework: the original asks for an account. */
const OFFLINE = "serverless-offline@14.8.2";
const HOST = "osls@4.3.1";
const HELLO = "exports.handler = async () => 'hello';";
/** The other shares the machine as any process does: on a busy one a smaller function would get less of it. */
const WHOLE_CORE_MB = limits.functions.memoryMbPerCpu;
const ROUNDS = 8;
const ROUND_MS = 500;
/** First calls, each of a function of its own; so long apart that neither has to do two at once. */
const FIRSTS = 20;
const APART_MS = 250;
const READY_MS_MAX = 60_000;
const WRK = ["-t1", "-c32", "-d4s"] as const;

interface Target {
  readonly what: string;
  readonly base: string;
  /** Of the hello that is called again and again, and of those that are called once. */
  readonly paths: readonly string[];
}

interface Measured {
  readonly firstMs: number;
  readonly warmMs: number;
  /** NaN without `wrk`. */
  readonly perSecond: number;
}

/** Rows for the server behind `settings`; with serverless-offline's beside them where npm can fetch it. */
export async function benchServerlessOffline(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const package_ = await cached(`${OFFLINE}-${HOST}`, async (dir) => void (await tool(dir, "npm", ["install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", OFFLINE, HOST])));
  if ("missing" in package_) return [{ what: `serverless-offline: ${package_.missing.split("\n")[0]}`, value: Number.NaN, unit: "" }];
  const dir = await mkdtemp(join(tmpdir(), "fugaz-offline-"));
  let offline: ChildProcess | undefined;
  try {
    const started = await startOffline(package_.dir, dir);
    offline = started.child;
    const targets: readonly Target[] = [
      { what: "serverless-offline", base: started.base, paths: names.map((name) => `/${name}`) },
      { what: "Fugaz, function URL", base: settings.endpoint, paths: await serve(new LambdaClient(settings)) },
    ];
    const [theirs, ours] = await measure(targets);
    if (!theirs || !ours) throw new Error("bug: two targets, two measurements");
    return [
      ...rowsOf("the first call of a Node hello, p50", ({ firstMs }) => firstMs, "ms"),
      ...rowsOf("a warm call of it, 1 client, p50", ({ warmMs }) => warmMs, "ms"),
      ...(Number.isNaN(ours.perSecond) ? [] : rowsOf(`warm calls, wrk ${WRK.join(" ")}`, ({ perSecond }) => perSecond, "/s")),
    ];

    function rowsOf(what: string, figure: (of: Measured) => number, unit: string): readonly Row[] {
      if (!theirs || !ours) return [];
      const ratio = unit === "ms" ? figure(theirs) / figure(ours) : figure(ours) / figure(theirs);
      return [{ what: `serverless-offline, ${what}`, value: figure(theirs), unit }, { what: "  Fugaz by function URL", value: figure(ours), unit }, { what: "  times better", value: ratio, unit: "x" }];
    }
  } finally {
    if (offline && offline.exitCode === null) {
      offline.kill("SIGKILL");
      await once(offline, "exit");
    }
    await rm(dir, { recursive: true, force: true });
  }
}

const names = Array.from({ length: FIRSTS + 1 }, (_, n) => `bench-offline-${n}`);

/** In turns, so that a busy machine slows both. */
async function measure(targets: readonly Target[]): Promise<readonly Measured[]> {
  const open = targets.map((target) => ({ ...target, calls: openCalls(target.base, 1), firsts: [] as number[], p50s: [] as number[], rates: [] as number[] }));
  try {
    for (let n = 1; n < names.length; n++) {
      for (const { calls, paths, firsts } of open) {
        await systemClock.sleep(APART_MS);
        const begun = systemClock.monotonicMs();
        await calls.send("GET", paths[n] ?? "/");
        firsts.push(systemClock.monotonicMs() - begun);
      }
    }
    for (let round = -1; round < ROUNDS; round++) {
      for (const { calls, paths, p50s } of open) {
        const { p50Ms } = await load(1, ROUND_MS, () => calls.send("GET", paths[0] ?? "/"));
        // The first round warms up.
        if (round >= 0) p50s.push(p50Ms);
      }
    }
    for (let round = -1; round < 3; round++) {
      for (const { base, paths, rates } of open) {
        const rate = await wrk(`${base}${paths[0]}`);
        // In the first both start what serves so many at once.
        if (round >= 0) rates.push(rate);
      }
    }
    return open.map(({ firsts, p50s, rates }) => ({ firstMs: median(firsts), warmMs: median(p50s), perSecond: median(rates) }));
  } finally {
    for (const { calls } of open) calls[Symbol.dispose]();
  }
}

const median = (list: readonly number[]): number => at(list.toSorted((a, b) => a - b), 0.5);

/** Answers per second; NaN where there is no `wrk`. */
async function wrk(url: string): Promise<number> {
  const { stdout } = await promisify(execFile)("wrk", [...WRK, url]).catch(() => ({ stdout: "" }));
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN);
}

async function startOffline(packageDir: string, dir: string): Promise<{ readonly child: ChildProcess; readonly base: string }> {
  const [httpPort, lambdaPort] = await Promise.all([freePort(), freePort()]);
  const functions = Object.fromEntries(names.map((name) => [name, { handler: "index.handler", events: [{ httpApi: `GET /${name}` }] }]));
  await writeFile(join(dir, "index.js"), HELLO);
  await writeFile(join(dir, "serverless.json"), JSON.stringify({ service: "bench", provider: { name: "aws", runtime: "nodejs22.x" }, plugins: ["serverless-offline"], custom: { "serverless-offline": { host: "127.0.0.1", httpPort, lambdaPort } }, functions }));
  // It looks for its plugins there.
  await symlink(join(packageDir, "node_modules"), join(dir, "node_modules"));
  const child = spawn(process.execPath, [join(packageDir, "node_modules/osls/bin/serverless.js"), "offline", "start"], { cwd: dir, stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"], HOME: dir, SLS_TELEMETRY_DISABLED: "1" }, timeout: 30 * READY_MS_MAX });
  let said = "";
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said = `${said}${line}\n`.slice(-2000);
        if (line.includes("Server ready")) resolve();
      });
    }
    child.once("exit", () => reject(new Error(`serverless-offline did not start: ${said}`)));
    setTimeout(() => reject(new Error(`serverless-offline was not ready in time: ${said}`)), READY_MS_MAX).unref();
  });
  try {
    await ready;
    return { child, base: `http://127.0.0.1:${httpPort}` };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function serve(lambda: LambdaClient): Promise<readonly string[]> {
  const ZipFile = zipSync({ "index.js": strToU8(HELLO) });
  const paths: string[] = [];
  for (const FunctionName of names) {
    await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs22.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: WHOLE_CORE_MB }));
    const { FunctionUrl = "" } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }));
    await lambda.send(new AddPermissionCommand({ FunctionName, StatementId: "public", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }));
    paths.push(new URL(FunctionUrl).pathname);
  }
  return paths;
}
