// Bodies that custom runtimes post: gathered up to the limit, and never more than that in memory.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { ResponseSink } from "../runner.ts";
import { parsed } from "../tracing/segments.ts";

export type PostedBody =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "too-large"; readonly sizeBytes: number }
  /** The connection ended before the body did. */
  | { readonly kind: "truncated" };

/** Reads to the end in any case, so that the client has sent everything before it reads our answer; `onTooLarge` tells at once. */
export function readBody(request: IncomingMessage, bytesMax: number, onTooLarge: (sizeBytes: number) => void): Promise<PostedBody> {
  const { promise, resolve } = Promise.withResolvers<PostedBody>();
  let chunks: Buffer[] = [];
  let size = 0;
  let told = false;
  const tooLarge = (sizeBytes: number): void => {
    chunks = [];
    if (!told) onTooLarge(sizeBytes);
    told = true;
  };
  const declared = Number(request.headers["content-length"]);
  if (declared > bytesMax) tooLarge(declared);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > bytesMax) tooLarge(size);
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const [first] = chunks;
    if (told) resolve({ kind: "too-large", sizeBytes: size });
    else resolve({ kind: "whole", bytes: chunks.length === 1 && first ? first : Buffer.concat(chunks, size) });
  });
  request.on("error", () => resolve({ kind: "truncated" }));
  request.on("close", () => resolve({ kind: "truncated" }));
  return promise;
}

/** Hands a streamed response on as it comes, at the pace of who takes it; false when the connection ended before the body did. */
export async function forwardBody(request: IncomingMessage, sink: ResponseSink): Promise<boolean> {
  sink.open(request.headers["content-type"] ?? "application/octet-stream");
  try {
    for await (const chunk of request) await sink.write(chunk as Buffer);
  } catch {
    return false;
  }
  // Trailers that tell an error come with the end: then the response is not whole.
  if (request.trailers["lambda-runtime-function-error-type"] === undefined) sink.end();
  return true;
}

/** Content type by which a runtime asks that the cause be taken out of the error. */
const ERROR_WITH_CAUSE = "application/vnd.aws.lambda.error.cause+json";

/** AWS: what is kept of a cause, which it crops and we leave out. */
const CAUSE_BYTES_MAX = 64 * 1024;

/** What traces are told of an error: a JSON object from the header, or from the body where that has one. */
export function errorCause(headers: IncomingHttpHeaders, bytes: Buffer): string | undefined {
  const inBody = headers["content-type"] === ERROR_WITH_CAUSE;
  const text = inBody ? JSON.stringify(parsed(bytes.toString())?.["errorCause"]) : String(headers["lambda-runtime-function-xray-error-cause"] ?? "");
  return text && text.length <= CAUSE_BYTES_MAX && parsed(text) ? text : undefined;
}

/** The error payload for the caller: verbatim, or rendered anew with its three members when it came with a cause. */
export function errorPayload(contentType: string | undefined, bytes: Buffer): Buffer {
  if (contentType !== ERROR_WITH_CAUSE) return bytes;
  try {
    const { errorMessage, errorType, stackTrace } = JSON.parse(bytes.toString("utf8")) as Readonly<Record<string, unknown>>;
    return Buffer.from(JSON.stringify({ errorMessage, errorType, stackTrace }));
  } catch {
    return Buffer.from(JSON.stringify("Invalid error body"));
  }
}
