// The client's side of a push: what the registry does not have yet goes up, then the manifests that name it.
import type { ImageSource, SourceBlob } from "../../functions/images/sources.ts";
import { UserError } from "./user-error.ts";

export interface PushTarget {
  readonly endpoint: string;
  /** The repository as it stands in the registry's addresses. */
  readonly path: string;
  readonly tag: string;
}

/** Resolves to the digest of what was pushed. Throws UserError with the registry's own words when it refuses. */
export async function pushSource({ blobs, manifests }: ImageSource, { endpoint, path, tag }: PushTarget): Promise<string> {
  const at = `${endpoint}/v2/${path}`;
  for (const blob of blobs) await pushBlob(at, blob);
  const last = manifests.at(-1);
  for (const manifest of manifests) {
    const reference = manifest === last ? tag : manifest.digest;
    await accepted(await fetch(`${at}/manifests/${reference}`, { method: "PUT", headers: { "content-type": manifest.mediaType }, body: new Uint8Array(manifest.bytes) }));
  }
  return last?.digest ?? "";
}

async function pushBlob(at: string, blob: SourceBlob): Promise<void> {
  const known = await fetch(`${at}/blobs/${blob.digest}`, { method: "HEAD" });
  if (known.ok) return;
  const content = blob.open();
  const init = { method: "POST", headers: { "content-length": String(blob.sizeBytes) }, body: content, duplex: "half" };
  await accepted(await fetch(`${at}/blobs/uploads/?digest=${encodeURIComponent(blob.digest)}`, init as unknown as RequestInit));
}

async function accepted(reply: Response): Promise<void> {
  if (reply.ok) return;
  const text = await reply.text();
  let said = text;
  try {
    said = (JSON.parse(text) as { errors: { message: string }[] }).errors.map(({ message }) => message).join("; ");
  } catch {
    // Not in the protocol's form: as it came.
  }
  throw new UserError(`The registry refused the image: ${said}`);
}
