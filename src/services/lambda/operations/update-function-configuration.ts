// UpdateFunctionConfiguration: new settings for $LATEST, effective with the answer.
import { notFound } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { requireRuntime, runtimeState } from "../runtime-names.ts";
import { changedSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

export const updateFunctionConfiguration: Op<"UpdateFunctionConfiguration"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  const { RevisionId, FunctionName: _name, ...asked } = input;
  const settings = changedSettings(asked, ref.name);
  if (settings.runtime !== undefined) await requireRuntime(settings.runtime, context.runtimes);
  const record = await context.heart.registry.update(ref, { settings, expectedRevision: RevisionId });
  if (!record) throw notFound(ref);
  return { ...configurationView(record.latest), ...(await runtimeState(record.latest, context.runtimes)) };
};
