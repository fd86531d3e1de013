import { randomBytes } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { strToU8, zipSync } from "fflate";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { defaultQuotas } from "../../kernel/quotas.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { hold } from "../../ports/store.ts";
import { openPackages, type OpenPackages } from "./open-packages.ts";
import { openTrees, type Trees } from "./trees.ts";
import { zipOf, type TestEntry } from "./zips-for-test.ts";

const notUnzippable = "Could not unzip uploaded file. Please check your file, then try to upload again.";
const file = 0o100644;
const program = 0o100755;
const link = 0o120777;

let data: string;
let dir: string;
let engine: Engine;
let trees: Trees;
let packages: OpenPackages;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "fugaz-packages-data-"));
  engine = await openEmbedded({ dir: data, clock: fakeClock() });
});

afterAll(async () => {
  await engine.close();
  await rm(data, { recursive: true, force: true });
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-packages-"));
  trees = await openTrees(dir);
  packages = openPackages({ blobs: engine.blobs, trees, unzippedBytesMax: defaultQuotas.unzippedBytesMax });
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const add = (entries: readonly TestEntry[]) => packages.add(zipOf(entries));
const left = () => readdir(join(dir, "code"));

describe("a good package", () => {
  test("is unpacked as the archive says, readable by all and writable by none", async () => {
    const code = await add([
      { name: "bootstrap", data: "#!/bin/sh\n", mode: 0o100700 },
      { name: "lib/", mode: 0o040700 },
      { name: "lib/secret.txt", data: "words", mode: 0o100600, stored: true, modified: new Date("2021-03-04T05:06:08Z") },
      { name: "./deep//er/é.txt", data: "accent", mode: file },
      { name: "lib/alias", data: "../bootstrap", mode: link, stored: true },
    ]);
    using tree = await pinned(code);
    const mode = async (path: string) => ((await stat(join(tree.dir, path))).mode & 0o7777).toString(8);
    expect(await mode("bootstrap")).toBe("555");
    expect(await mode("lib")).toBe("555");
    expect(await mode("lib/secret.txt")).toBe("444");
    expect(await readFile(join(tree.dir, "lib/secret.txt"), "utf8")).toBe("words");
    expect((await stat(join(tree.dir, "lib/secret.txt"))).mtime.toISOString()).toBe("2021-03-04T05:06:08.000Z");
    expect(await readFile(join(tree.dir, "deep/er/é.txt"), "utf8")).toBe("accent");
    expect(await readlink(join(tree.dir, "lib/alias"))).toBe("../bootstrap");
    expect(code.unpackedBytes).toBe("#!/bin/sh\n".length + 5 + 6);
    expect(code.sha256).toBe(Buffer.from(code.blobId, "hex").toString("base64"));
  });

  test("made without Unix modes has files that can be run", async () => {
    const code = await add([{ name: "bootstrap", data: "x" }, { name: "dir\u002fother", data: "y" }]);
    using tree = await pinned(code);
    expect((await stat(join(tree.dir, "bootstrap"))).mode & 0o111).toBe(0o111);
  });

  test("keeps UTF-8 names that Unix tools wrote without the flag", async () => {
    const code = await add([{ name: "żółw.py", data: "x", mode: file, flags: 0 }]);
    using tree = await pinned(code);
    expect(await readdir(tree.dir)).toEqual(["żółw.py"]);
  });

  test("lets the last of two entries of one name win", async () => {
    const code = await add([{ name: "a.txt", data: "first", mode: file }, { name: "a.txt", data: "last", mode: file }]);
    using tree = await pinned(code);
    expect(await readFile(join(tree.dir, "a.txt"), "utf8")).toBe("last");
  });

  test("of other tools, taken in as a stream, is the same as from memory", async () => {
    const zip = Buffer.from(zipSync({ "index.mjs": strToU8("export const handler = async () => 1"), "data/large.bin": new Uint8Array(9_000_000).map((_, i) => (i * 7) % 251) }));
    const streamed = await packages.add(Readable.from([zip.subarray(0, 1000), zip.subarray(1000)]));
    expect(await packages.add(zip)).toEqual(streamed);
    using tree = await pinned(streamed);
    const large = await readFile(join(tree.dir, "data/large.bin"));
    expect(large.byteLength).toBe(9_000_000);
    expect(large[8_999_999]).toBe((8_999_999 * 7) % 251);
  });

  test.for([["a thread of its own", 20], ["two threads", 180]] as const)("that is large is unpacked by %s, with the same outcome", async ([, files]) => {
    const noise = randomBytes(50_000);
    const large = Array.from({ length: files }, (_, index) => ({ name: `lib/${index}.so`, data: noise, mode: program, modified: new Date("2021-03-04T05:06:08Z") }));
    const code = await add([...large, { name: "lib/alias", data: "0.so", mode: link, stored: true }]);
    expect(code).toMatchObject({ unpackedBytes: files * noise.length });
    expect(code.sizeBytes).toBeGreaterThan(files * noise.length);
    using tree = await pinned(code);
    expect(await readdir(join(tree.dir, "lib"))).toHaveLength(files + 1);
    for (const name of ["alias", "1.so", `${files - 1}.so`]) expect(await readFile(join(tree.dir, "lib", name))).toEqual(noise);
    const { mode, mtime } = await stat(join(tree.dir, "lib/7.so"));
    expect([(mode & 0o7777).toString(8), mtime.toISOString()]).toEqual(["555", "2021-03-04T05:06:08.000Z"]);
    await trees.discard(code.blobId);
    tree[Symbol.dispose]();
    await trees.discard(code.blobId);
    const bad = { name: "bad", data: "x", crc: 1, mode: file };
    for (const entries of [[bad, ...large], [...large, bad]])
      await expect(add(entries)).rejects.toMatchObject({
        name: "Fault", code: "InvalidParameterValueException", message: notUnzippable, members: { Type: "User" }, cause: { message: "bad is not what the archive declares" },
      });
    expect(await left()).toEqual([]);
  });

  test("is unpacked once, however many ask, and again when its tree has gone", async () => {
    const zip = zipOf([{ name: "index.js", data: "1", mode: file }]);
    const [code] = await Promise.all([packages.add(zip), packages.add(zip), packages.add(zip)]);
    expect(await left()).toEqual([code.blobId]);
    await engine.store.commit([], [hold(packages.blobOf(code), ["test"])]);
    await trees.discard(code.blobId);
    expect(await left()).toEqual([]);
    using tree = await pinned({ ...code });
    expect(await readFile(join(tree.dir, "index.js"), "utf8")).toBe("1");
  });

  test("stays while somebody has it pinned", async () => {
    const code = await add([{ name: "index.js", data: "1", mode: file }]);
    const tree = await packages.acquire(code);
    await trees.discard(code.blobId);
    expect((await lstat(tree.dir)).isDirectory()).toBe(true);
    tree.release();
    await trees.discard(code.blobId);
    expect(await left()).toEqual([]);
  });
});

describe("what a killed server or a rebooted machine leaves", () => {
  test("is cleared away at the next start; whole trees of this boot stay", async () => {
    const code = await add([{ name: "index.js", data: "1", mode: file }]);
    await writeFile(join(dir, "code", ".new-half"), "");
    const old = await add([{ name: "index.js", data: "2", mode: file }]);
    await writeFile(join(dir, "code", old.blobId, "facts.json"), JSON.stringify({ unpackedBytes: 1, bootId: "another boot" }));
    await openTrees(dir);
    expect(await left()).toEqual([code.blobId]);
  });
});

describe("a hostile or broken archive is refused and leaves nothing:", () => {
  const payload = "x".repeat(100);
  const cases: Readonly<Record<string, () => Buffer | Uint8Array>> = {
    "a path that climbs out": () => zipOf([{ name: "../evil", data: payload, mode: file }]),
    "a path that climbs out later": () => zipOf([{ name: "a/../../evil", data: payload, mode: file }]),
    "an absolute path": () => zipOf([{ name: "/etc/evil", data: payload, mode: file }]),
    "a backslash": () => zipOf([{ name: "a\\..\\evil", data: payload, mode: file }]),
    "a drive letter": () => zipOf([{ name: "C:evil", data: payload, mode: file }]),
    "a NUL in a name": () => zipOf([{ name: "evil\0.js", data: payload, mode: file }]),
    "an empty name": () => zipOf([{ name: "", data: payload, mode: file }]),
    "a name longer than the system can have": () => zipOf([{ name: "x".repeat(300), data: payload, mode: file }]),
    "a name that is not UTF-8": () => zipOf([{ name: Buffer.from([0xff, 0xfe]), data: payload, mode: file }]),
    "a link to an absolute path": () => zipOf([{ name: "a", data: "/etc", mode: link }, { name: "b", data: payload, mode: file }]),
    "a link that climbs out": () => zipOf([{ name: "d/a", data: "../../etc", mode: link }, { name: "b", data: payload, mode: file }]),
    "a link that climbs out through another": () =>
      zipOf([{ name: "sub/d", data: "..", mode: link }, { name: "x", data: "sub/d/..", mode: link }, { name: "b", data: payload, mode: file }]),
    "a file written through a link": () => zipOf([{ name: "a", data: "b", mode: link }, { name: "a/evil", data: payload, mode: file }]),
    "a link to nothing": () => zipOf([{ name: "a", data: "", mode: link }, { name: "b", data: payload, mode: file }]),
    "a device": () => zipOf([{ name: "null", mode: 0o020666 }, { name: "b", data: payload, mode: file }]),
    "a pipe": () => zipOf([{ name: "pipe", mode: 0o010666 }]),
    "a name that is file and directory": () => zipOf([{ name: "a", data: payload, mode: file }, { name: "a/b", data: payload, mode: file }]),
    "entries that share their bytes": () => zipOf([{ name: "a", data: payload, mode: file }, { name: "b", data: payload, mode: file, sameDataAs: 0 }]),
    "more content than declared": () => zipOf([{ name: "a", data: payload, declaredBytes: 10, mode: file }]),
    "less content than declared": () => zipOf([{ name: "a", data: payload, declaredBytes: 1000, mode: file }]),
    "much more content than declared, streamed": () => zipOf([{ name: "a", data: new Uint8Array(8_000_000), declaredBytes: 5_000_000, mode: file }]),
    "a wrong checksum": () => zipOf([{ name: "a", data: payload, crc: 1, mode: file }]),
    "an encrypted entry": () => zipOf([{ name: "a", data: payload, flags: 0x801, mode: file }]),
    "an unknown compression": () => zipOf([{ name: "a", data: payload, method: 12, mode: file }]),
    "data that does not inflate": () => zipOf([{ name: "a", data: payload, mode: program }]).fill(0xff, 31, 40),
    "no zip at all": () => Buffer.from("export const handler = 1"),
    "a torn end": () => zipOf([{ name: "a", data: payload, mode: file }]).subarray(0, -30),
    "a torn beginning": () => zipOf([{ name: "a", data: payload, mode: file }]).subarray(20),
    "more entries promised than there are": () => zipOf([{ name: "a", data: payload, mode: file }], { entryCount: 9 }),
  };
  for (const [title, make] of Object.entries(cases))
    test(title, async () => {
      await expect(packages.add(make())).rejects.toMatchObject({ code: "InvalidParameterValueException", message: notUnzippable, members: { Type: "User" } });
      expect(await left()).toEqual([]);
    });

  test("a bomb, by what it declares", async () => {
    await expect(add([{ name: "a", data: "x", declaredBytes: 262_144_000, mode: file }])).rejects.toMatchObject({ message: "Unzipped size must be smaller than 262144000 bytes" });
  });

  test("nothing in it", async () => {
    for (const empty of [new Uint8Array(0), zipOf([]), zipOf([{ name: "only/", mode: 0o040755 }])])
      await expect(packages.add(empty)).rejects.toMatchObject({ message: "Uploaded file must be a non-empty zip" });
  });

  test("too large to be uploaded inline, or at all", async () => {
    const zip = zipOf([{ name: "a", data: "x", mode: file }]);
    await expect(packages.add(zip, { zippedBytesMax: 50 })).rejects.toMatchObject({ code: "RequestEntityTooLargeException", status: 413, message: "Zipped size must be smaller than 50 bytes" });
    await expect(packages.add(Readable.from([zip]), { zippedBytesMax: 50 })).rejects.toMatchObject({ status: 413 });
  });

  test("random damage", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const good = zipOf([{ name: "a/b.js", data: payload, mode: file }, { name: "c", data: "a/b.js", mode: link, stored: true }, { name: "big", data: "y".repeat(5000), mode: program }]);
    for (let round = 0; round < 150; round++) {
      const bad = Buffer.from(good);
      for (let hits = 0; hits <= random(4); hits++) bad[random(bad.byteLength)] = random(256);
      const outcome = await packages.add(bad).then(() => "taken", (error: unknown) => (error instanceof Error ? error.name : error));
      expect(["taken", "Fault"], `seed ${seed}, round ${round}`).toContain(outcome);
    }
  });
});

async function pinned(code: Parameters<OpenPackages["acquire"]>[0]) {
  const tree = await packages.acquire(code);
  return { dir: tree.dir, [Symbol.dispose]: () => tree.release() };
}
