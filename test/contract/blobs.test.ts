// The contract of Blobs: content addressed, streamed, kept exactly as long as a commit holds it.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { limits } from "../../src/kernel/limits.ts";
import { BlobTooLarge, type BlobRef, type Blobs } from "../../src/ports/blobs.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { hold, release, set } from "../../src/ports/store.ts";
import { bytes, engines } from "./engines.ts";

const inlineMax = limits.store.inlineBlobBytesMax;
const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const patterned = (sizeBytes: number, seed: number): Uint8Array => Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 31 + seed) & 0xff);

async function* chunked(content: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
}

async function exists(blobs: Blobs, id: string): Promise<boolean> {
  return blobs.bytes(id).then(() => true, () => false);
}

/** Waits until a removal in the background has happened. */
async function gone(blobs: Blobs, id: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (await exists(blobs, id)) {
    if (performance.now() > deadline) throw new Error("the blob is still there");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const held = async ({ blobs, store }: Engine, content: Uint8Array, owner: string): Promise<BlobRef> => {
  const ref = await blobs.write(content);
  expect(await store.commit([], [hold(ref, [owner])])).toMatchObject({ ok: true });
  return ref;
};

describe.each(engines)("blobs on the $name engine", ({ start }) => {
  test.each([0, 1, inlineMax, inlineMax + 1, 1_000_003])("%i bytes come back by stream, at once and as a file, also after a restart", async (sizeBytes) => {
    const started = await start();
    const content = patterned(sizeBytes, 1);
    const ref = await started.engine.blobs.write(chunked(content, 70_001));
    expect(ref).toMatchObject({ id: sha256(content), sizeBytes });
    expect(ref.inline !== undefined).toBe(sizeBytes <= inlineMax);
    await started.engine.store.commit([], [hold(ref, ["o"])]);
    for (const engineOf of [async () => started.engine, started.reopen]) {
      const { blobs } = await engineOf();
      expect(Buffer.compare(await blobs.bytes(ref.id), content)).toBe(0);
      expect(Buffer.compare(await buffer(await blobs.read(ref.id)), content)).toBe(0);
      expect(Buffer.compare(await readFile(await blobs.file(ref.id)), content)).toBe(0);
    }
  });

  test.each([1000, 200_000])("a range of %i bytes is start inclusive, end exclusive", async (sizeBytes) => {
    const { engine } = await start();
    const content = patterned(sizeBytes, 2);
    const { id } = await held(engine, content, "o");
    const part = async (start: number, end: number): Promise<Buffer> => buffer(await engine.blobs.read(id, { start, end }));
    for (const [from, to] of [[0, 1], [10, 900], [sizeBytes - 1, sizeBytes], [sizeBytes - 5, sizeBytes + 5], [3, 3], [0, sizeBytes]] as const) {
      expect(Buffer.compare(await part(from, to), content.subarray(from, to))).toBe(0);
    }
  });

  test("the source's own buffer may be reused once the write has resolved", async () => {
    const { engine: { blobs, store } } = await start();
    const content = patterned(100, 3);
    const ref = await blobs.write(content);
    content.fill(0);
    await store.commit([], [hold(ref, ["o"])]);
    expect(sha256(await blobs.bytes(ref.id))).toBe(ref.id);
  });

  test("content over its limit is refused with BlobTooLarge, and the rest of the source is not read", async () => {
    const { engine: { blobs } } = await start();
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 65_536;
        yield new Uint8Array(65_536);
      }
    }
    await expect(blobs.write(endless(), { bytesMax: 1_000_000 })).rejects.toThrow(BlobTooLarge);
    expect(given).toBeLessThan(1_100_000);
    await expect(blobs.write(patterned(11, 0), { bytesMax: 10 })).rejects.toThrow(BlobTooLarge);
    expect(await blobs.write(patterned(10, 0), { bytesMax: 10 })).toMatchObject({ sizeBytes: 10 });
    expect(await blobs.sweep(0)).toBe(0);
  });

  test("a source that fails rejects with its own error and leaves nothing", async () => {
    const { engine: { blobs } } = await start();
    const trouble = new Error("the client went away");
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* chunked(patterned(800_000, 4), 65_536);
      throw trouble;
    }
    await expect(blobs.write(broken())).rejects.toBe(trouble);
    expect(await blobs.sweep(0)).toBe(0);
  });

  test("a blob that is not there is an outage, whatever its id looks like", async () => {
    const { engine: { blobs, store } } = await start();
    for (const id of [sha256(bytes("nothing")), "../../lock", ""]) {
      await expect(blobs.read(id)).rejects.toMatchObject({ name: "Outage" });
      await expect(blobs.bytes(id)).rejects.toMatchObject({ name: "Outage" });
      await expect(blobs.file(id)).rejects.toMatchObject({ name: "Outage" });
    }
    const ghost: BlobRef = { id: sha256(bytes("nothing")), sizeBytes: 7 };
    const [refused, beside] = await Promise.allSettled([store.commit([], [hold(ghost, ["o"]), set(["a"], 1)]), store.commit([], [set(["b"], 1)])]);
    expect(refused).toMatchObject({ status: "rejected", reason: { name: "Outage" } });
    expect(beside).toMatchObject({ status: "fulfilled", value: { ok: true } });
    expect((await store.list({ prefix: [], limit: 9 })).map(({ key }) => key)).toEqual([["b"]]);
  });

  test.each([500, 100_000])("%i bytes live until the last owner lets go; twice held by one owner is one hold", async (sizeBytes) => {
    const { engine } = await start();
    const { blobs, store } = engine;
    const ref = await held(engine, patterned(sizeBytes, 5), "a");
    const stored: BlobRef = { id: ref.id, sizeBytes };
    await store.commit([], [hold(stored, ["a"]), hold(stored, ["b"])]);
    await store.commit([], [release(ref.id, ["a"])]);
    await store.commit([], [release(ref.id, ["nobody"])]);
    expect(await exists(blobs, ref.id)).toBe(true);
    await store.commit([], [release(ref.id, ["b"])]);
    await gone(blobs, ref.id);
    await expect(store.commit([], [hold(stored, ["a"])])).rejects.toMatchObject({ name: "Outage" });
  });

  test.each([500, 100_000])("%i bytes may pass from owner to owner, or be replaced by themselves, within one commit", async (sizeBytes) => {
    const { engine } = await start();
    const { blobs, store } = engine;
    const content = patterned(sizeBytes, 6);
    const ref = await held(engine, content, "a");
    await store.commit([], [release(ref.id, ["a"]), hold({ id: ref.id, sizeBytes }, ["b"])]);
    await store.commit([], [release(ref.id, ["b"]), hold(await blobs.write(content), ["b"])]);
    expect(sha256(await blobs.bytes(ref.id))).toBe(ref.id);
    await store.commit([], [hold({ id: ref.id, sizeBytes }, ["c"]), release(ref.id, ["c"]), release(ref.id, ["b"])]);
    await gone(blobs, ref.id);
  });

  test("of two owners in one commit only one need bring the bytes", async () => {
    const { engine } = await start();
    const ref = await engine.blobs.write(patterned(500, 6));
    expect(await engine.store.commit([], [hold({ id: ref.id, sizeBytes: 500 }, ["b"]), hold(ref, ["a"])])).toMatchObject({ ok: true });
    await engine.store.commit([], [release(ref.id, ["a"])]);
    expect(await exists(engine.blobs, ref.id)).toBe(true);
  });

  test("content written while its last owner lets go is safe to hold, however the two interleave", async () => {
    const { engine } = await start();
    const { blobs, store } = engine;
    const content = patterned(60_000, 7);
    let { id } = await held(engine, content, "owner-0");
    for (let round = 1; round <= 40; round++) {
      const letGo = store.commit([], [release(id, [`owner-${round - 1}`])]);
      if (round % 3 === 0) await letGo;
      const written = blobs.write(content);
      if (round % 2 === 0) await letGo;
      const ref = await written;
      ({ id } = ref);
      expect(await store.commit([], [hold(ref, [`owner-${round}`])])).toMatchObject({ ok: true });
      await letGo;
      expect(sha256(await blobs.bytes(id))).toBe(id);
    }
  });

  test("a blob read whole and written again is there for its new owner, however the old one lets go, and in part it is another blob", async () => {
    const { engine } = await start();
    const { blobs, store } = engine;
    const content = patterned(inlineMax * 3, 9);
    const old = await held(engine, content, "old");
    for (const range of [undefined, { start: 0, end: content.length }]) {
      const again = await blobs.write(await blobs.read(old.id, range));
      expect(again).toMatchObject({ id: old.id, sizeBytes: content.length });
    }
    const again = await blobs.write(await blobs.read(old.id));
    await store.commit([], [release(old.id, ["old"])]);
    expect(await store.commit([], [hold(again, ["new"])])).toMatchObject({ ok: true });
    expect(sha256(await blobs.bytes(old.id))).toBe(old.id);
    const part = await blobs.write(await blobs.read(old.id, { start: 0, end: content.length - 1 }));
    expect(part.id).toBe(sha256(content.subarray(0, -1)));
    await expect(blobs.write(await blobs.read(old.id), { bytesMax: content.length - 1 })).rejects.toThrow(BlobTooLarge);
    const begun = await blobs.read(old.id);
    await new Promise((resolve) => begun.once("readable", resolve));
    begun.read(1);
    expect((await blobs.write(begun)).id).not.toBe(old.id);
  });

  test("a sweep removes what is unheld and old enough, and nothing else", async () => {
    const { engine, clock } = await start();
    const { blobs, store } = engine;
    const kept = await held(engine, patterned(50_000, 8), "o");
    const old = await blobs.write(patterned(50_000, 9));
    await clock.advance(1000);
    const young = await blobs.write(patterned(50_000, 10));
    expect(await blobs.sweep(1000)).toBe(1);
    expect(await exists(blobs, old.id)).toBe(false);
    expect(await store.commit([], [hold(young, ["p"])])).toMatchObject({ ok: true });
    expect(await blobs.sweep(0)).toBe(0);
    expect([await exists(blobs, kept.id), await exists(blobs, young.id)]).toEqual([true, true]);
  });

  test("a reader under way is not disturbed when the blob goes", async () => {
    const { engine } = await start();
    const content = patterned(3_000_000, 11);
    const { id } = await held(engine, content, "o");
    const reader: Readable = await engine.blobs.read(id);
    await engine.store.commit([], [release(id, ["o"])]);
    await gone(engine.blobs, id);
    expect(sha256(await buffer(reader))).toBe(id);
  });
});
