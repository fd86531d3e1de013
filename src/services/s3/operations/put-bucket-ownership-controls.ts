// PutBucketOwnershipControls: the bucket's owner owns everything in it; other arrangements need access control lists.
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { malformedXml, notBuilt } from "../errors.ts";
import type { Op } from "../op.ts";

export const putBucketOwnershipControls: Op<"PutBucketOwnershipControls"> = async (input, context) => {
  await checkDocument(context, "optional");
  const rules = input.OwnershipControls?.Rules;
  const ownership = rules?.[0]?.ObjectOwnership;
  if (!rules || rules.length !== 1 || ownership === undefined) throw malformedXml();
  if (ownership === "BucketOwnerPreferred" || ownership === "ObjectWriter") throw notBuilt(`The object ownership ${ownership}`);
  if (ownership !== "BucketOwnerEnforced") throw malformedXml();
  await changeBucket(input, context, (bucket) => ({ ...bucket, ownershipControls: true }));
  return {};
};
