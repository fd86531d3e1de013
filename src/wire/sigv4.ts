// Reads who signed a request, for which region and service. It parses signatures; it does not verify them.
import { fault } from "../kernel/fault.ts";
import { limits } from "../kernel/limits.ts";
import type { QueryPairs } from "./query-string.ts";

/** What a request's signature says about its sender. */
export interface Signature {
  readonly accessKeyId: string;
  /** From the credential's scope; absent in version 2 signatures and in SigV4a. */
  readonly region: string | undefined;
  /** The signing name in the scope (`s3`, `lambda`, `monitoring`); absent in version 2 signatures. */
  readonly signingName: string | undefined;
  /** Present when the signature came in the query. */
  readonly presigned: Presigned | undefined;
}

/** When a presigned URL was made and until when it holds, as its query says. */
export type Presigned =
  | { readonly version: 4; readonly date: string | undefined; readonly expires: string | undefined }
  | { readonly version: 2; readonly expires: string };

/** How an aws-chunked body is framed, from `x-amz-content-sha256`. */
export type ChunkedMode = "signed" | "signed-trailer" | "unsigned-trailer";

/** Finds the account of an access key; undefined when the key does not tell. */
export type AccountOf = (accessKeyId: string) => string | undefined;

/** The usual rule of local clouds: an access key id of 12 digits names its account. */
export const accountFromDigits: AccountOf = (accessKeyId) => (/^\d{12}$/.test(accessKeyId) ? accessKeyId : undefined);

/** Undefined for an unsigned request. Throws faults for a signature that can not be read (S3's and IAM's codes). */
export function readSignature(headers: Readonly<Record<string, string>>, query: QueryPairs): Signature | undefined {
  const authorization = headers["authorization"];
  if (authorization !== undefined) return fromHeader(authorization);
  return query.length === 0 ? undefined : fromQuery(query);
}

/** Clients repeat a handful of credentials, each with a new signature behind it. Bounds the memory that made-up ones can take. */
const REMEMBERED_MAX = 256;
const remembered = new Map<string, Signature>();

function fromHeader(authorization: string): Signature | undefined {
  const comma = authorization.indexOf(",");
  const front = comma === -1 ? authorization : authorization.slice(0, comma);
  const known = remembered.get(front);
  if (known) return known;
  const signature = parseHeader(authorization);
  if (signature?.signingName === undefined || !front.includes(" Credential=")) return signature;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(front, signature);
  return signature;
}

function parseHeader(authorization: string): Signature | undefined {
  if (authorization.startsWith("AWS4-")) {
    const credential = /[\s,]Credential=([^,\s]*)/.exec(authorization)?.[1];
    if (credential === undefined) {
      throw fault("IncompleteSignature", { message: "Authorization header requires 'Credential' parameter.", status: 403 });
    }
    return { ...readCredential(credential, authorization.startsWith("AWS4-ECDSA")), presigned: undefined };
  }
  const version2 = /^AWS ([^:\s]+):/.exec(authorization);
  // Other schemes (Bearer, Basic) are not for the AWS APIs; the request counts as unsigned.
  return version2?.[1] === undefined ? undefined : { accessKeyId: version2[1], region: undefined, signingName: undefined, presigned: undefined };
}

function fromQuery(query: QueryPairs): Signature | undefined {
  const credential = valueOf(query, "X-Amz-Credential");
  if (credential !== undefined) {
    const sigv4a = valueOf(query, "X-Amz-Algorithm")?.startsWith("AWS4-ECDSA") ?? false;
    const presigned = { version: 4, date: valueOf(query, "X-Amz-Date"), expires: valueOf(query, "X-Amz-Expires") } as const;
    return { ...readCredential(credential, sigv4a), presigned };
  }
  const accessKeyId = valueOf(query, "AWSAccessKeyId");
  if (accessKeyId === undefined) return undefined;
  const expires = valueOf(query, "Expires");
  return { accessKeyId, region: undefined, signingName: undefined, presigned: expires === undefined ? undefined : { version: 2, expires } };
}

