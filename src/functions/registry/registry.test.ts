import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Store } from "../../ports/store.ts";
import type { CodePackage, FunctionSettings } from "../function.ts";
import { openPackages, type OpenPackages } from "../packages/open-packages.ts";
import { openTrees } from "../packages/trees.ts";
import { zipOf } from "../packages/zips-for-test.ts";
import type { FunctionName } from "./keys.ts";
import { openRegistry, type OpenRegistry } from "./open-registry.ts";

const scope = { account: "000000000000", region: "us-east-1" };
const at = { ...scope, name: "thumbs" };
const settings: FunctionSettings = {
  dialect: "aws", description: "", runtime: "nodejs22.x", handler: "index.handler", role: "arn:aws:iam::000000000000:role/r", memoryMb: 128, timeoutMs: 3000,
  tmpMb: 512, env: {}, architecture: "x86_64", logs: { group: "/aws/lambda/thumbs", format: "Text", applicationLevel: undefined, systemLevel: undefined },
};

let dir: string;
let engine: Engine;
let packages: OpenPackages;
let registry: OpenRegistry;
let reads: number;
let changed: FunctionName[];
let left: string[];
let removed: FunctionName[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-registry-"));
  engine = await openEmbedded({ dir: join(dir, "data"), clock: fakeClock() });
  packages = openPackages({ blobs: engine.blobs, trees: await openTrees(dir) });
  [reads, changed, left, removed] = [0, [], [], []];
  const store: Store = {
    get: (key) => (reads++, engine.store.get(key)),
    list: (range) => engine.store.list(range),
    commit: (checks, writes) => engine.store.commit(checks, writes),
    watch: (prefix, listener) => engine.store.watch(prefix, listener),
  };
  registry = openRegistry({
    store, clock: fakeClock(), packages,
    onChange: (name) => changed.push(name),
    onCodeLeft: (id) => left.push(id),
    onRemoved: async (name) => void removed.push(name),
  });
});

