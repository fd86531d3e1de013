// Judges the list with which a client completes an upload, and makes one object of the parts it names.
import { createHash } from "node:crypto";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { type Checksum, type ChecksumAlgorithm, badChecksum, checksumAlgorithms, checksumHeader, checksumMember, combineChecksums, isChecksumText } from "./checksums.ts";
import { entityTooLarge, invalidRequest, malformedXml } from "./errors.ts";
import { runsOf } from "./part-runs.ts";
import type { PartRecord, UploadRecord } from "./records.ts";
import { entityTooSmall } from "./uploads.ts";
import type { NewObject } from "./write-object.ts";

/** What a completion says beside its list. */
export interface CompletionClaims {
  readonly headers: Readonly<Record<string, string>>;
  readonly checksumType: string | undefined;
  readonly sizeBytes: number | undefined;
}

/** The numbers in the list, which must rise. Throws MalformedXML or InvalidPartOrder. */
function checkOrder(listed: readonly CompletedPart[] | undefined, uploadId: string): asserts listed is readonly (CompletedPart & { readonly PartNumber: number; readonly ETag: string })[] {
  if (!listed || listed.length === 0 || listed.length > limits.s3.partsMax) throw malformedXml();
  let last = 0;
  for (const { PartNumber: number, ETag: etag } of listed) {
    if (number === undefined || etag === undefined || !Number.isInteger(number) || number < 1) throw malformedXml();
    if (number <= last) {
      throw fault("InvalidPartOrder", { message: "The list of parts was not in ascending order. Parts must be ordered by part number.", status: 400, UploadId: uploadId });
    }
    last = number;
  }
}

const invalidPart = (uploadId: string, { PartNumber, ETag }: CompletedPart): Error =>
  fault("InvalidPart", {
    message: "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    status: 400, UploadId: uploadId, PartNumber: String(PartNumber), ETag: ETag?.replaceAll('"', ""),
  });

function checkPartChecksum(upload: UploadRecord, listed: CompletedPart, part: PartRecord): void {
  for (const algorithm of checksumAlgorithms) {
    const value = listed[checksumMember(algorithm)];
    if (value !== undefined && (algorithm !== part.checksum.algorithm || value !== part.checksum.value)) throw invalidPart(upload.id, listed);
  }
  if (upload.checksum?.type === "COMPOSITE" && listed[checksumMember(upload.checksum.algorithm)] === undefined) {
    throw invalidRequest(
      `The upload was created using a ${upload.checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.PartNumber} in the request.`,
    );
  }
}

/** The parts the list names, as they are stored. Throws what S3 answers to a wrong list. */
function chosenParts(upload: UploadRecord, listed: readonly CompletedPart[] | undefined, stored: readonly PartRecord[]): readonly PartRecord[] {
  checkOrder(listed, upload.id);
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const chosen = listed.map((item) => {
    const part = byNumber.get(item.PartNumber);
    if (!part || part.etag !== item.ETag.replaceAll('"', "")) throw invalidPart(upload.id, item);
    checkPartChecksum(upload, item, part);
    return part;
  });
  const small = chosen.slice(0, -1).find((part) => part.sizeBytes < limits.s3.partBytesMin);
  if (small) throw entityTooSmall(small);
  return chosen;
}

/** Parts of an upload begun without an algorithm have their CRC64NVME beside the checksum the client sent. */
function wholeChecksum({ checksum }: UploadRecord, parts: readonly PartRecord[]): Checksum {
  const { algorithm, type } = checksum ?? { algorithm: "CRC64NVME" as const, type: "FULL_OBJECT" as const };
  return combineChecksums(algorithm, type, parts.map((part) => ({ value: checksum ? part.checksum.value : (part.crc64nvme ?? part.checksum.value), sizeBytes: part.sizeBytes })));
}

function checkClaims(upload: UploadRecord, checksum: Checksum, sizeBytes: number, claims: CompletionClaims): void {
  if (claims.sizeBytes !== undefined && claims.sizeBytes !== sizeBytes) {
    throw invalidRequest(`The provided 'x-amz-mp-object-size' header value ${claims.sizeBytes} does not match what was computed: ${sizeBytes}`);
  }
  if (claims.checksumType !== undefined && claims.checksumType !== checksum.type) {
    throw invalidRequest(`The upload was created using the ${checksum.type} checksum mode. The complete request must use the same checksum mode.`);
  }
  const algorithm: ChecksumAlgorithm | undefined = checksumAlgorithms.find((name) => claims.headers[checksumHeader(name)] !== undefined);
  // Begun without an algorithm, the upload has no checksum of the client's that a claim could be about.
  if (algorithm === undefined || !upload.checksum) return;
  const claimed = claims.headers[checksumHeader(algorithm)] ?? "";
  const plain = claimed.replace(/-\d+$/, "");
  if (!isChecksumText(algorithm, plain)) throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  if (algorithm !== checksum.algorithm || (claimed !== checksum.value && plain !== checksum.value.replace(/-\d+$/, ""))) throw badChecksum(algorithm);
}

/** The object made of the listed parts, and the parts left over. Throws what S3 answers to a list or a claim that is wrong. */
export function complete(
  upload: UploadRecord, listed: readonly CompletedPart[] | undefined, stored: readonly PartRecord[], claims: CompletionClaims,
): { readonly object: NewObject; readonly left: readonly PartRecord[] } {
  const parts = chosenParts(upload, listed, stored);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (sizeBytes > limits.s3.objectBytesMax) throw entityTooLarge(sizeBytes);
  const checksum = wholeChecksum(upload, parts);
  checkClaims(upload, checksum, sizeBytes, claims);
  const md5 = createHash("md5");
  for (const part of parts) md5.update(part.etag, "hex");
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires, metadata, tags } = upload;
  const chosen = new Set(parts);
  return {
    object: {
      id: upload.id, contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires, metadata, tags, sizeBytes,
      etag: `${md5.digest("hex")}-${parts.length}`, multipart: true, body: { kind: "parts", runs: runsOf(parts) }, checksum,
    },
    left: stored.filter((part) => !chosen.has(part)),
  };
}
