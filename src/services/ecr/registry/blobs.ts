// Layers and configurations, read and removed.
import { hexOf } from "../../../functions/images/manifest.ts";
import { del, release, transact, unchanged } from "../../../ports/store.ts";
import type { HttpReply } from "../../../wire/door.ts";
import { findBlob } from "../images.ts";
import { type BlobRecord, keys } from "../records.ts";
import type { Errand } from "./errand.ts";
import { ProtocolError } from "./errors.ts";
import type { Route } from "./routes.ts";

type BlobRoute = Extract<Route, { readonly kind: "blob" }>;

const blobUnknown = (digest: string): ProtocolError => new ProtocolError(404, "BLOB_UNKNOWN", `The layer ${digest} is not in this repository`);

export async function readBlob({ request, registry, repository }: Errand, { digest }: BlobRoute): Promise<HttpReply> {
  const blob = await findBlob(registry, await repository(), digest);
  if (!blob) throw blobUnknown(digest);
  const { sizeBytes } = blob;
  const headers = { "content-type": "application/octet-stream", "docker-content-digest": digest, etag: `"${digest}"`, "accept-ranges": "bytes" };
  if (request.method === "HEAD") return { status: 200, headers: { ...headers, "content-length": String(sizeBytes) } };
  const range = rangeOf(request.headers["range"], sizeBytes);
  const body = await registry.blobs.read(hexOf(digest), range);
  if (!range) return { status: 200, headers: { ...headers, "content-length": String(sizeBytes) }, body };
  return { status: 206, headers: { ...headers, "content-length": String(range.end - range.start), "content-range": `bytes ${range.start}-${range.end - 1}/${sizeBytes}` }, body };
}

/** One range of the plain kind, for downloads that go on where they broke off; others get everything. */
function rangeOf(header: string | undefined, sizeBytes: number): { readonly start: number; readonly end: number } | undefined {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = Math.min(last ? Number(last) + 1 : sizeBytes, sizeBytes);
  if (start >= sizeBytes || end <= start) throw new ProtocolError(416, "SIZE_INVALID", `The layer has ${sizeBytes} bytes`);
  return { start, end };
}

/** Only what no image needs can go by itself. */
export async function deleteBlob({ registry, repository }: Errand, { digest }: BlobRoute): Promise<HttpReply> {
  const at = await repository();
  const { value } = at;
  if (!(await findBlob(registry, at, digest))) throw blobUnknown(digest);
  const key = keys.blob(value.id, hexOf(digest));
  await transact(registry.store, async () => {
    const entry = await registry.store.get<BlobRecord>(key);
    if (!entry) throw blobUnknown(digest);
    if ((await registry.store.list({ prefix: keys.needs(value.id, hexOf(digest)), limit: 1 })).length > 0) throw new ProtocolError(405, "UNSUPPORTED", "The layer is part of an image; delete the image");
    return { checks: [unchanged(key, entry)], writes: [del(key), release(hexOf(digest), key)], result: undefined };
  });
  return { status: 202, headers: {} };
}
