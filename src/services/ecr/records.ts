// What the registry keeps, and where: repositories by name, their contents below an id of their own, so that a new repository never meets the old one's remains.
import type { Key } from "../../ports/store.ts";

export interface Scope {
  readonly account: string;
  readonly region: string;
}

export interface RepositoryRecord extends Scope {
  readonly name: string;
  readonly id: string;
  readonly createdMs: number;
  /** A tag of an immutable repository never moves. */
  readonly immutable: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** The resource policy as given. */
  readonly policy: string | undefined;
}

/** A layer or a configuration that is in a repository; its bytes are the blob of its digest. */
export interface BlobRecord {
  readonly sizeBytes: number;
  readonly addedMs: number;
}

export interface ManifestRecord {
  /** Hex, also the blob of the manifest's bytes. */
  readonly id: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly pushedMs: number;
  readonly kind: "image" | "index";
  /** Of an image: its layers and configuration, packed. */
  readonly imageBytes: number;
  readonly configType: string | undefined;
  /** Hex of the blobs (of an image) or manifests (of an index) it needs. */
  readonly needs: readonly string[];
}

export interface TagRecord {
  readonly tag: string;
  readonly manifestId: string;
}

/** An upload under way: its pieces are blobs, held until it is finished or forgotten. */
export interface UploadRecord {
  readonly parts: readonly { readonly id: string; readonly sizeBytes: number }[];
  readonly sizeBytes: number;
  readonly touchedMs: number;
}

export const keys = {
  repositories: ({ account, region }: Scope): Key => ["ecr-repositories", account, region],
  repository: ({ account, region, name }: Scope & { readonly name: string }): Key => ["ecr-repositories", account, region, name],
  blobs: (repository: string): Key => ["ecr-blobs", repository],
  blob: (repository: string, id: string): Key => ["ecr-blobs", repository, id],
  manifests: (repository: string): Key => ["ecr-manifests", repository],
  manifest: (repository: string, id: string): Key => ["ecr-manifests", repository, id],
  tags: (repository: string): Key => ["ecr-tags", repository],
  tag: (repository: string, tag: string): Key => ["ecr-tags", repository, tag],
  /** Who needs a blob or manifest: one key per need, so that a look tells whether it may go. */
  needs: (repository: string, id?: string): Key => (id === undefined ? ["ecr-needs", repository] : ["ecr-needs", repository, id]),
  need: (repository: string, id: string, by: string): Key => ["ecr-needs", repository, id, by],
  uploads: (repository: string): Key => ["ecr-uploads", repository],
  upload: (repository: string, upload: string): Key => ["ecr-uploads", repository, upload],
  part: (repository: string, upload: string, index: number): Key => ["ecr-parts", repository, upload, index],
} as const;
