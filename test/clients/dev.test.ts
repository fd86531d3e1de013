// `fugaz dev` as a developer lives with it: saves, mistakes, several functions, debuggers, Ctrl-C.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GetFunctionCommand, InvokeCommand, PublishVersionCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachDebugpy, attachInspector } from "./debug-clients.ts";
import { startDev } from "./dev-server.ts";
import { eventually, has, startCloud, zipOf } from "./harness.ts";

const run = promisify(execFile);
const command = join(import.meta.dirname, "../../bin/fugaz.js");
const hasDebugpy = await has("python3", "-c", "import debugpy");

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "fugaz-dev-"));
  await chmod(root, 0o755);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A folder with files in it. */
async function folder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, name, path, ".."), { recursive: true });
    await writeFile(join(root, name, path), text);
  }
  return join(root, name);
}

const answering = (value: string): string => `export const handler = async () => ({ value: ${value}, stage: process.env.STAGE, more: process.env.MORE });\n`;

describe("one function", () => {
  test("is deployed anew at each save, says its mistakes, is not published, and runs only while it is being developed", async () => {
    const dir = await folder("hello", { "index.mjs": answering("1"), ".env": "STAGE=test\n" });
    const dataDir = join(root, "data-hello");
    const dev = await startDev([dir, "--data-dir", dataDir, "--env", "MORE=yes", "--env-file", join(dir, ".env"), "--memory", "256"]);
    expect(dev.said()).toMatch(/hello: index\.handler on nodejs24\.x, from .*\/hello\n {2}fugaz invoke hello --endpoint http/);
    expect(await dev.call("hello")).toEqual({ value: 1, stage: "test", more: "yes" });

    const answers = async (value: number): Promise<true | undefined> => ((await dev.call("hello")) as { value?: unknown }).value === value || undefined;
    const began = performance.now();
    await writeFile(join(dir, "index.mjs"), answering("2"));
    await eventually("the new code", () => answers(2));
    process.stderr.write(`from a save to the new code's answer: ${Math.round(performance.now() - began)} ms\n`);
    await dev.hears(/hello redeployed in \d+ ms \(index\.mjs\)/);

    // As Vim and others save: a new file takes the old one's name.
    await writeFile(join(dir, ".index.mjs.swp"), "");
    await writeFile(join(dir, "index.mjs~"), answering("3"));
    await rename(join(dir, "index.mjs~"), join(dir, "index.mjs"));
    await eventually("the atomically saved code", () => answers(3));

    await writeFile(join(dir, "index.mjs"), "export const handler = async () => {\n  return (;\n};\n");
    await dev.hears(/index\.mjs:2\n.*return \(;\n[^\n]*\^[\s\S]*SyntaxError/);
    expect(await dev.call("hello")).toMatchObject({ errorType: "Runtime.UserCodeSyntaxError" });
    await mkdir(join(dir, "lib"));
    await writeFile(join(dir, "lib/value.mjs"), "export const value = 4;\n");
    await writeFile(join(dir, "index.mjs"), `import { value } from "./lib/value.mjs";\n${answering("value")}`);
    await eventually("the mended code", () => answers(4));
    await writeFile(join(dir, "lib/value.mjs"), "export const value = 5;\n");
    await eventually("a change in a folder made meanwhile", () => answers(5));
    await writeFile(join(dir, ".env"), "STAGE=other\n");
    await eventually("the other environment", async () => ((await dev.call("hello")) as { stage: string }).stage === "other" || undefined);

    await expect(dev.lambda.send(new PublishVersionCommand({ FunctionName: "hello" }))).rejects.toMatchObject({ name: "InvalidParameterValueException", message: expect.stringContaining("published from an archive only") });
    const { Code, Configuration } = await dev.lambda.send(new GetFunctionCommand({ FunctionName: "hello" }));
    expect(Configuration).toMatchObject({ MemorySize: 256, CodeSize: 0, State: "Active" });
    const archive = await fetch(Code?.Location ?? "");
    expect({ status: archive.status, text: await archive.text() }).toMatchObject({ status: 404, text: expect.stringContaining("there is no archive of it") });

    const started = dev.descendants();
    expect(started.length).toBeGreaterThan(0);
    expect(await dev.interrupt()).toBe(0);
    expect(started.filter(isAlive)).toEqual([]);
    expect(await readFile("/proc/mounts", "utf8")).not.toContain(root);
    expect((await readdir(dir)).sort()).toEqual([".env", ".index.mjs.swp", "index.mjs", "lib"]);

    // The function is still there, with whatever leads to it; it waits for its developer, or for an archive.
    await using cloud = await startCloud({ dataDir });
    await expect(cloud.lambda.send(new InvokeCommand({ FunctionName: "hello" }))).rejects.toMatchObject({ name: "ResourceNotReadyException", message: expect.stringMatching(/runs from the folder .*hello, and only while `fugaz dev` runs there/) });
    await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "hello", ZipFile: zipOf({ "index.mjs": answering("6") }), Publish: true }));
    expect(JSON.parse(Buffer.from((await cloud.lambda.send(new InvokeCommand({ FunctionName: "hello" }))).Payload ?? []).toString())).toMatchObject({ value: 6 });
  });
});

