import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, lstatSync, writeFileSync, readlinkSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "../../../test/contract/seeded.ts";
import { judgeImageCommand } from "./image-command.ts";
import { readImageConfig } from "./image-config.ts";
import { chooseImage, readManifest } from "./manifest.ts";
import { RootWriter } from "./root-writer.ts";
import { BadImage } from "./refusals.ts";
import { imageOf, sha256, tarOf, type TarItem } from "./tars-for-test.ts";
import { readTar } from "./tar-reader.ts";
import { unpackImage } from "./unpack-aside.ts";

let base: string;
let count = 0;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "fugaz-images-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Lays tars over each other in this thread; resolves to the root. */
async function rootOf(...tars: readonly Buffer[]): Promise<string> {
  const dir = join(base, `root-${count++}`);
  mkdirSync(dir);
  const writer = new RootWriter(dir);
  for (const tar of tars) {
    writer.beginLayer();
    for await (const entry of readTar(inChunks(tar))) await writer.write(entry);
  }
  writer.finish();
  return dir;
}

const layers = (...all: readonly (readonly TarItem[])[]): Promise<string> => rootOf(...all.map((items) => tarOf(items)));

async function* inChunks(bytes: Buffer, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const dir = (name: string, mode = 0o755): TarItem => ({ name, type: "5", mode });
const file = (name: string, content = name, more: Partial<TarItem> = {}): TarItem => ({ name, content, ...more });
const link = (name: string, target: string): TarItem => ({ name, type: "2", link: target });
const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

describe("the layers of an image", () => {
  test("lie over each other with their whiteouts", async () => {
    const root = await layers(
      [dir("a/"), file("a/kept"), file("a/gone"), file("a/changed", "old"), dir("full"), file("full/x"), dir("full/sub"), file("full/sub/y"), file("turns", "into a directory")],
      [file("a/.wh.gone", ""), file("a/changed", "new"), file("full/fresh"), file("full/.wh..wh..opq", ""), file(".wh.never-there", "")],
      [dir("turns"), file("turns/inside"), file("full/sub/z"), file(".wh..wh.plnk", "")],
    );
    expect(readdirSync(join(root, "a")).sort()).toEqual(["changed", "kept"]);
    expect(read(root, "a/changed")).toBe("new");
    expect(readdirSync(join(root, "full")).sort()).toEqual(["fresh", "sub"]);
    expect(readdirSync(join(root, "full/sub"))).toEqual(["z"]);
    expect(read(root, "turns/inside")).toBe("turns/inside");
  });

  test("keep modes and times, but neither setuid nor devices, and have what is mounted over", async () => {
    const root = await layers([
      file("run", "#!", { mode: 0o4755 }), file("secret", "", { mode: 0o600 }), dir("sticky", 0o1777), { name: "dev/sda", type: "4" }, { name: "pipe", type: "6" }, link("tmp", "/var/tmp"),
      { name: "same", type: "1", link: "./run" }, file("late", "x", { pax: { mtime: "1700000000.5" } }), link("etc/resolv.conf", "../run/resolv.conf"),
    ]);
    expect(statSync(join(root, "run")).mode & 0o7777).toBe(0o755);
    expect(statSync(join(root, "secret")).mode & 0o7777).toBe(0o600);
    expect(statSync(join(root, "sticky")).mode & 0o7777).toBe(0o1777);
    expect(statSync(join(root, "run")).ino).toBe(statSync(join(root, "same")).ino);
    expect(statSync(join(root, "run")).mtimeMs).toBe(1_600_000_000_000);
    expect(statSync(join(root, "late")).mtimeMs).toBe(1_700_000_000_500);
    expect([existsSync(join(root, "dev/sda")), existsSync(join(root, "pipe"))]).toEqual([false, false]);
    for (const path of ["tmp", "proc", "dev", ".fugaz"]) expect(lstatSync(join(root, path)).isDirectory()).toBe(true);
    for (const path of ["etc/hosts", "etc/resolv.conf"]) expect(lstatSync(join(root, path)).isFile()).toBe(true);
  });

  test("are written through the links of lower layers, as a process inside would, and never out of the root", async () => {
    const root = await layers(
      [dir("usr/lib"), link("lib", "usr/lib"), link("out", "../../../../.."), link("abs", "/usr"), link("etc", "/abs/../elsewhere")],
      [file("lib/new", "1"), file("out/below", "2"), file("abs/lib/other", "3"), file("etc/conf", "4")],
    );
    expect([read(root, "usr/lib/new"), read(root, "below"), read(root, "usr/lib/other"), read(root, "elsewhere/conf")]).toEqual(["1", "2", "3", "4"]);
    expect(readlinkSync(join(root, "lib"))).toBe("usr/lib");
  });

  test("of which one replaces a file do not change what else is linked to it", async () => {
    const root = await layers([file("one", "old"), { name: "two", type: "1", link: "one" }], [file("one", "new")]);
    expect([read(root, "one"), read(root, "two")]).toEqual(["new", "old"]);
  });

  test("have long names, by extended headers and in GNU's way", async () => {
    const long = `${"d".repeat(120)}/${"f".repeat(200)}`;
    const gnu = `${"g".repeat(150)}`;
    const root = await layers([file("short", "pax", { pax: { path: long } }), { name: "././@LongLink", type: "L", content: `${gnu}\0` }, file("cut", "gnu"), file("/absolute", "kept below")]);
    expect([read(root, long), read(root, gnu), read(root, "absolute")]).toEqual(["pax", "gnu", "kept below"]);
  });

  const hostile: readonly (readonly [string, readonly TarItem[], RegExp])[] = [
    ["a path upwards", [file("a/../../etc/passwd")], /leads upwards/],
    ["a link round in circles", [link("a", "b"), link("b", "a"), file("a/x")], /too many links/],
    ["a link to a name that no file can have", [{ name: "a", type: "2", pax: { linkpath: "n".repeat(300), mtime: "1e300" } }, file("a/x")], /too long/],
    ["a hard link out of the root", [{ name: "x", type: "1", link: "../../etc/passwd" }], /leads upwards/],
    ["a hard link to nothing", [{ name: "x", type: "1", link: "/etc/shadow" }], /leads to nothing/],
    ["a hard link to a directory", [dir("d"), { name: "x", type: "1", link: "d" }], /leads to nothing/],
    ["a file below a file", [file("a"), file("a/b")], /a file and a directory/],
    ["a file instead of the root", [file("./")], /replaces the root/],
    ["a whiteout of the directory above", [dir("a"), file("a/.wh...", "")], /hides nothing/],
    ["a sparse file", [{ name: "s", type: "S" }], /sparse/],
    ["a sparse file of the newer kind", [file("s", "", { pax: { "GNU.sparse.major": "1" } })], /sparse/],
    ["an unknown kind", [{ name: "s", type: "Z" }], /unknown kind/],
    ["more bytes than there are", [file("s", "short", { size: 5_000_000 })], /middle of a file/],
    ["an extended header without end", [{ name: "x", type: "x", content: "99 path=", size: 900_000_000 }], /too large/],
    ["an extended header that is torn", [{ name: "x", type: "x", content: "99 path=a\n" }], /torn/],
    ["a name of no text", [file("x", "", { spoil: (header) => header.set([0xff, 0xfe], 0) })], /not UTF-8/],
    ["a size that is no number", [file("x", "", { spoil: (header) => header.write("zzz", 124) })], /not octal/],
    ["a size beyond reason", [file("x", "", { spoil: (header) => header.fill(0x90, 124, 136) })], /too large/],
    ["a name that no file can have", [file("n", "", { pax: { path: "n".repeat(300) } })], /too long/],
  ];
  test.each(hostile)("are refused with %s", async (_what, items, reason) => {
    await expect(layers(items)).rejects.toThrow(reason);
  });

  test("are refused when they are no tar archives at all", async () => {
    await expect(rootOf(Buffer.from("x".repeat(2000)))).rejects.toThrow(/no tar archive/);
  });

  test("of any bytes are laid out or refused, and nothing lands outside the root", async () => {
    const seed = Number(process.env["FUGAZ_SEED"] ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const names = ["a", "a/b", "a/b/c", "l", "l/x", "../up", "/abs", "./.", "a/.wh.b", ".wh..wh..opq", "l/../y", "..", "", "deep/er/est"];
    const targets = ["a", "/", "..", "../../..", "/etc", "l", "a/b", ""];
    const canary = join(base, "canary");
    writeFileSync(canary, "alive");
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const items = Array.from({ length: 1 + Math.floor(random() * 8) }, (): TarItem => ({ name: pick(names), type: pick(["0", "0", "1", "2", "5", "5", "3", "x", "L", "K"]), link: pick(targets), content: "z".repeat(Math.floor(random() * 3) * 300), mode: Math.floor(random() * 0o10000) }));
      const tar = tarOf(items, random() < 0.7);
      // Half the rounds also flip bytes, or cut the end off.
      if (random() < 0.5) for (let flips = Math.floor(random() * 4); flips > 0; flips--) tar[Math.floor(random() * tar.length)] = Math.floor(random() * 256);
      const cut = random() < 0.3 ? tar.subarray(0, Math.floor(random() * tar.length)) : tar;
      await rootOf(cut, tarOf([file("l/second"), file("a/.wh.b", "")])).catch((error: unknown) => {
        if (!(error instanceof BadImage)) throw new Error(`seed ${seed}, round ${round}`, { cause: error });
        refused++;
      });
    }
    expect(refused, `seed ${seed}`).toBeGreaterThan(0);
    expect(readFileSync(canary, "utf8")).toBe("alive");
    expect(readdirSync(base).filter((name) => !name.startsWith("root-"))).toEqual(["canary"]);
  });

  test("made by tar(1) come out as they went in", async () => {
    const source = join(base, "root-source");
    mkdirSync(join(source, "x".repeat(120), "y".repeat(120)), { recursive: true });
    writeFileSync(join(source, "x".repeat(120), "y".repeat(120), "z".repeat(90)), "deep");
    writeFileSync(join(source, "größe"), Buffer.alloc(300_000, 7));
    for (const format of ["ustar", "gnu", "pax"]) {
      const names = format === "ustar" ? ["größe"] : ["."];
      const root = await rootOf(execFileSync("tar", ["-C", source, "--format", format, "-cf", "-", ...names], { maxBuffer: 1e8 }));
      expect(readFileSync(join(root, "größe")).equals(Buffer.alloc(300_000, 7))).toBe(true);
      if (format !== "ustar") expect(read(root, join("x".repeat(120), "y".repeat(120), "z".repeat(90)))).toBe("deep");
    }
  });
});

test("an image is unpacked by a thread, whatever its layers are packed with, and only when every layer is what it should be", async () => {
  const tars = [tarOf([file("plain")]), tarOf([file("gzip")]), tarOf([file("zstd")])];
  const packed = [tars[0], gzipSync(tars[1] ?? ""), zstdCompressSync(tars[2] ?? "")];
  const files = (["none", "gzip", "zstd"] as const).map((compression, index) => {
    const path = join(base, `root-layer-${compression}`);
    writeFileSync(path, packed[index] ?? "");
    return { path, compression, diffId: sha256(tars[index] ?? Buffer.alloc(0)) };
  });
  const { unpackedBytes } = await unpackImage(files, join(base, "root-threaded"));
  expect(unpackedBytes).toBe(tars.reduce((sum, tar) => sum + tar.length, 0));
  expect(["plain", "gzip", "zstd"].map((name) => read(join(base, "root-threaded"), name))).toEqual(["plain", "gzip", "zstd"]);

  const other = { ...files[0], diffId: sha256(Buffer.from("other")) } as (typeof files)[0];
  await expect(unpackImage([other], join(base, "root-other"))).rejects.toThrow(/not what the image's configuration declares/);
  await expect(unpackImage([{ ...other, compression: "gzip" }], join(base, "root-no-gzip"))).rejects.toThrow(BadImage);
  await expect(unpackImage([{ ...other, path: join(base, "nowhere") }], join(base, "root-nowhere"))).rejects.toThrow(/ENOENT/);
});

describe("manifests", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const bytes = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));

  test("of both families are read, also without a type of their own", () => {
    const { manifest } = imageOf([tarOf([])]);
    expect(readManifest(manifest)).toMatchObject({ kind: "image", layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip" }] });
    const { mediaType: _, ...untyped } = JSON.parse(manifest.toString()) as { mediaType: string };
    expect(readManifest(bytes(untyped), "application/vnd.docker.distribution.manifest.v2+json").kind).toBe("image");
  });

  test("for several machines lead to the one for this machine, past attestations", () => {
    const of = (os: string, architecture: string, hex: string) => ({ mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${hex.repeat(64)}`, size: 1, platform: { os, architecture } });
    const index = readManifest(bytes({ schemaVersion: 2, manifests: [of("unknown", "unknown", "1"), of("linux", "arm64", "2"), of("linux", "amd64", "3")] }));
    if (index.kind !== "index") throw new Error("no index");
    expect(chooseImage(index.manifests, "amd64").digest).toBe(`sha256:${"3".repeat(64)}`);
    expect(() => chooseImage(index.manifests.slice(0, 2), "amd64")).toThrow("the image is not built for linux/amd64; it has unknown/unknown, linux/arm64");
  });

  test.each([
    ["no JSON", Buffer.from("{"), /is not JSON/],
    ["the first schema", bytes({ schemaVersion: 1 }), /schema version 1/],
    ["another type", bytes({ schemaVersion: 2, mediaType: "application/x" }), /type application\/x/],
    ["no layers", bytes({ schemaVersion: 2, config: { digest, size: 1 } }), /no list of layers/],
    ["a digest that is none", bytes({ schemaVersion: 2, config: { digest: "sha256:zz", size: 1 }, layers: [] }), /64 hex/],
    ["a negative size", bytes({ schemaVersion: 2, config: { digest, size: -1 }, layers: [] }), /size/],
    ["too many layers", bytes({ schemaVersion: 2, config: { digest, size: 1 }, layers: Array.from({ length: 300 }, () => ({ digest, size: 1 })) }), /more than 256/],
  ])("are refused with %s", (_what, document, reason) => {
    expect(() => readManifest(document)).toThrow(reason);
  });
});

test("an image's configuration says how it starts, and is refused for other machines and odd variables", () => {
  const config = (more: object) => Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { diff_ids: [`sha256:${"a".repeat(64)}`] }, ...more }));
  expect(readImageConfig(config({ config: { Entrypoint: ["/a"], Cmd: null, Env: ["A=b=c", "E"], WorkingDir: "/w" } }), "amd64")).toEqual({
    entryPoint: ["/a"], command: [], workingDirectory: "/w", env: { A: "b=c", E: "" }, diffIds: ["a".repeat(64)],
  });
  expect(() => readImageConfig(config({ architecture: "arm64" }), "amd64")).toThrow("built for arm64");
  expect(() => readImageConfig(config({ os: "windows" }), "amd64")).toThrow("built for windows");
  expect(() => readImageConfig(config({ config: { Env: ["a b=1"] } }), "amd64")).toThrow('"a b"');
  expect(() => readImageConfig(config({ config: { Cmd: "sh" } }), "amd64")).toThrow("no list of words");
});

test("a command that can not be started is told as the original tells it", async () => {
  const root = await layers([file("usr/bin/tool", "", { mode: 0o755 }), file("plain"), link("bin", "usr/bin"), link("usr/bin/alias", "/bin/tool"), link("loop", "loop"), dir("work")]);
  const judge = (argv: readonly string[], workingDirectory = "/") => judgeImageCommand(root, { argv, workingDirectory }, "/sbin:/bin");
  expect(await judge(["tool", "x"])).toEqual({ argv: ["tool", "x"] });
  expect(await judge(["/bin/alias"])).toEqual({ argv: ["/bin/alias"] });
  expect(await judge(["../usr/bin/tool"], "/work")).toEqual({ argv: ["../usr/bin/tool"] });
  expect(await judge(["/plain"])).toEqual({ missing: "fork/exec /plain: permission denied" });
  expect(await judge(["/loop"])).toEqual({ missing: "fork/exec /loop: no such file or directory" });
  expect(await judge(["nothing"])).toEqual({ missing: 'exec: "nothing": executable file not found in $PATH' });
  expect(await judge(["tool"], "/nowhere")).toEqual({ missing: "chdir /nowhere: no such file or directory", errorType: "Runtime.InvalidWorkingDir" });
  expect(await judge([])).toMatchObject({ missing: expect.stringContaining("entrypoint") });
});
