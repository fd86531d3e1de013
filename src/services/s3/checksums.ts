// The checksums a client may ask for: how each is computed, written and combined. Source: S3 user guide, "Checking object integrity".
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { fault } from "../../kernel/fault.ts";
import { crcOf } from "./crc.ts";
import { combineCrcs, type CrcName } from "./crc-combine.ts";

export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
/** Of the whole content, or of the parts' checksums. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, with `-N` behind it for a composite of N parts. */
  readonly value: string;
  readonly type: ChecksumType;
}

/** What S3 computes when the client asked for nothing. */
export const defaultAlgorithm: ChecksumAlgorithm = "CRC64NVME";

export interface Digest {
  update(bytes: Uint8Array): void;
  /** Base64 of the big-endian value. */
  value(): string;
}

const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

function crcText(algorithm: CrcName, value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes.subarray(8 - digestBytes[algorithm]).toString("base64");
}

function crcOfText(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, "base64").toString("hex")}`);
}

export function openDigest(algorithm: ChecksumAlgorithm): Digest {
  if (algorithm === "SHA1" || algorithm === "SHA256") {
    const hash = createHash(algorithm);
    return { update: (bytes) => void hash.update(bytes), value: () => hash.digest("base64") };
  }
  if (algorithm === "CRC32") {
    let value = 0;
    return { update: (bytes) => void (value = crc32(bytes, value)), value: () => crcText(algorithm, BigInt(value)) };
  }
  const step = crcOf(algorithm);
  let value = 0n;
  return { update: (bytes) => void (value = step(bytes, value)), value: () => crcText(algorithm, value) };
}

/** Whether the text can be a checksum of this kind: base64 of as many bytes as it has. */
export function isChecksumText(algorithm: ChecksumAlgorithm, text: string): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === digestBytes[algorithm] && bytes.toString("base64") === text;
}

/** `x-amz-checksum-crc32` and its like. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The member that carries this checksum in inputs and outputs: `ChecksumCRC32`. */
export const checksumMember = <A extends ChecksumAlgorithm>(algorithm: A): `Checksum${A}` => `Checksum${algorithm}`;

/** `{ ChecksumCRC32: "…" }`, to be spread into an output. */
export const checksumMembers = ({ algorithm, value }: Pick<Checksum, "algorithm" | "value">): Partial<Record<`Checksum${ChecksumAlgorithm}`, string>> =>
  ({ [checksumMember(algorithm)]: value });

/** Checksum of the parts' checksums (composite), or of the whole (full object; only CRCs can be combined so). */
export function combineChecksums(
  algorithm: ChecksumAlgorithm, type: ChecksumType, parts: readonly { readonly value: string; readonly sizeBytes: number }[],
): Checksum {
  if (type === "COMPOSITE") {
    const digest = openDigest(algorithm);
    for (const part of parts) digest.update(Buffer.from(part.value, "base64"));
    return { algorithm, type, value: `${digest.value()}-${parts.length}` };
  }
  if (algorithm === "SHA1" || algorithm === "SHA256") throw fullObjectNotPossible(algorithm);
  const pieces = parts.map((part) => ({ crc: crcOfText(part.value), sizeBytes: part.sizeBytes }));
  return { algorithm, type, value: crcText(algorithm, combineCrcs(algorithm, pieces)) };
}

const fullObjectNotPossible = (algorithm: ChecksumAlgorithm): Error => new Error(`bug: no full-object ${algorithm} can be made from parts`);

export const badChecksum = (algorithm: ChecksumAlgorithm): Error =>
  fault("BadDigest", { message: `The ${algorithm} you specified did not match the calculated checksum.`, status: 400 });

/** The type an upload gets: what was asked if the algorithm allows it, else the algorithm's own. Throws InvalidRequest. */
export function checksumTypeOf(algorithm: ChecksumAlgorithm, asked: string | undefined): ChecksumType {
  const own: ChecksumType = algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
  if (asked === undefined) return own;
  const allowed = asked === own || (asked === "FULL_OBJECT" && (algorithm === "CRC32" || algorithm === "CRC32C"));
  if ((asked === "FULL_OBJECT" || asked === "COMPOSITE") && allowed) return asked;
  if (asked === "FULL_OBJECT" || asked === "COMPOSITE") {
    throw fault("InvalidRequest", { message: `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`, status: 400 });
  }
  throw fault("InvalidRequest", { message: "Value for x-amz-checksum-type header is invalid.", status: 400 });
}

/** The algorithm a client names, in any case; undefined when it is none of ours. */
export const algorithmNamed = (name: string): ChecksumAlgorithm | undefined =>
  checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());
