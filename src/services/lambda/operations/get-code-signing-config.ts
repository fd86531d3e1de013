// GetCodeSigningConfig: one configuration.
import { codeSigningMissing, codeSigningView, findCodeSigning } from "../code-signing.ts";
import type { Op } from "../op.ts";

export const getCodeSigningConfig: Op<"GetCodeSigningConfig"> = async ({ CodeSigningConfigArn: arn = "" }, context) => {
  const config = await findCodeSigning(arn, context);
  if (!config) throw codeSigningMissing(arn);
  return { CodeSigningConfig: codeSigningView(config) };
};
