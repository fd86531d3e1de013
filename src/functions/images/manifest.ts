// Manifests say what an image is made of; indexes say which image is for which machine. Both kinds, OCI's and Docker's, are read here.
import { BadImage, UnsupportedImage } from "./refusals.ts";
import { limits } from "../../kernel/limits.ts";
import { isIndexType, isManifestType, mediaTypes } from "./media-types.ts";

export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface PlatformDescriptor extends Descriptor {
  readonly os: string | undefined;
  readonly architecture: string | undefined;
}

export type Manifest =
  | { readonly kind: "image"; readonly mediaType: string; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: "index"; readonly mediaType: string; readonly manifests: readonly PlatformDescriptor[] };

const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Ours: images an index may name. */
const MANIFESTS_MAX = 1000;

export const isDigest = (text: string): boolean => DIGEST.test(text);

/** The hex part of a digest, which is also the id of the blob. */
export const hexOf = (digest: string): string => digest.slice("sha256:".length);

/**
 * Reads a manifest or an index. `declared` is the media type it was sent with; the document's own counts when there is none.
 * Throws UnsupportedImage for kinds not known here (Docker's first manifests among them) and BadImage for what is malformed.
 */
export function readManifest(bytes: Uint8Array, declared?: string): Manifest {
  if (bytes.byteLength > limits.images.manifestBytesMax) throw new BadImage("the manifest is too large");
  const document = object(parseJson(bytes, "the manifest"), "the manifest");
  const own = document["mediaType"];
  if (own !== undefined && typeof own !== "string") throw new BadImage("the mediaType of the manifest is no text");
  if (own !== undefined && declared !== undefined && own !== declared) throw new BadImage(`the manifest says that it is ${own}, and was sent as ${declared}`);
  if (document["schemaVersion"] !== 2) throw new UnsupportedImage(`manifests of schema version ${JSON.stringify(document["schemaVersion"])} are not supported`);
  const mediaType = own ?? declared ?? guess(document);
  if (isIndexType(mediaType)) {
    return { kind: "index", mediaType, manifests: list(document["manifests"], "manifests", MANIFESTS_MAX).map(platformDescriptor) };
  }
  if (!isManifestType(mediaType)) throw new UnsupportedImage(`manifests of type ${mediaType} are not supported`);
  return {
    kind: "image", mediaType,
    config: descriptor(document["config"], "config"),
    layers: list(document["layers"], "layers", limits.images.layersMax).map((layer) => descriptor(layer, "layer")),
  };
}

/** The image for this machine. An index may name attestations too, whose platform is unknown. Throws UnsupportedImage when there is none. */
export function chooseImage(manifests: readonly PlatformDescriptor[], architecture: "amd64" | "arm64"): PlatformDescriptor {
  const fits = manifests.filter(({ mediaType }) => isManifestType(mediaType) || isIndexType(mediaType));
  const found = fits.find((each) => each.os === "linux" && each.architecture === architecture) ?? (fits.length === 1 ? fits.find(({ os }) => os === undefined) : undefined);
  if (found) return found;
  const names = fits.map((each) => `${each.os ?? "?"}/${each.architecture ?? "?"}`).join(", ");
  throw new UnsupportedImage(`the image is not built for linux/${architecture}; it has ${names === "" ? "nothing" : names}`);
}

/** Old documents name no type: an index has manifests, an image layers. */
const guess = (document: Readonly<Record<string, unknown>>): string =>
  Array.isArray(document["manifests"]) ? mediaTypes.ociIndex : mediaTypes.ociManifest;

export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    throw new BadImage(`${what} is not JSON`);
  }
}

export function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BadImage(`${what} is no JSON object`);
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown, what: string, max: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadImage(`the manifest has no list of ${what}`);
  if (value.length > max) throw new BadImage(`the manifest names more than ${max} ${what}`);
  return value;
}

function descriptor(value: unknown, what: string): Descriptor {
  const { mediaType, digest, size } = object(value, `a ${what} of the manifest`);
  if (typeof digest !== "string" || !isDigest(digest)) throw new BadImage(`the digest of a ${what} is not sha256 and 64 hex digits`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw new BadImage(`the size of a ${what} is no number`);
  return { mediaType: typeof mediaType === "string" ? mediaType : "", digest, sizeBytes: size };
}

function platformDescriptor(value: unknown): PlatformDescriptor {
  const platform = object(value, "a manifest of the index")["platform"];
  const { os, architecture } = platform === undefined ? {} : object(platform, "a platform of the index");
  return { ...descriptor(value, "manifest"), os: typeof os === "string" ? os : undefined, architecture: typeof architecture === "string" ? architecture : undefined };
}
