// PutBucketEncryption: the default of every bucket may be confirmed; keys of KMS are refused by name.
import { findBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { malformedXml, notBuilt } from "../errors.ts";
import type { Op } from "../op.ts";

export const putBucketEncryption: Op<"PutBucketEncryption"> = async (input, context) => {
  await checkDocument(context, "optional");
  const rules = input.ServerSideEncryptionConfiguration?.Rules;
  const [rule] = rules ?? [];
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  if (!rule || rules?.length !== 1) throw malformedXml();
  if (key !== undefined || (algorithm ?? "AES256") !== "AES256") throw notBuilt(`The default encryption ${algorithm ?? "with a KMS key"}`);
  if (rule.BucketKeyEnabled) throw notBuilt("A bucket key (BucketKeyEnabled)");
  if (rule.BlockedEncryptionTypes) throw notBuilt("Blocking encryption types (BlockedEncryptionTypes)");
  await findBucket(input, context);
  return {};
};
