// What buckets, keys and places may be called, in S3's words.
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";

const RESERVED_PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/** Source: S3 user guide, "General purpose bucket naming rules". */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix))
  );
}

export const invalidBucketName = (name: string): Fault =>
  fault("InvalidBucketName", { message: "The specified bucket is not valid.", status: 400, BucketName: name });

/** Any UTF-8 text of 1 to 1024 bytes without NUL. Throws the fault S3 answers. */
export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes > limits.s3.keyBytesMax) {
    throw fault("KeyTooLongError", { message: "Your key is too long", status: 400, Size: bytes, MaxSizeAllowed: limits.s3.keyBytesMax });
  }
  if (key.includes("\0") || !key.isWellFormed()) throw fault("InvalidURI", { message: "Couldn't parse the specified URI.", status: 400, URI: undefined });
}

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
const FIRST_REGION = "us-east-1";

/** The region a new bucket lies in. `constraint` is CreateBucket's; `region` that of the endpoint asked. Throws the fault S3 answers. */
export function bucketRegion(constraint: string | undefined, region: string): string {
  const wrong = (what: string): Fault =>
    fault("IllegalLocationConstraintException", {
      message: `The ${what} location constraint is incompatible for the region specific endpoint this request was sent to.`, status: 400,
    });
  if (constraint === undefined || constraint === "") {
    if (region !== FIRST_REGION) throw wrong("unspecified");
    return FIRST_REGION;
  }
  const named = constraint === "EU" ? "eu-west-1" : constraint;
  if (!REGION.test(named) || named === FIRST_REGION) {
    throw fault("InvalidLocationConstraint", { message: "The specified location-constraint is not valid", status: 400, LocationConstraint: constraint });
  }
  if (region !== FIRST_REGION && named !== region) throw wrong(constraint);
  return named;
}

/** Percent-encoding of `encoding-type=url` and of keys in events: a space is `+`, slashes stay. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/")
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
