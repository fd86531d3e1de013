// CreateFunction: code in, function there, active at once.
import { packageFrom, requireSize } from "../code.ts";
import { invalid } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { requireRuntime, runtimeState } from "../runtime-names.ts";
import { newSettings } from "../settings.ts";
import { checkedTags } from "../tags.ts";
import { configurationView } from "../views.ts";

export const createFunction: Op<"CreateFunction"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  requireSize(context);
  const settings = newSettings(input, ref.name);
  if (!input.Runtime || input.Handler === undefined) throw invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  const tags = checkedTags(input.Tags ?? {});
  await requireRuntime(input.Runtime, context.runtimes);
  const code = await packageFrom(input.Code ?? {}, context);
  const { latest } = await context.heart.registry.create(context, ref.name, code, settings, tags);
  return { ...configurationView(latest), ...(await runtimeState(latest, context.runtimes)) };
};