/** `AKID/20261123/us-east-1/lambda/aws4_request`; SigV4a leaves the region out. Access keys may contain slashes in no cloud we know. */
function readCredential(credential: string, sigv4a: boolean): { accessKeyId: string; region: string | undefined; signingName: string } {
  const parts = credential.split("/");
  const [accessKeyId = "", date = ""] = parts;
  const region = sigv4a ? undefined : parts[2];
  const signingName = parts[sigv4a ? 2 : 3] ?? "";
  const whole = parts.length === (sigv4a ? 4 : 5) && accessKeyId !== "" && /^\d{8}$/.test(date) && parts.at(-1) === "aws4_request";
  if (!whole || !/^[\w-]{1,64}$/.test(signingName) || (region !== undefined && !/^[a-z0-9-]{1,64}$/i.test(region)) || accessKeyId.length > 128) {
    throw fault("IncompleteSignature", {
      message: "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
      status: 403,
    });
  }
  return { accessKeyId, region, signingName };
}

/**
 * The framing of the body by `x-amz-content-sha256`, or the hash it must have, or nothing to check.
 * Source: "Signature Calculations for the Authorization Header" in the S3 API reference.
 */
export function readContentSha256(headers: Readonly<Record<string, string>>): { readonly chunked?: ChunkedMode; readonly sha256?: string } {
  const value = headers["x-amz-content-sha256"];
  if (value === undefined || value === "UNSIGNED-PAYLOAD") return {};
  if (/^[0-9a-f]{64}$/i.test(value)) return { sha256: value.toLowerCase() };
  if (value === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return { chunked: "unsigned-trailer" };
  if (/^STREAMING-AWS4-(HMAC-SHA256|ECDSA-P256-SHA256)-PAYLOAD$/.test(value)) return { chunked: "signed" };
  if (/^STREAMING-AWS4-(HMAC-SHA256|ECDSA-P256-SHA256)-PAYLOAD-TRAILER$/.test(value)) return { chunked: "signed-trailer" };
  throw fault("InvalidArgument", {
    message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
    status: 400,
    ArgumentName: "x-amz-content-sha256",
    ArgumentValue: value,
  });
}

/** Throws S3's faults for a presigned URL that has run out or whose times can not be read. */
export function refuseExpired(presigned: Presigned, nowMs: number): void {
  const { expiresMs, given } = presigned.version === 4 ? expiryOf4(presigned) : expiryOf2(presigned);
  if (nowMs <= expiresMs) return;
  throw fault("AccessDenied", {
    message: "Request has expired",
    status: 403,
    ...(given === undefined ? {} : { "X-Amz-Expires": given }),
    Expires: isoSeconds(expiresMs),
    ServerTime: isoSeconds(nowMs),
  });
}

interface Expiry {
  readonly expiresMs: number;
  readonly given?: string;
}

function expiryOf4({ date, expires }: { date: string | undefined; expires: string | undefined }): Expiry {
  const made = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? "");
  if (expires === undefined || date === undefined) {
    throw parametersError(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  }
  const madeMs = made ? Date.parse(`${made[1]}-${made[2]}-${made[3]}T${made[4]}:${made[5]}:${made[6]}Z`) : Number.NaN;
  if (Number.isNaN(madeMs)) throw parametersError('X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd\'T\'HHmmss\'Z\'"');
  if (/^-\d+$/.test(expires)) throw parametersError("X-Amz-Expires must be non-negative");
  if (!/^\d{1,15}$/.test(expires)) throw parametersError("X-Amz-Expires should be a number");
  const seconds = Number(expires);
  if (seconds > limits.s3.presignedSecondsMax) {
    throw parametersError(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${limits.s3.presignedSecondsMax} seconds`,
    );
  }
  return { expiresMs: madeMs + seconds * 1000, given: expires };
}

function expiryOf2({ expires }: { expires: string }): Expiry {
  // Ten digits reach the year 2286; more would not be a date that can be written back.
  if (!/^\d{1,11}$/.test(expires)) throw fault("AccessDenied", { message: `Invalid date (should be seconds since epoch): ${expires}`, status: 403 });
  return { expiresMs: Number(expires) * 1000 };
}

const parametersError = (message: string): Error => fault("AuthorizationQueryParametersError", { message, status: 400 });

const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");

function valueOf(query: QueryPairs, key: string): string | undefined {
  for (const [name, value] of query) if (name === key) return value;
  return undefined;
}
