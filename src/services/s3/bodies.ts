// The bytes of an object: read as one stream wherever they lie, let go with the record, shared by copies.
import { Readable } from "node:stream";
import { assert } from "../../kernel/fault.ts";
import type { Blobs } from "../../ports/blobs.ts";
import { allBelow, del, type Entry, hold, release, set, type Store, type Write } from "../../ports/store.ts";
import { piecesOf } from "./part-runs.ts";
import type { ByteRange } from "./ranges.ts";
import { type Body, keys, type ObjectRecord, type PartRecord, type VersionRecord } from "./records.ts";

/** Ours: up to this size bytes are answered in one piece; beyond, they are streamed. */
const WHOLE_BYTES_MAX = 64 * 1024;

/** All parts below an id, in order of their numbers. */
export const listParts = (store: Pick<Store, "list">, id: string): Promise<readonly Entry<PartRecord>[]> => allBelow<PartRecord>(store, keys.parts(id));

/** Writes that forget a part and let go of its bytes. */
export const partReleases = (id: string, part: PartRecord): readonly Write[] => [
  del(keys.part(id, part.number)), release(part.blobId, keys.part(id, part.number)),
];

/** Writes that let go of a version's bytes. */
export async function bodyReleases(store: Pick<Store, "list">, record: VersionRecord): Promise<readonly Write[]> {
  if (record.kind === "marker") return [];
  if (record.body.kind === "blob") return [release(record.body.blobId, keys.body(record.id))];
  return (await listParts(store, record.id)).flatMap((part) => partReleases(record.id, part.value));
}

/** Another body of the same bytes, not copied but held twice; the commit must check that the source is unchanged. */
export async function sharedBody(store: Pick<Store, "list">, source: ObjectRecord, id: string): Promise<{ readonly body: Body; readonly writes: readonly Write[] }> {
  const { body } = source;
  if (body.kind === "blob") {
    return { body, writes: [hold({ id: body.blobId, sizeBytes: source.sizeBytes }, keys.body(id))] };
  }
  const parts = await listParts(store, source.id);
  return {
    body,
    writes: parts.flatMap(({ value: part }) => {
      const key = keys.part(id, part.number);
      return [set(key, part), hold({ id: part.blobId, sizeBytes: part.sizeBytes }, key)];
    }),
  };
}

interface Reading {
  readonly store: Pick<Store, "get">;
  readonly blobs: Pick<Blobs, "read" | "bytes">;
}

async function* streamParts({ store, blobs }: Reading, record: ObjectRecord, range: ByteRange): AsyncGenerator<Uint8Array> {
  assert(record.body.kind === "parts", "an object of parts");
  for (const piece of piecesOf(record.body.runs, range.start, range.end)) {
    const part = await store.get<PartRecord>(keys.part(record.id, piece.number));
    if (!part) throw new Error("the object was deleted while it was read");
    yield* await blobs.read(part.value.blobId, piece);
  }
}

/** The object's bytes `range`, in one piece when they are few. Rejects with an Outage when the object has gone meanwhile. */
export async function readBody(reading: Reading, record: ObjectRecord, range: ByteRange = { start: 0, end: record.sizeBytes }): Promise<Readable | Uint8Array> {
  if (range.end === range.start) return new Uint8Array();
  if (record.body.kind === "parts") return Readable.from(streamParts(reading, record, range), { objectMode: false });
  const { blobId } = record.body;
  if (record.sizeBytes > WHOLE_BYTES_MAX) return reading.blobs.read(blobId, range);
  const bytes = await reading.blobs.bytes(blobId);
  return bytes.subarray(range.start, range.end);
}

/** The same bytes as chunks. */
export async function* bodyChunks(reading: Reading, record: ObjectRecord, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const body = await readBody(reading, record, range);
  if (body instanceof Uint8Array) yield body;
  else yield* body as AsyncIterable<Uint8Array>;
}
