import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runtime, Runtimes } from "../../ports/runtimes.ts";
import { noContainers, open, path, ran, type Opened } from "../../../test/start-sandbox.ts";
import { firstNotOlder, nearest, type Interpreter } from "./interpreter.ts";
import { promisedBy } from "./names.ts";
import { openRuntimes } from "./open.ts";

const projectDir = join(import.meta.dirname, "../../..");
let dir: string;
let runtimes: Runtimes;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-catalog-"));
  runtimes = openRuntimes({ projectDir, dir, addedDir: join(dir, "added"), path, home: homedir() });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("names promise what they promised through the years", () => {
  const promises: Readonly<Record<string, string>> = {
    nodejs: "node 0", "nodejs4.3": "node 4", "nodejs26.x": "node 26", "python2.7": "python 207", "python3.14": "python 314", "ruby2.5": "ruby 205", "ruby4.0": "ruby 400",
    java8: "java 8", "java8.al2": "java 8", "java17.al2023": "java 17", java25: "java 25", "go1.x": "go 0", provided: "provided 0", "provided.al2": "provided 0",
  };
  for (const [name, promise] of Object.entries(promises)) {
    const { family, version } = promisedBy(name) ?? {};
    expect(`${name}: ${family} ${version}`).toBe(`${name}: ${promise}`);
  }
  for (const name of ["dotnet8", "", "nodejsx", "python3", "ruby", "java", "java21.x", "../provided"]) expect(promisedBy(name)).toBeUndefined();
});

const some = (...promises: readonly number[]): readonly Interpreter[] => promises.map((promise) => ({ promise, version: `${promise}`, file: `/bin/${promise}`, origin: "machine" }));

test("the nearest interpreter is taken, the newer of two equally near", () => {
  expect([306, 311, 312, 315].map((promise) => nearest(some(308, 311, 313), promise)?.promise)).toEqual([308, 311, 313, 313]);
  expect(nearest([], 311)).toBeUndefined();
});

test("Java functions never get an older Java while a newer one is there", () => {
  expect([8, 17, 18, 21, 25].map((promise) => firstNotOlder(some(25, 17, 11), promise)?.promise)).toEqual([11, 17, 25, 25, 25]);
  expect(firstNotOlder(some(11, 17), 21)?.promise).toBe(17);
});

test("Node.js functions run on the exact major where it is here, else on the nearest that our wrapper knows, and that is said", async () => {
  const bundled = await runtimes.resolve("nodejs24.x");
  expect(bundled).toMatchObject({ family: "node", exact: true });
  expect(bundled?.version).toMatch(/^24\./);
  const old = await runtimes.resolve("nodejs4.3");
  expect(old).toMatchObject({ name: "nodejs4.3", exact: false });
  expect(Number(old?.version.split(".")[0])).toBeGreaterThanOrEqual(16);
});

test("what nothing here can run is undefined, and the reason names a way out", async () => {
  const bare = openRuntimes({ projectDir, dir: join(dir, "bare"), addedDir: join(dir, "added"), path: "/nowhere", home: "/nowhere" });
  expect(await bare.whyMissing("python2.7")).toMatch(/Python 3 does not run Python 2 code/);
  const reasons: Readonly<Record<string, RegExp>> = { dotnet8: /no wrapper for \.NET.*provided\.al2023/, cobol85: /no runtime of that name/, java21: /fugaz runtime add java21/ };
  for (const [name, reason] of Object.entries(reasons)) {
    expect(await runtimes.resolve(name)).toBeUndefined();
    expect(await runtimes.whyMissing(name)).toMatch(reason);
  }
});

test("a strict catalog has exact versions only", async () => {
  const strict = openRuntimes({ projectDir, dir: join(dir, "strict"), addedDir: join(dir, "added"), path: "/nowhere", home: "/nowhere", strict: true });
  expect(await strict.resolve("nodejs24.x")).toMatchObject({ exact: true });
  expect(await strict.resolve("nodejs22.x")).toBeUndefined();
  expect(await strict.whyMissing("nodejs22.x")).toMatch(/This machine has Node\.js 24\..*strict-runtimes.*fugaz runtime add nodejs22\.x/);
});

test("what is added while the server runs is taken at once, and no more when it is removed", async () => {
  const addedDir = join(dir, "added-later");
  const catalog = openRuntimes({ projectDir, dir: join(dir, "later"), addedDir, path: "/nowhere", home: "/nowhere" });
  expect(await catalog.resolve("nodejs22.x")).toMatchObject({ exact: false, origin: "bundled" });
  await mkdir(join(addedDir, "nodejs22.x/bin"), { recursive: true });
  await writeFile(join(addedDir, "nodejs22.x/package.json"), '{"version":"v22.1.0"}');
  await utimes(addedDir, 1, 1);
  expect(await catalog.resolve("nodejs22.x")).toMatchObject({ exact: true, origin: "added", version: "22.1.0", interpreter: join(addedDir, "nodejs22.x/bin/node") });
  await rm(join(addedDir, "nodejs22.x"), { recursive: true });
  expect(await catalog.resolve("nodejs22.x")).toMatchObject({ exact: false, origin: "bundled" });
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
