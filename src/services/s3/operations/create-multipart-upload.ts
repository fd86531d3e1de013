// CreateMultipartUpload: remembers what the object will be, and gives out the id under which its parts come.
import { set, transact } from "../../../ports/store.ts";
import { checkedMetadata, contentHeaders } from "../attributes.ts";
import { entering, findBucket } from "../buckets.ts";
import { algorithmNamed, checksumTypeOf } from "../checksums.ts";
import { invalidRequest } from "../errors.ts";
import { checkKey } from "../names.ts";
import type { Input, Op } from "../op.ts";
import { keys, type UploadRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { uploadIdOf } from "../stamps.ts";
import { headerTags } from "../tags.ts";
import { encryption } from "../views.ts";

export const createMultipartUpload: Op<"CreateMultipartUpload"> = async (input, context) => {
  const { Bucket = "", Key = "" } = input;
  checkKey(Key);
  refuseUnbuilt(context.headers);
  const upload: UploadRecord = {
    id: uploadIdOf(context.stamps.next()), bucket: Bucket, key: Key, initiatedMs: context.clock.now(), initiator: context.account,
    ...contentHeaders(context.headers), metadata: checkedMetadata(input.Metadata), tags: headerTags(input.Tagging), checksum: checksumOf(input),
  };
  await transact(context.store, async () => {
    const { checks, writes } = entering(await findBucket(input, context));
    return { checks, writes: [...writes, set(keys.upload(Bucket, Key, upload.id), upload)], result: undefined };
  });
  return { Bucket, Key, UploadId: upload.id, ChecksumAlgorithm: upload.checksum?.algorithm, ChecksumType: upload.checksum?.type, ...encryption };
};

function checksumOf({ ChecksumAlgorithm: name, ChecksumType: type }: Input<"CreateMultipartUpload">): UploadRecord["checksum"] {
  if (name === undefined) {
    if (type !== undefined) throw invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
    return undefined;
  }
  const algorithm = algorithmNamed(name);
  if (!algorithm) throw invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  return { algorithm, type: checksumTypeOf(algorithm, type) };
}
