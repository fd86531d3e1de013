// What an object keeps beside its bytes: content headers, user metadata, tags; read from a request and checked.
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { ContentHeaders } from "./records.ts";

type Headers = Readonly<Record<string, string>>;

/** `aws-chunked` says how the bytes travelled, not what they are, so it is not kept. */
function keptEncoding(header: string | undefined): string | undefined {
  const kept = header?.split(",").map((coding) => coding.trim()).filter((coding) => coding !== "" && coding.toLowerCase() !== "aws-chunked").join(",");
  return kept || undefined;
}

export function contentHeaders(headers: Headers): ContentHeaders {
  return {
    contentType: headers["content-type"] || undefined,
    cacheControl: headers["cache-control"],
    contentDisposition: headers["content-disposition"],
    contentEncoding: keptEncoding(headers["content-encoding"]),
    contentLanguage: headers["content-language"],
    expires: headers["expires"],
  };
}

/** User metadata, checked for its size (names and values together). Throws MetadataTooLarge. */
export function checkedMetadata(metadata: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const kept = metadata ?? {};
  let bytes = 0;
  for (const [name, value] of Object.entries(kept)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  if (bytes > limits.s3.metadataBytesMax) {
    throw fault("MetadataTooLarge", {
      message: "Your metadata headers exceed the maximum allowed metadata size", status: 400, Size: bytes, MaxSizeAllowed: limits.s3.metadataBytesMax,
    });
  }
  return kept;
}

/**
 * Metadata as it goes back in headers. What is not ASCII comes as an RFC 2047 word, with each byte of the request's header taken
 * for a Latin-1 character. Source: S3 user guide, "Working with object metadata", its example of `x-amz-meta-nonascii`.
 */
export function metadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, /^[\x20-\x7e\t]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`]));
}