describe("several functions", () => {
  test("are deployed each from its folder, log under their names, and leave the folders clean, also without isolation", async () => {
    const dir = await folder("shop", {
      "orders/app.mjs": "import { name } from './name.mjs';\nexport const lambdaHandler = async () => { console.log('an order'); return name; };\n", "orders/name.mjs": "export const name = 'node';\n",
      "stock/lambda_function.py": "import part\ndef lambda_handler(event, context):\n    print('counted')\n    return part.name\n", "stock/part.py": "name = 'python'\n",
      "shell/bootstrap": "#!/bin/sh\n", "notes/readme.txt": "no function\n", "template.yaml": "Resources: {}\n",
    });
    await chmod(join(dir, "shell/bootstrap"), 0o755);
    await using dev = await startDev([dir, "--data-dir", join(root, "data-shop"), "--isolation", "process"]);
    expect(dev.said()).toMatch(/template\.yaml is not read yet[\s\S]*orders: app\.lambdaHandler on nodejs24\.x[\s\S]*shell: bootstrap on provided\.al2023[\s\S]*stock: lambda_function\.lambda_handler on python3/);
    expect(dev.said()).not.toContain("notes");
    expect([await dev.call("orders"), await dev.call("stock")]).toEqual(["node", "python"]);
    await dev.hears(/^orders \| .*an order$[\s\S]*^orders \| REPORT/m);
    await dev.hears(/^stock {2}\| counted$/m);
    await writeFile(join(dir, "stock/part.py"), "name = 'snake'\n");
    await eventually("the changed module", async () => (await dev.call("stock")) === "snake" || undefined);
    await writeFile(join(dir, "stock/part.py"), "def broken(:\n");
    await dev.hears(/part\.py", line 1[\s\S]*SyntaxError/);
    await dev.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "orders", ZipFile: zipOf({ "index.mjs": answering("7") }) }));
    await dev.interrupt();
    expect(await readdir(join(dir, "stock"))).toEqual(["lambda_function.py", "part.py"]);
    await expect(startDev([join(dir, "orders"), "--data-dir", join(root, "data-shop")])).rejects.toThrow("There is a function orders already that was deployed from an archive.");
  });
});

describe("debuggers", () => {
  test("attach to a Node function that runs, whose version changes under them, without a time limit", async () => {
    const dir = await folder("slow", { "index.mjs": "globalThis.answer = undefined;\nexport const handler = async ({ secret }) => { globalThis.seen = secret; while (!globalThis.answer) await new Promise((r) => setTimeout(r, 5)); return globalThis.answer; };\n" });
    const port = await freePort();
    await using dev = await startDev([dir, "--data-dir", join(root, "data-slow"), "--timeout", "1", "--inspect", String(port)]);
    expect(dev.said()).toContain(`slow: inspector on 127.0.0.1:${port}; open chrome://inspect`);
    for (const round of [1, 2]) {
      const answer = dev.call("slow", { secret: `number ${round}` });
      {
        await using inspector = await attachInspector(port);
        await eventually("the running function", async () => (await inspector.evaluate("globalThis.seen")) === `number ${round}` || undefined);
        await inspector.evaluate(`globalThis.answer = "let go ${round}"`);
      }
      expect(await answer).toBe(`let go ${round}`);
      await writeFile(join(dir, "other.mjs"), `${round}\n`);
      await dev.hears(new RegExp(`(slow redeployed[\\s\\S]*){${round}}`));
    }
  });

  test.skipIf(!hasDebugpy)("attach to a Python function and stop it at a breakpoint (needs debugpy)", async () => {
    const dir = await folder("snake", { "app.py": "def handler(event, context):\n    secret = event['n'] * 2\n    return secret\n" });
    const port = await freePort();
    await using dev = await startDev([dir, "--data-dir", join(root, "data-snake"), "--inspect-brk", String(port)], process.env["PYTHONPATH"] ? { PYTHONPATH: process.env["PYTHONPATH"] } : {});
    await using debug = await attachDebugpy(port);
    const stopped = debug.stopAt("/var/task/app.py", 3);
    const answer = dev.call("snake", { n: 21 });
    expect(await (await stopped).evaluate("secret")).toBe("42");
    await debug.goOn();
    expect(await answer).toBe(42);
  });
});

describe("mistakes get one clear sentence", () => {
  const fails = async (...args: readonly string[]): Promise<string> => {
    const failed = await run(process.execPath, [command, "dev", "--port", "0", ...args], { env: { PATH: process.env["PATH"], HOME: root } }).then(() => ({ stderr: "it worked" }), (error: { readonly stderr: string }) => error);
    return failed.stderr.trim();
  };

  test("no function, data among the sources, two functions with one name's options, a runtime that is not there", async () => {
    const empty = await folder("empty", { "notes.txt": "" });
    const one = await folder("one", { "index.js": "" });
    const two = await folder("two", { "a/index.js": "", "b/index.js": "" });
    const sentences = await Promise.all([fails(empty), fails(one, "--data-dir", join(one, ".fugaz")), fails(two, "--name", "x"), fails(one, "--runtime", "cobol74"), fails(join(root, "nowhere")), fails(one, "--env", "x")]);
    expect(sentences).toEqual([
      expect.stringMatching(/^fugaz: Neither .*empty nor a folder in it holds a function\. Looked for: index, app/),
      expect.stringMatching(/^fugaz: The data directory .* lies in the function's folder /),
      expect.stringMatching(/^fugaz: --name is for one function, and this folder holds 2/),
      "fugaz: This machine can not run cobol74. `fugaz doctor` lists what it can.",
      expect.stringMatching(/^fugaz: .*nowhere is no folder\.$/),
      expect.stringContaining("Give KEY=VALUE."),
    ]);
  });
});

/** What has ended but was not waited for by its new parent is dead all the same. */
function isAlive(pid: number): boolean {
  try {
    return !/^.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
