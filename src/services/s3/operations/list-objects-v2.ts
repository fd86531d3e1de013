// ListObjectsV2: names in UTF-8 order, page by page, with what shares a delimiter rolled up.
import { findBucket } from "../buckets.ts";
import { invalidArgument } from "../errors.ts";
import { listObjectsOf, nameWriter, pageSize } from "../listing.ts";
import type { Op } from "../op.ts";
import { ownerOf } from "../owner.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { readToken, writeToken } from "../tokens.ts";
import { listedView } from "../views.ts";

export const listObjectsV2: Op<"ListObjectsV2"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const limit = pageSize(input.MaxKeys, "max-keys", "maxKeys");
  const text = nameWriter(input.EncodingType);
  const { ContinuationToken: token, Prefix: prefix = "", Delimiter: delimiter = "" } = input;
  if (token === "") throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
  const marker = token === undefined ? input.StartAfter : readToken(token);
  const listed = await listObjectsOf(context, bucket.name, { prefix, delimiter, marker, limit });
  const owner = input.FetchOwner ? ownerOf(bucket.account) : undefined;
  return {
    Name: bucket.name,
    Prefix: text(prefix),
    Delimiter: input.Delimiter && text(input.Delimiter),
    StartAfter: input.StartAfter && text(input.StartAfter),
    ContinuationToken: token,
    EncodingType: input.EncodingType,
    MaxKeys: limit,
    KeyCount: listed.objects.length + listed.prefixes.length,
    IsTruncated: listed.truncated,
    NextContinuationToken: listed.truncated && listed.last !== undefined ? writeToken(listed.last) : undefined,
    Contents: listed.objects.map(({ key, object }) => listedView(text(key), object, owner)),
    CommonPrefixes: listed.prefixes.map((name) => ({ Prefix: text(name) })),
  };
};
