// Cold starts as an HTTP client sees them, each labelled with how the server says it went, beside a bare node:http server in the same run.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, DeleteFunctionCommand, LambdaClient, type Runtime } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { distribution, type Row } from "./load.ts";

const TRIES = Number(process.env["TRIES"] ?? 200);
const WARM = 1000;
/** How long a try waits for a cell before it takes what there is. */
const PATIENCE_MS = 5000;
/** Read at the start of a process, and naming files: nothing that booted ahead will do. */
const FRESH = { SSL_CERT_DIR: "/etc/ssl/certs" };

const CASES = [
  { what: "Node hello", goals: { fresh: "<= 70", pool: "<= 5 / 15", warm: "<= 0.8", memoryMb: "<= 12" }, runtime: "nodejs24.x", cells: 'node24",ahead="', file: "index.mjs", text: "export const handler = async () => 'hello';" },
  { what: "Node with the S3 client", goals: {}, runtime: "nodejs24.x", cells: 'node24",ahead="@aws-sdk/client-s3', file: "index.mjs", text: "import { S3Client } from '@aws-sdk/client-s3';\nexport const handler = async () => typeof S3Client;" },
  { what: "Python hello", goals: { pool: "<= 5", memoryMb: "<= 5" }, runtime: "python3.11", cells: 'python3.11",ahead="', file: "index.py", text: "def handler(event, context):\n    return 'hello'\n" },
  { what: "Python with boto3", goals: { pool: "<= 8" }, runtime: "python3.11", cells: 'python3.11",ahead="boto3', file: "index.py", text: "import boto3\ndef handler(event, context):\n    return boto3.__version__\n" },
] as const satisfies readonly Case[];

interface Case {
  readonly what: string;
  readonly goals: { readonly fresh?: string; readonly pool?: string; readonly warm?: string; readonly memoryMb?: string };
  readonly runtime: string;
  /** How the metrics name the cells that it can be given. */
  readonly cells: string;
  readonly file: string;
  readonly text: string;
}

export async function benchCold({ endpoint, pid }: { readonly endpoint: string; readonly pid: number }): Promise<readonly Row[]> {
  const lambda = new LambdaClient(clientSettings({ endpoint }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const rows: Row[] = [];
  const bare = await bareServer();
  const bareMs = await times(WARM, () => send(bare.url, agent));
  rows.push(distribution("bare node:http", bareMs));
  for (const { what, goals, runtime, cells, file, text } of CASES as readonly Case[]) {
    const ZipFile = zipSync({ [file]: strToU8(text) });
    const base = `cold-${what.toLowerCase().replaceAll(" ", "-")}`;
    const create = (FunctionName: string, Variables: Record<string, string>) =>
      lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: runtime as Runtime, Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 256, Environment: { Variables } })).catch(() => undefined);
    const urlOf = (name: string): string => `${endpoint}/2015-03-31/functions/${name}/invocations`;
    for (const [kind, more] of [["fresh", FRESH], ["pool", {}]] as const) {
      const tookMs: number[] = [];
      const steps: number[][] = [];
      // A function each, so that nothing is torn down while a start is timed.
      for (let n = 0; n < TRIES; n++) if (!(await create(`${base}-${kind}-${n}`, more))) break;
      for (let n = 0; n < TRIES; n++) {
        if (kind === "pool") await cellOf(endpoint, cells, agent);
        const begun = systemClock.monotonicMs();
        const got = await send(urlOf(`${base}-${kind}-${n}`), agent, "{}").catch(() => undefined);
        const ms = systemClock.monotonicMs() - begun;
        const log = Buffer.from(String(got?.headers["x-amz-log-result"]), "base64").toString();
        const first = Number(/\tDuration: ([\d.]+) ms/.exec(log)?.[1]);
        const told = /Start: (\w+), sandbox ([\d.]+) ms, runtime ([\d.]+) ms, code ([\d.]+) ms/.exec(log);
        if (told?.[1] !== kind) continue;
        tookMs.push(ms);
        steps.push([...told.slice(2).map(Number), first]);
      }
      rows.push(distribution(`cold start, ${kind}, ${what}, Invoke`, tookMs, goals[kind]));
      for (const [index, step] of ["sandbox", "runtime", "code", "first event"].entries()) rows.push({ ...distribution("", steps.map((each) => each[index] ?? 0)), what: `  of which ${step}` });
    }
    rows.push(distribution(`warm, ${what}, Invoke`, await times(WARM, () => send(urlOf(`${base}-pool-0`), agent, "{}")), goals.warm));
    const memory = privateMb(pid, runtime.startsWith("node") ? "/var/lang/bin/node" : "/bootstrap.py");
    rows.push({ ...distribution(`private memory of an idle sandbox, ${what}`, memory, goals.memoryMb), unit: "MB" });
    for (const kind of ["fresh", "pool"]) for (let n = 0; n < TRIES; n++) await lambda.send(new DeleteFunctionCommand({ FunctionName: `${base}-${kind}-${n}` })).catch(() => undefined);
  }
  rows.push(...(await coldByUrl(lambda, endpoint, agent)));
  agent.destroy();
  bare.stop();
  return rows;
}

