// CreateFunction: code in, function there, active at once.
import type { CodePackage } from "../../../functions/function.ts";
import { packageFrom, requireSize } from "../code.ts";
import { invalid } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import { imageFrom, refuseWhatIsForZips } from "../image.ts";
import type { Input, LambdaContext, Op } from "../op.ts";
import { requireRuntime } from "../runtime-names.ts";
import { newSettings } from "../settings.ts";
import { checkedTags } from "../tags.ts";
import { configurationView } from "../views.ts";

export const createFunction: Op<"CreateFunction"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  requireSize(context);
  const settings = newSettings(input, ref.name);
  const tags = checkedTags(input.Tags ?? {});
  const code = input.PackageType === "Image" ? await imageCode(input, context) : await zipCode(input, context);
  const { latest } = await context.heart.registry.create(context, ref.name, code, settings, tags);
  return configurationView(latest);
};

async function zipCode(input: Input<"CreateFunction">, context: LambdaContext): Promise<CodePackage> {
  if (!input.Runtime || input.Handler === undefined) throw invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  if (input.ImageConfig) throw invalid("Please don't provide ImageConfig when the intended function PackageType is Zip.");
  await requireRuntime(input.Runtime, context.runtimes);
  return packageFrom(input.Code ?? {}, context);
}

async function imageCode(input: Input<"CreateFunction">, context: LambdaContext): Promise<CodePackage> {
  refuseWhatIsForZips(input);
  const { ImageUri, ZipFile, S3Bucket, S3Key } = input.Code ?? {};
  if (!ImageUri || ZipFile || S3Bucket || S3Key) throw invalid("Please provide ImageUri when creating a function with packageType Image.");
  return imageFrom(ImageUri, context);
}
