// CreateCodeSigningConfig: whose signatures code must carry, for the functions that will use it.
import { codeSigningView, newCodeSigning, saveNew } from "../code-signing.ts";
import type { Op } from "../op.ts";
import { checkedTags } from "../tags.ts";

export const createCodeSigningConfig: Op<"CreateCodeSigningConfig"> = async ({ Description = "", AllowedPublishers, CodeSigningPolicies, Tags = {} }, context) => {
  const made = newCodeSigning(context, {
    description: Description,
    publishers: AllowedPublishers?.SigningProfileVersionArns ?? [],
    untrusted: CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? "Warn",
    modifiedMs: context.clock.now(),
    tags: checkedTags(Tags),
  });
  await saveNew(made, context);
  return { CodeSigningConfig: codeSigningView(made) };
};
