// The distribution protocol's errors: a code, a sentence, a status; and what the registry's own faults are called there.
import type { Fault } from "../../../kernel/fault.ts";
import { BadImage } from "../../../functions/images/refusals.ts";
import type { HttpReply } from "../../../wire/door.ts";

/** What this door itself has to refuse. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const translations: Readonly<Record<string, readonly [status: number, code: string]>> = {
  RepositoryNotFoundException: [404, "NAME_UNKNOWN"],
  InvalidParameterException: [400, "NAME_INVALID"],
  ImageNotFoundException: [404, "MANIFEST_UNKNOWN"],
  LayersNotFoundException: [400, "MANIFEST_BLOB_UNKNOWN"],
  ReferencedImagesNotFoundException: [400, "MANIFEST_BLOB_UNKNOWN"],
  ImageTagAlreadyExistsException: [400, "TAG_INVALID"],
  UploadNotFoundException: [404, "BLOB_UPLOAD_UNKNOWN"],
  InvalidLayerException: [400, "DIGEST_INVALID"],
  InvalidLayerPartException: [416, "BLOB_UPLOAD_INVALID"],
  IncompleteBody: [400, "BLOB_UPLOAD_INVALID"],
  RequestTimeout: [400, "BLOB_UPLOAD_INVALID"],
};

/** Undefined for what is no refusal but a failure of ours. */
export function errorReply(error: unknown): HttpReply | undefined {
  if (error instanceof ProtocolError) return framed(error.status, error.code, error.message);
  if (error instanceof BadImage) return framed(400, "MANIFEST_INVALID", error.message);
  if (!(error instanceof Error) || error.name !== "Fault") return undefined;
  const [status, code] = translations[(error as Fault).code] ?? [400, "UNSUPPORTED"];
  return framed(status, code, error.message);
}

function framed(status: number, code: string, message: string): HttpReply {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(`${JSON.stringify({ errors: [{ code, message }] })}\n`) };
}
