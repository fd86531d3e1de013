// Headers that ask for what is not built are refused by name, for a setting that is accepted must act.
import type { Fault } from "../../kernel/fault.ts";
import { fault } from "../../kernel/fault.ts";
import { aclsNotSupported, invalidArgument, notImplemented } from "./errors.ts";

type Headers = Readonly<Record<string, string>>;

/** What the value must be for the header to ask for nothing that is missing; `undefined`: nothing will do. */
const onlyValue: Readonly<Record<string, string | undefined>> = {
  "x-amz-server-side-encryption": "AES256",
  "x-amz-server-side-encryption-aws-kms-key-id": undefined,
  "x-amz-server-side-encryption-context": undefined,
  "x-amz-server-side-encryption-bucket-key-enabled": "false",
  "x-amz-server-side-encryption-customer-algorithm": undefined,
  "x-amz-server-side-encryption-customer-key": undefined,
  "x-amz-server-side-encryption-customer-key-md5": undefined,
  "x-amz-copy-source-server-side-encryption-customer-algorithm": undefined,
  "x-amz-copy-source-server-side-encryption-customer-key": undefined,
  "x-amz-copy-source-server-side-encryption-customer-key-md5": undefined,
  "x-amz-object-lock-mode": undefined,
  "x-amz-object-lock-retain-until-date": undefined,
  "x-amz-object-lock-legal-hold": undefined,
  "x-amz-bucket-object-lock-enabled": "false",
  "x-amz-bypass-governance-retention": "false",
  "x-amz-website-redirect-location": undefined,
  "x-amz-request-payer": undefined,
  "x-amz-mfa": undefined,
  "x-amz-write-offset-bytes": undefined,
  "x-amz-bucket-namespace": "global",
  "x-amz-if-match-last-modified-time": undefined,
  "x-amz-if-match-size": undefined,
  "x-amz-checksum-sha512": undefined,
  "x-amz-checksum-md5": undefined,
  "x-amz-checksum-xxhash64": undefined,
  "x-amz-checksum-xxhash3": undefined,
  "x-amz-checksum-xxhash128": undefined,
};

const storageClasses = new Set([
  "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "GLACIER_IR", "SNOW",
  "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP",
]);

function storageClassRefusal(name: string | undefined): Fault | undefined {
  if (name === undefined || name === "STANDARD") return undefined;
  if (storageClasses.has(name)) return notImplemented("x-amz-storage-class", `Only the storage class STANDARD exists here, not ${name}.`);
  return fault("InvalidStorageClass", { message: "The storage class you specified is not valid", status: 400, StorageClassRequested: name });
}

const cannedAcls = new Set(["private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"]);

function aclRefusal(headers: Headers): Fault | undefined {
  const acl = headers["x-amz-acl"];
  if (acl !== undefined && !cannedAcls.has(acl)) return invalidArgument("", "x-amz-acl", acl);
  const modest = acl === undefined || acl === "private" || acl === "bucket-owner-full-control";
  return modest && !Object.keys(headers).some((name) => name.startsWith("x-amz-grant-")) ? undefined : aclsNotSupported();
}

/** Throws NotImplemented (501) naming the header, or what S3 itself answers to it, when a request asks for what is not there. */
export function refuseUnbuilt(headers: Headers): void {
  for (const name of Object.keys(headers)) {
    if (!(name in onlyValue) || !name.startsWith("x-amz-")) continue;
    if (headers[name]?.toLowerCase() !== onlyValue[name]?.toLowerCase()) throw notImplemented(name);
  }
  const refusal = storageClassRefusal(headers["x-amz-storage-class"]) ?? aclRefusal(headers);
  if (refusal) throw refusal;
}
