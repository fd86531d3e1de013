import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Engine } from "../../ports/engine.ts";
import { hold, release } from "../../ports/store.ts";
import type { CodePackage } from "../function.ts";
import { openImages, type OpenImages } from "./open-images.ts";
import { imageOf, sha256, tarOf, type TestImage } from "./tars-for-test.ts";

let dir: string;
let engine: Engine;
let images: OpenImages;
const clock = fakeClock();
const open = (level: 0 | 1 = 1): Promise<OpenImages> => openImages({ store: engine.store, blobs: engine.blobs, clock, dir, isolation: { level } });
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "fugaz-open-images-"));
  engine = await openEmbedded({ dir, clock });
  images = await open();
});
afterEach(async () => {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});

const content = "x".repeat(100_000);
const image = (name = "file"): TestImage => imageOf([tarOf([{ name, content }])], { Cmd: ["run"] }, [""]);
const digest = (bytes: Uint8Array): string => `sha256:${sha256(bytes)}`;

/** Puts the image's bytes there as a registry would, adds it, and lets the registry's copy go. */
async function added({ manifest, config, layers }: TestImage): Promise<CodePackage> {
  const refs = await Promise.all([config, ...layers].map((bytes) => engine.blobs.write(bytes)));
  await engine.store.commit([], refs.map((ref) => hold(ref, ["registry"])));
  try {
    return await images.add({ uri: "h/r:t", repository: "h/r", manifest: { bytes: manifest, digest: digest(manifest), mediaType: undefined }, manifestOf: async () => manifest });
  } finally {
    await engine.store.commit([], refs.map(({ id }) => release(id, ["registry"])));
  }
}

const blobThere = (bytes: Uint8Array): Promise<boolean> => engine.blobs.bytes(sha256(bytes)).then(() => true, () => false);

describe("the image of a function", () => {
  test("is laid out once, held whatever the registry does, and laid out again when somebody cleaned up", async () => {
    const one = image();
    const code = await added(one);
    expect(code).toMatchObject({ blobId: sha256(one.config), sha256: sha256(one.manifest), image: { uri: "h/r:t", resolvedUri: `h/r@${digest(one.manifest)}`, command: ["run"] } });
    expect(await blobThere(one.layers[0] ?? Buffer.alloc(0))).toBe(true);
    rmSync(join(dir, "images", code.blobId), { recursive: true });
    images = await open();
    const tree = await images.acquire(code);
    expect(readFileSync(join(tree.dir, "file"), "utf8")).toBe(content);
    tree.release();
  });

  test("goes with its layers when it is discarded, but not while it is fresh, and its files not while they run", async () => {
    const one = image();
    const code = await added(one);
    const layer = one.layers[0] ?? Buffer.alloc(0);
    await images.discard(code.blobId);
    expect([existsSync(join(dir, "images", code.blobId)), await blobThere(layer)]).toEqual([true, true]);
    const tree = await images.acquire(code);
    await clock.advance(60_000);
    expect(await images.idle(60_000, clock.now())).toEqual([code.blobId]);
    await images.discard(code.blobId);
    expect(existsSync(join(tree.dir, "file"))).toBe(true);
    await expect.poll(() => blobThere(layer)).toBe(false);
    tree.release();
    await images.discard(code.blobId);
    expect(readdirSync(join(dir, "images"))).toEqual([]);
  });

  test("leaves nothing laid out when a layer is not what it should be", async () => {
    const [one, other] = [image(), image("other")];
    const swapped = JSON.parse(one.manifest.toString()) as { layers: { digest: string }[] };
    swapped.layers = (JSON.parse(other.manifest.toString()) as { layers: { digest: string }[] }).layers;
    await expect(added({ ...one, manifest: Buffer.from(JSON.stringify(swapped)), layers: other.layers })).rejects.toThrow(/not what the image's configuration declares/);
    expect(readdirSync(join(dir, "images"))).toEqual([]);
  });

  test("is refused where nothing isolates it", async () => {
    images = await open(0);
    await expect(added(image())).rejects.toThrow("Container images need isolation by bubblewrap");
  });
});
