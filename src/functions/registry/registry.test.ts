import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { defaultQuotas } from "../../kernel/quotas.ts";
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
  tmpMb: 512, env: {}, architecture: "x86_64", logs: { group: "/aws/lambda/thumbs", format: "Text", applicationLevel: undefined, systemLevel: undefined }, layers: [],
};

let dir: string;
let engine: Engine;
let packages: OpenPackages;
let registry: OpenRegistry;
let reads: number;
let changed: FunctionName[];
let left: string[];
let removed: FunctionName[];
let drawn = 0;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-registry-"));
  engine = await openEmbedded({ dir: join(dir, "data"), clock: fakeClock() });
  packages = openPackages({ blobs: engine.blobs, trees: await openTrees(dir), unzippedBytesMax: defaultQuotas.unzippedBytesMax });
  [reads, changed, left, removed] = [0, [], [], []];
  const store: Store = {
    get: (key) => (reads++, engine.store.get(key)),
    list: (range) => engine.store.list(range),
    text: (key) => engine.store.text(key),
    texts: (range) => engine.store.texts(range),
    commit: (checks, writes) => engine.store.commit(checks, writes),
    watch: (prefix, listener) => engine.store.watch(prefix, listener),
  };
  registry = openRegistry({
    store, clock: fakeClock(), packages, random: () => drawn,
    onChange: (name) => changed.push(name),
    onConcurrency: () => undefined,
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
    const { latest, published } = await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: { team: "a" } });
    expect(published).toBeUndefined();
    await expect(registry.create(scope, "thumbs", { code: await codeOf("2"), settings, tags: {} })).rejects.toMatchObject({
      code: "ResourceConflictException", message: "Function already exist: thumbs",
    });
    expect(await registry.find(at)).toMatchObject({ name: "thumbs", tags: { team: "a" }, latest: { id: latest.id, version: "$LATEST" } });
    await engine.blobs.sweep(0);
    expect((await engine.blobs.bytes(latest.code.blobId)).byteLength).toBe(latest.code.sizeBytes);
  });

  test("answers from memory once it has read, and anew after a change", async () => {
    await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
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
    await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
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
    await registry.create(scope, "thumbs", { code: one, settings, tags: {} });
    await registry.create(scope, "twin", { code: one, settings, tags: {} });
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
    const { latest } = await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
    await registry.update(at, { settings: { memoryMb: 256 }, expectedRevision: latest.id });
    await expect(registry.update(at, { settings: { memoryMb: 512 }, expectedRevision: latest.id })).rejects.toMatchObject({ code: "PreconditionFailedException" });
    expect((await registry.find(at))?.latest.settings.memoryMb).toBe(256);
  });

  test("keeps all of many changes made at once", async () => {
    await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        registry.change(at, ({ tags }) => ({ tags: { ...tags, [`t${index}`]: "" } })),
      ),
    );
    expect(Object.keys((await registry.find(at))?.tags ?? {}).toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => `t${index}`).toSorted());
  });

  test("lists by name, page by page, only one account's and region's functions", async () => {
    const code = await codeOf("1");
    for (const name of ["b", "a", "d", "c"]) await registry.create(scope, name, { code: code, settings, tags: {} });
    await registry.create({ ...scope, region: "eu-west-1" }, "elsewhere", { code: code, settings, tags: {} });
    const names = async (after: string | undefined, limit: number) => (await registry.list(scope, after, limit)).map(({ name }) => name);
    expect(await names(undefined, 3)).toEqual(["a", "b", "c"]);
    expect(await names("c", 3)).toEqual(["d"]);
  });

  test("forgets a removed function and says so once", async () => {
    await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
    expect(await registry.remove(at)).toBe(true);
    expect(await registry.remove(at)).toBe(false);
    expect(removed).toEqual([at]);
    expect(await registry.find(at)).toBeUndefined();
    await expect(registry.versionOf(at)).rejects.toMatchObject({
      code: "ResourceNotFoundException", message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumbs", members: { Type: "User" },
    });
    expect(await registry.update(at, {})).toBeUndefined();
    expect(await registry.publish(at)).toBeUndefined();
    expect(await registry.change(at, ({ tags }) => ({ tags }))).toBeUndefined();
  });

  test("changes tags without a new revision", async () => {
    const { latest } = await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: { team: "a" } });
    expect(await registry.change(at, ({ tags }) => ({ tags: { ...tags, stage: "x" } }))).toMatchObject({ latest: { id: latest.id }, tags: { team: "a", stage: "x" } });
  });

});

