import { existsSync } from "node:fs";
import { mkdtemp, readlink, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runtime, Runtimes } from "../../ports/runtimes.ts";
import { noContainers, open, path, ran, type Opened } from "../../../test/start-sandbox.ts";
import { nearest } from "./interpreter.ts";
import { promisedBy } from "./names.ts";
import { openRuntimes } from "./open.ts";

const projectDir = join(import.meta.dirname, "../../..");
let dir: string;
let runtimes: Runtimes;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-catalog-"));
  runtimes = openRuntimes({ projectDir, dir, path, home: homedir() });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("names promise what they promised through the years", () => {
  expect(promisedBy("nodejs")).toEqual({ family: "node", version: 0 });
  expect(promisedBy("nodejs4.3")).toEqual({ family: "node", version: 4 });
  expect(promisedBy("nodejs26.x")).toEqual({ family: "node", version: 26 });
  expect(promisedBy("python3.14")).toEqual({ family: "python", version: 14 });
  expect(promisedBy("provided.al2")?.family).toBe("provided");
  expect(promisedBy("go1.x")?.family).toBe("provided");
  for (const name of ["python2.7", "java21", "ruby3.4", "dotnet8", "", "nodejsx", "python3", "../provided"]) expect(promisedBy(name)).toBeUndefined();
});

test("the nearest interpreter is taken, the newer of two equally near", () => {
  const found = [8, 11, 13].map((promise) => ({ promise, version: `3.${promise}.0`, file: `/python3.${promise}` }));
  expect([6, 11, 12, 15].map((promise) => nearest(found, promise)?.promise)).toEqual([8, 11, 13, 13]);
  expect(nearest([], 11)).toBeUndefined();
});

test("Node.js functions run on the exact major where it is installed, else on the bundled one, and that is said", async () => {
  const bundled = await runtimes.resolve("nodejs24.x");
  expect(bundled).toMatchObject({ family: "node", exact: true });
  expect(bundled?.version).toMatch(/^24\./);
  const old = await runtimes.resolve("nodejs4.3");
  expect(old).toMatchObject({ version: bundled?.version, exact: false, interpreter: bundled?.interpreter });
});

test("what nothing here can run is undefined, and so is what was never a runtime", async () => {
  expect(await runtimes.resolve("python2.7")).toBeUndefined();
  expect(await runtimes.resolve("cobol85")).toBeUndefined();
});

test("the list holds real files only", async () => {
  const listed = await runtimes.list();
  expect(listed.map(({ name }) => name)).toContain("provided.al2023");
  for (const { interpreter, mounts } of listed) {
    expect(interpreter === "" || existsSync(interpreter)).toBe(true);
    expect(mounts.filter(({ source }) => !existsSync(source))).toEqual([]);
  }
});

describe.skipIf(noContainers !== undefined)("inside a container", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open("bubblewrap");
  });
  afterAll(() => opened.close());

  const evaluate = async ({ argv, mounts, env }: Runtime, words: readonly string[]): Promise<string> => {
    await using sandbox = await opened.start([argv[0] ?? "", ...words], { mounts, env: { ...env, NODE_PATH: "/var/runtime/node_modules" }, memoryMb: 256, openFilesMax: 1024 });
    const { stdout, stderr } = await ran(sandbox);
    return stdout + stderr;
  };

  test("every Node.js that was found starts, and the bundled SDK resolves with all it needs", async () => {
    const node = await runtimes.resolve("nodejs24.x");
    if (!node) throw new Error("no Node.js");
    const script = "const { S3Client } = require('@aws-sdk/client-s3'); new S3Client({ region: 'us-east-1' }); console.log(process.version, typeof S3Client)";
    expect(await evaluate(node, ["-e", script])).toBe(`v${node.version} function\n`);
  });

  test("every Python that was found starts and imports boto3, where the machine has it", async ({ skip }) => {
    const listed = (await runtimes.list()).filter(({ family }) => family === "python");
    const different = [...new Map(listed.map((runtime) => [runtime.interpreter, runtime])).values()];
    if (different.length === 0) skip("no Python on this machine");
    const said = await Promise.all(different.map((python) => evaluate(python, ["-S", "-c", "import sys, json, ssl; print('%d.%d.%d' % sys.version_info[:3])"])));
    expect(said).toEqual(different.map(({ version }) => `${version}\n`));
    const sdk = await readlink(join(dir, "python/boto3")).catch(() => skip("no boto3 on this machine"));
    // An SDK installed for a newer Python may use what an older one does not know yet.
    const minor = Number(/python3\.(\d+)/.exec(String(sdk))?.[1] ?? 0);
    const withSdk = different.find(({ version }) => Number(version.split(".")[1]) >= minor);
    if (!withSdk) throw new Error(`boto3 lies in ${String(sdk)}, but no Python of that age was found`);
    expect(await evaluate(withSdk, ["-S", "-c", "import sys; sys.path.append('/var/runtime'); import boto3; print(boto3.client('s3', region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b').meta.region_name)"])).toBe("us-east-1\n");
  });
});
