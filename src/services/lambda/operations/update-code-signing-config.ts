// UpdateCodeSigningConfig: changes what is named; it counts from the next deployment on.
import { changeCodeSigning, codeSigningMissing, codeSigningView } from "../code-signing.ts";
import type { Op } from "../op.ts";

export const updateCodeSigningConfig: Op<"UpdateCodeSigningConfig"> = async ({ CodeSigningConfigArn: arn = "", Description, AllowedPublishers, CodeSigningPolicies }, context) => {
  const changed = await changeCodeSigning(arn, context, (before) => ({
    ...before,
    description: Description ?? before.description,
    publishers: AllowedPublishers?.SigningProfileVersionArns ?? before.publishers,
    untrusted: CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? before.untrusted,
    modifiedMs: context.clock.now(),
  }));
  if (!changed) throw codeSigningMissing(arn);
  return { CodeSigningConfig: codeSigningView(changed) };
};
