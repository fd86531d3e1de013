// PublishVersion: `$LATEST` as it is now under the next number.
import { notFound, notYet } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { configurationView } from "../views.ts";

export const publishVersion: Op<"PublishVersion"> = async ({ FunctionName, CodeSha256, Description, RevisionId, PublishTo }, context) => {
  const ref = latestRefOf(FunctionName, context);
  if (PublishTo) throw notYet("PublishTo");
  const version = await context.heart.registry.publish(ref, {
    ...(Description === undefined ? {} : { description: Description }),
    // An empty text is none.
    ...(CodeSha256 ? { expectedSha256: CodeSha256 } : {}),
    ...(RevisionId === undefined ? {} : { expectedRevision: RevisionId }),
  });
  if (!version) throw notFound({ ...ref, qualifier: undefined });
  return await configurationView(version, context, version.version);
};