/** A function URL tells no log: the server's counters say whether the start came from the pool. */
async function coldByUrl(lambda: LambdaClient, endpoint: string, agent: Agent): Promise<readonly Row[]> {
  const ZipFile = zipSync({ "index.mjs": strToU8(CASES[0].text) });
  const urls: string[] = [];
  for (let n = 0; n < TRIES; n++) {
    const FunctionName = `cold-url-${n}`;
    await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 256 }));
    urls.push((await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }))).FunctionUrl ?? "");
    await lambda.send(new AddPermissionCommand({ FunctionName, StatementId: "public", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }));
  }
  const tookMs: number[] = [];
  for (const url of urls) {
    await cellOf(endpoint, CASES[0].cells, agent);
    const before = await sample(endpoint, agent, POOLED);
    const begun = systemClock.monotonicMs();
    await send(url, agent);
    const ms = systemClock.monotonicMs() - begun;
    if ((await sample(endpoint, agent, POOLED)) > before) tookMs.push(ms);
  }
  return [distribution("cold start, pool, Node hello, function URL", tookMs, CASES[0].goals.pool), distribution("warm, Node hello, function URL", await times(WARM, () => send(urls[0] ?? "", agent)), "<= 0.4 / 2")];
}

const POOLED = 'fugaz_cold_start_seconds_count{kind="pool",runtime="nodejs24.x"}';

/** A figure of the server's metrics; 0 when it is not there. */
async function sample(endpoint: string, agent: Agent, name: string): Promise<number> {
  const { body } = await send(`${endpoint}/metrics`, agent);
  return Number(body.split("\n").find((line) => line.startsWith(`${name} `))?.slice(name.length) ?? 0);
}

async function times(count: number, once: () => Promise<unknown>): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let n = 0; n < count; n++) {
    const begun = systemClock.monotonicMs();
    await once();
    tookMs.push(systemClock.monotonicMs() - begun);
  }
  return tookMs;
}

interface Got {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A body makes it an Invoke with a log tail. */
function send(url: string, agent: Agent, body?: string): Promise<Got> {
  const invoke = { method: "POST", headers: { authorization: "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0", "x-amz-date": "20260101T000000Z", "x-amz-log-type": "Tail" } };
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, ...(body === undefined ? {} : invoke) }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => (response.statusCode === 200 ? resolve({ headers: response.headers, body: text }) : reject(new Error(`${response.statusCode}: ${text}`))));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function cellOf(endpoint: string, runtime: string, agent: Agent): Promise<void> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 25) {
    if ((await sample(endpoint, agent, `fugaz_cells{runtime="${runtime}"}`)) >= 2) return;
    await systemClock.sleep(25);
  }
}

/** A hello from a process of its own. */
async function bareServer(): Promise<{ readonly url: string; stop(): void }> {
  const child = fork("-", [], { execArgv: ["--input-type=module", "-e", "import { createServer } from 'node:http'; const s = createServer((_, r) => r.end('hello')).listen(0, '127.0.0.1', () => process.send(s.address().port));"] });
  const [port] = (await once(child, "message")) as [number];
  return { url: `http://127.0.0.1:${port}/`, stop: () => void child.kill() };
}

/** Memory that no other process shares, in MB, of each sandbox below the server whose program's command line has `mark`: the program and what holds it. */
function privateMb(server: number, mark: string): readonly number[] {
  const parents = new Map<number, number>();
  for (const line of execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n")) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    parents.set(pid, parent);
  }
  const found: number[] = [];
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    const line: number[] = [];
    for (let at = Number(name); at > 1 && at !== server; at = parents.get(at) ?? 0) line.push(at);
    if (parents.get(line.at(-1) ?? 0) !== server || !text(`/proc/${name}/cmdline`).includes(mark) || text(`/proc/${name}/comm`).startsWith("sh")) continue;
    found.push(line.reduce((sum, at) => sum + [...text(`/proc/${at}/smaps_rollup`).matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].reduce((kb, [, number]) => kb + Number(number), 0), 0) / 1024);
  }
  return found.toSorted((a, b) => a - b);
}

const text = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