describe("a published version", () => {
  test("stays what it was while $LATEST goes on, from memory", async () => {
    const { published } = await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {}, publish: true });
    expect(published).toMatchObject({ version: "1" });
    await registry.update(at, { code: await codeOf("2"), settings: { timeoutMs: 9000 } });
    const first = { ...at, qualifier: "1" };
    expect(await registry.versionOf(first)).toMatchObject({ id: published?.id, settings: { timeoutMs: 3000 } });
    await registry.versionOf(at);
    const before = reads;
    expect(registry.cachedVersion(first)?.id).toBe(published?.id);
    expect(registry.cachedVersion(at)?.settings.timeoutMs).toBe(9000);
    expect(reads).toBe(before);
    await expect(registry.versionOf({ ...at, qualifier: "7" })).rejects.toMatchObject({ message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumbs:7" });
  });

  test("is not made again when nothing has changed, and its number is never given twice", async () => {
    await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
    const first = await registry.publish(at, { description: "one" });
    expect(first).toMatchObject({ version: "1", settings: { description: "one" } });
    expect(await registry.publish(at, { description: "other" })).toMatchObject({ id: first?.id, settings: { description: "one" } });
    await registry.update(at, { settings: { memoryMb: 256 } });
    expect(await registry.publish(at)).toMatchObject({ version: "2" });
    expect(await registry.removeVersion(at, "2")).toBe(true);
    expect(await registry.removeVersion(at, "2")).toBe(false);
    expect(await registry.publish(at)).toMatchObject({ version: "3" });
    expect((await registry.versions(at, 0, 10)).map(({ version }) => version)).toEqual(["1", "3"]);
    expect((await registry.versions(at, 1, 10)).map(({ version }) => version)).toEqual(["3"]);
  });

  test("is made only of what its publisher has seen", async () => {
    const { latest } = await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {} });
    await expect(registry.publish(at, { expectedSha256: "x" })).rejects.toMatchObject({
      message: `CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (${latest.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
    });
    await expect(registry.publish(at, { expectedRevision: "x" })).rejects.toMatchObject({ code: "PreconditionFailedException" });
    expect(await registry.publish(at, { expectedRevision: latest.id, expectedSha256: latest.code.sha256 })).toMatchObject({ version: "1" });
  });

  test("holds its code until it goes, by itself or with its function", async () => {
    const [one, two] = [await codeOf("1"), await codeOf("2")];
    await registry.create(scope, "thumbs", { code: one, settings, tags: {}, publish: true });
    await registry.update(at, { code: two, publish: true });
    expect(await registry.usesCode(one.blobId)).toBe(true);
    await engine.blobs.sweep(0);
    expect((await engine.blobs.bytes(one.blobId)).byteLength).toBe(one.sizeBytes);
    await registry.removeVersion(at, "1");
    expect([await registry.usesCode(one.blobId), await registry.usesCode(two.blobId)]).toEqual([false, true]);
    expect(await registry.remove(at)).toBe(true);
    expect(await registry.usesCode(two.blobId)).toBe(false);
    await expect(registry.versionOf({ ...at, qualifier: "2" })).rejects.toMatchObject({ code: "ResourceNotFoundException" });
    await registry.create(scope, "thumbs", { code: one, settings, tags: {} });
    expect(await registry.versions(at, 0, 10)).toEqual([]);
  });
});

describe("an alias", () => {
  const point = (version: string, weights: Readonly<Record<string, number>> = {}) =>
    registry.change(at, async ({ aliases }, has) => {
      for (const wanted of [version, ...Object.keys(weights)]) if (!(await has(wanted))) throw new Error(`no version ${wanted}`);
      return { aliases: { ...aliases, live: { name: "live", description: "", version, weights, revisionId: "r" } } };
    });
  beforeEach(async () => {
    await registry.create(scope, "thumbs", { code: await codeOf("1"), settings, tags: {}, publish: true });
    await registry.update(at, { settings: { memoryMb: 256 }, publish: true });
  });
  const live = { ...at, qualifier: "live" };

  test("means the version it points to, and another one once it is moved", async () => {
    await expect(registry.versionOf(live)).rejects.toMatchObject({ message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumbs:live" });
    await point("1");
    expect(await registry.versionOf(live)).toMatchObject({ version: "1" });
    await point("2");
    expect(await registry.versionOf(live)).toMatchObject({ version: "2" });
    await point("$LATEST");
    expect(await registry.versionOf(live)).toMatchObject({ version: "$LATEST" });
  });

  test("shares its invocations by weight", async () => {
    await point("1", { 2: 0.25 });
    const drawing = async (at: number) => ((drawn = at), (await registry.versionOf(live)).version);
    expect([await drawing(0), await drawing(0.2499), await drawing(0.25), await drawing(0.9999)]).toEqual(["2", "2", "1", "1"]);
  });

  test("keeps its versions from being deleted, however the two race", async () => {
    await point("1", { 2: 0.1 });
    for (const version of ["1", "2"])
      await expect(registry.removeVersion(at, version)).rejects.toMatchObject({ code: "ResourceConflictException", message: "Unable to delete version because the following aliases reference it: [live]" });
    await point("2");
    const [pointed, removed] = await Promise.allSettled([point("1"), registry.removeVersion(at, "1")]);
    expect([pointed.status, removed.status].toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});
