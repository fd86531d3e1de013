// PutFunctionCodeSigningConfig: the function's next deployments are judged by this configuration.
import { codeSigningNotUsable, findCodeSigning } from "../code-signing.ts";
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const putFunctionCodeSigningConfig: Op<"PutFunctionCodeSigningConfig"> = async ({ FunctionName, CodeSigningConfigArn: arn = "" }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  if (!(await findCodeSigning(arn, context))) throw codeSigningNotUsable(arn);
  if (!(await context.heart.registry.change(ref, () => ({ codeSigning: arn })))) throw notFound(ref);
  return { CodeSigningConfigArn: arn, FunctionName: ref.name };
};