afterEach(async () => {
  registry[Symbol.dispose]();
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

const codeOf = (text: string): Promise<CodePackage> => packages.add(zipOf([{ name: "index.js", data: text, mode: 0o100644 }]));

describe("the registry", () => {
  test("creates a function once; its code is held from then on", async () => {
    const record = await registry.create(scope, "thumbs", await codeOf("1"), settings, { team: "a" });
    expect(record).toMatchObject({ name: "thumbs", tags: { team: "a" }, latest: { version: "$LATEST", settings } });
    await expect(registry.create(scope, "thumbs", await codeOf("2"), settings, {})).rejects.toMatchObject({
      code: "ResourceConflictException", message: "Function already exist: thumbs",
    });
    expect(await registry.find(at)).toEqual(record);
    await engine.blobs.sweep(0);
    expect((await engine.blobs.bytes(record.latest.code.blobId)).byteLength).toBe(record.latest.code.sizeBytes);
  });

  test("answers from memory once it has read, and anew after a change", async () => {
    await registry.create(scope, "thumbs", await codeOf("1"), settings, {});
    await expect.poll(() => changed.length).toBe(1);
    const first = await registry.versionOf(at);
    const before = reads;
    for (let round = 0; round < 100; round++) expect(registry.cachedVersion(at)).toEqual(await registry.versionOf({ ...at, qualifier: "$LATEST" }));
    expect(reads).toBe(before);
    await registry.update(at, { settings: { timeoutMs: 9000 } });
    const second = await registry.versionOf(at);
    expect(second.settings.timeoutMs).toBe(9000);
    expect(second.id).not.toBe(first.id);
  });

  test("never keeps what was read while it changed", async () => {
    await registry.create(scope, "thumbs", await codeOf("1"), settings, {});
    for (let round = 1; round <= 30; round++) {
      const racing = Promise.all([registry.versionOf(at), registry.versionOf(at)]);
      await registry.update(at, { settings: { timeoutMs: round } });
      expect((await registry.versionOf(at)).settings.timeoutMs).toBe(round);
      await racing;
      expect((await registry.versionOf(at)).settings.timeoutMs).toBe(round);
    }
  });

  test("moves the hold when the code changes and tells which code was left", async () => {
    const [one, two] = [await codeOf("1"), await codeOf("2")];
    await registry.create(scope, "thumbs", one, settings, {});
    await registry.create(scope, "twin", one, settings, {});
    await registry.update(at, { code: two });
    expect(left).toEqual([one.blobId]);
    expect([await registry.usesCode(one.blobId), await registry.usesCode(two.blobId)]).toEqual([true, true]);
    await registry.update(at, { code: two });
    expect(left).toEqual([one.blobId]);
    expect(await registry.remove({ ...scope, name: "twin" })).toBe(true);
    expect(await registry.usesCode(one.blobId)).toBe(false);
    expect(left).toEqual([one.blobId, one.blobId]);
  });

  test("refuses a change based on an old revision", async () => {
    const { latest } = await registry.create(scope, "thumbs", await codeOf("1"), settings, {});
    await registry.update(at, { settings: { memoryMb: 256 }, expectedRevision: latest.id });
    await expect(registry.update(at, { settings: { memoryMb: 512 }, expectedRevision: latest.id })).rejects.toMatchObject({ code: "PreconditionFailedException" });
    expect((await registry.find(at))?.latest.settings.memoryMb).toBe(256);
  });

  test("keeps all of many changes made at once", async () => {
    await registry.create(scope, "thumbs", await codeOf("1"), settings, {});
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        registry.changePolicy(at, (current) => ({ revisionId: `${index}`, statements: [...(current?.statements ?? []), { Sid: `s${index}` }] })),
      ),
    );
    const statements = (await registry.find(at))?.policies["$LATEST"]?.statements.map((statement) => statement["Sid"]);
    expect(statements?.toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => `s${index}`).toSorted());
    await registry.changePolicy(at, () => undefined);
    expect((await registry.find(at))?.policies).toEqual({});
  });

  test("lists by name, page by page, only one account's and region's functions", async () => {
    const code = await codeOf("1");
    for (const name of ["b", "a", "d", "c"]) await registry.create(scope, name, code, settings, {});
    await registry.create({ ...scope, region: "eu-west-1" }, "elsewhere", code, settings, {});
    const names = async (after: string | undefined, limit: number) => (await registry.list(scope, after, limit)).map(({ name }) => name);
    expect(await names(undefined, 3)).toEqual(["a", "b", "c"]);
    expect(await names("c", 3)).toEqual(["d"]);
  });

  test("forgets a removed function and says so once", async () => {
    await registry.create(scope, "thumbs", await codeOf("1"), settings, {});
    expect(await registry.remove(at)).toBe(true);
    expect(await registry.remove(at)).toBe(false);
    expect(removed).toEqual([at]);
    expect(await registry.find(at)).toBeUndefined();
    await expect(registry.versionOf(at)).rejects.toMatchObject({
      code: "ResourceNotFoundException", message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumbs", members: { Type: "User" },
    });
    expect(await registry.update(at, {})).toBeUndefined();
    expect(await registry.changePolicy(at, (policy) => policy)).toBeUndefined();
    expect(await registry.changeTags(at, (tags) => tags)).toBeUndefined();
  });

  test("changes tags without a new revision", async () => {
    const { latest } = await registry.create(scope, "thumbs", await codeOf("1"), settings, { team: "a" });
    expect(await registry.changeTags(at, (tags) => ({ ...tags, stage: "x" }))).toMatchObject({ latest: { id: latest.id }, tags: { team: "a", stage: "x" } });
  });

  test("knows no other qualifier yet", async () => {
    await registry.create(scope, "thumbs", await codeOf("1"), settings, {});
    await expect(registry.versionOf({ ...at, qualifier: "7" })).rejects.toMatchObject({ message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumbs:7" });
  });
});
