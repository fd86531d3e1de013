// The media types of images, of the Open Container Initiative and of Docker, which mean the same by different names.
import { own } from "../../kernel/own.ts";

const OCI = "application/vnd.oci.image";
const DOCKER = "application/vnd.docker";

export const mediaTypes = {
  ociManifest: `${OCI}.manifest.v1+json`,
  ociIndex: `${OCI}.index.v1+json`,
  ociConfig: `${OCI}.config.v1+json`,
  ociLayer: `${OCI}.layer.v1.tar`,
  dockerManifest: `${DOCKER}.distribution.manifest.v2+json`,
  dockerList: `${DOCKER}.distribution.manifest.list.v2+json`,
  dockerConfig: `${DOCKER}.container.image.v1+json`,
  dockerLayer: `${DOCKER}.image.rootfs.diff.tar`,
} as const;

/** How a layer is packed. */
export type Compression = "none" | "gzip" | "zstd";

const layers: Readonly<Record<string, Compression>> = {
  [mediaTypes.ociLayer]: "none",
  [`${mediaTypes.ociLayer}+gzip`]: "gzip",
  [`${mediaTypes.ociLayer}+zstd`]: "zstd",
  [mediaTypes.dockerLayer]: "none",
  [`${DOCKER}.image.rootfs.diff.tar.gzip`]: "gzip",
  [`${DOCKER}.image.rootfs.diff.tar.zstd`]: "zstd",
};

/** Undefined for what is no layer of files. */
export const layerCompression = (mediaType: string): Compression | undefined => own(layers, mediaType);

export const isIndexType = (mediaType: string): boolean => mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerList;
export const isManifestType = (mediaType: string): boolean => mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest;
export const isConfigType = (mediaType: string): boolean => mediaType === mediaTypes.ociConfig || mediaType === mediaTypes.dockerConfig;
