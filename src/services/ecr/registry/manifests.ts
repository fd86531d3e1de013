// Images by tag and digest.
import { hexOf, isDigest } from "../../../functions/images/manifest.ts";
import { isTag } from "../../../kernel/image-name.ts";
import { limits } from "../../../kernel/limits.ts";
import type { HttpReply, HttpRequest } from "../../../wire/door.ts";
import { digestOf, pushImage, removeImage, removeTag, requireImage } from "../images.ts";
import type { Errand } from "./errand.ts";
import { ProtocolError } from "./errors.ts";
import type { Route } from "./routes.ts";

type ManifestRoute = Extract<Route, { readonly kind: "manifest" }>;

export async function readManifestOf({ request, registry, repository }: Errand, { reference }: ManifestRoute): Promise<HttpReply> {
  const image = await requireImage(registry, await repository(), imageIdOf(reference));
  const headers = { "content-type": image.mediaType, "docker-content-digest": `sha256:${image.id}`, etag: `"sha256:${image.id}"`, "content-length": String(image.sizeBytes) };
  if (request.method === "HEAD") return { status: 200, headers };
  return { status: 200, headers, body: await registry.blobs.bytes(image.id) };
}

export async function writeManifest({ request, registry, repository, path }: Errand, { reference }: ManifestRoute): Promise<HttpReply> {
  const { imageTag, imageDigest } = imageIdOf(reference);
  const bytes = await bodyOf(request);
  if (imageDigest !== undefined && digestOf(bytes) !== imageDigest) throw new ProtocolError(400, "DIGEST_INVALID", `The manifest has the digest ${digestOf(bytes)}`);
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim();
  const { digest } = await pushImage(registry, await repository(true), bytes, mediaType === "application/json" ? undefined : mediaType, imageTag);
  return { status: 201, headers: { location: `/v2/${path}/manifests/${digest}`, "docker-content-digest": digest } };
}

/** By tag: takes the tag off. By digest: takes the image away. */
export async function deleteManifest({ registry, repository }: Errand, { reference }: ManifestRoute): Promise<HttpReply> {
  const at = await repository();
  const { imageTag, imageDigest } = imageIdOf(reference);
  if (imageTag !== undefined) await removeTag(registry, at, imageTag);
  else if (imageDigest !== undefined) {
    const refused = await removeImage(registry, at, hexOf(imageDigest));
    if (refused !== undefined) throw new ProtocolError(405, "UNSUPPORTED", refused);
  }
  return { status: 202, headers: {} };
}

function imageIdOf(reference: string): { readonly imageTag?: string; readonly imageDigest?: string } {
  if (reference.includes(":")) {
    if (!isDigest(reference)) throw new ProtocolError(400, "DIGEST_INVALID", `'${reference}' is no digest: sha256 and 64 hex digits are`);
    return { imageDigest: reference };
  }
  if (!isTag(reference)) throw new ProtocolError(400, "TAG_INVALID", `'${reference}' can not be a tag`);
  return { imageTag: reference };
}

async function bodyOf({ body }: HttpRequest): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > limits.images.manifestBytesMax) throw new ProtocolError(413, "MANIFEST_INVALID", `A manifest has at most ${limits.images.manifestBytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
