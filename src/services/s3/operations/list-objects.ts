// ListObjects: the first version of listing, which goes on by a marker and always names the owner.
import { findBucket } from "../buckets.ts";
import { listObjectsOf, nameWriter, pageSize } from "../listing.ts";
import type { Op } from "../op.ts";
import { ownerOf } from "../owner.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { listedView } from "../views.ts";

export const listObjects: Op<"ListObjects"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const limit = pageSize(input.MaxKeys, "max-keys", "maxKeys");
  const text = nameWriter(input.EncodingType);
  const { Prefix: prefix = "", Delimiter: delimiter = "", Marker: marker = "" } = input;
  const listed = await listObjectsOf(context, bucket.name, { prefix, delimiter, marker, limit });
  const owner = ownerOf(bucket.account);
  return {
    Name: bucket.name,
    Prefix: text(prefix),
    Marker: text(marker),
    Delimiter: input.Delimiter && text(input.Delimiter),
    EncodingType: input.EncodingType,
    MaxKeys: limit,
    IsTruncated: listed.truncated,
    // Without a delimiter the client goes on from the last key it saw.
    NextMarker: listed.truncated && delimiter !== "" && listed.last !== undefined ? text(listed.last) : undefined,
    Contents: listed.objects.map(({ key, object }) => listedView(text(key), object, owner)),
    CommonPrefixes: listed.prefixes.map((name) => ({ Prefix: text(name) })),
  };
};
