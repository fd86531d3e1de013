// CreateFunction: code in, function there, active at once.
import { limits } from "../../../kernel/limits.ts";
import { packageFrom } from "../code.ts";
import { invalid } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { requireRuntime } from "../runtime-names.ts";
import { newSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

const TAGS_MAX = 50;

export const createFunction: Op<"CreateFunction"> = async (input, context) => {
  const ref = refOf(input.FunctionName, undefined, context);
  const settings = newSettings(input, ref.name);
  if (!input.Runtime || input.Handler === undefined) throw invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  if (Object.keys(input.Tags ?? {}).length > TAGS_MAX) throw invalid("Number of tags exceeds resource tag limit.");
  await requireRuntime(input.Runtime, context.runtimes);
  if ((input.Code?.ZipFile?.byteLength ?? 0) > limits.functions.createRequestBytesMax) throw invalid("Zipped size must be smaller than 52428800 bytes");
  const code = await packageFrom(input.Code ?? {}, context);
  const { latest } = await context.heart.registry.create(context, ref.name, code, settings, input.Tags ?? {});
  return configurationView(latest);
};
