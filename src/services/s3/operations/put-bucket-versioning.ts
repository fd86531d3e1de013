// PutBucketVersioning: from now on every write keeps what it replaces, or stops doing so.
import { fault } from "../../../kernel/fault.ts";
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { malformedXml, notBuilt } from "../errors.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const putBucketVersioning: Op<"PutBucketVersioning"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  await checkDocument(context, "optional");
  const { Status: versioning, MFADelete: mfa } = input.VersioningConfiguration ?? {};
  if (mfa === "Enabled") throw notBuilt("MFA delete (VersioningConfiguration.MfaDelete)");
  if (versioning === undefined) {
    throw fault("IllegalVersioningConfigurationException", { message: "The Versioning element must be specified", status: 400 });
  }
  if (versioning !== "Enabled" && versioning !== "Suspended") throw malformedXml();
  await changeBucket(input, context, (bucket) => ({ ...bucket, versioning }));
  return {};
};
