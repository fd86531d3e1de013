// CreateFunction: code in, function there, active at once.
import { packageFrom, requireSize } from "../code.ts";
import { requireDeployable } from "../code-signing.ts";
import { deadLetterOf } from "../dead-letter.ts";
import { invalid } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import { imageCode, refuseWhatIsForZips } from "../image.ts";
import { layersOf, requireTotalSize } from "../layers.ts";
import type { Input, LambdaContext, Op } from "../op.ts";
import { requireRuntime } from "../runtime-names.ts";
import { newSettings } from "../settings.ts";
import { checkedTags } from "../tags.ts";
import { configurationView } from "../views.ts";

export const createFunction: Op<"CreateFunction"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  requireSize(context);
  const settings = { ...newSettings(input, ref.name, context.heart.quotas), layers: await layersOf(input.Layers ?? [], context), ...(await deadLetterOf(input.DeadLetterConfig, context)) };
  const isImage = input.PackageType === "Image";
  if (isImage) refuseWhatIsForZips(input);
  else await requireWhatZipsNeed(input, context);
  const tags = checkedTags(input.Tags ?? {});
  await requireDeployable(input.CodeSigningConfigArn, context);
  const code = isImage ? await imageCode(input.Code ?? {}, context) : await packageFrom(input.Code ?? {}, context);
  requireTotalSize(code, settings, context);
  const { latest, published } = await context.heart.registry.create(context, ref.name, { code, settings, tags, codeSigning: input.CodeSigningConfigArn || undefined, publish: input.Publish ?? false });
  return published ? await configurationView(published, context, published.version) : await configurationView(latest, context);
};

async function requireWhatZipsNeed({ Runtime, Handler, ImageConfig }: Input<"CreateFunction">, { runtimes }: LambdaContext): Promise<void> {
  if (!Runtime || Handler === undefined) throw invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  if (ImageConfig) throw invalid("Please don't provide ImageConfig when the intended function PackageType is Zip.");
  await requireRuntime(Runtime, runtimes);
}
