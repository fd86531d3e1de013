// UpdateFunctionConfiguration: new settings for $LATEST, effective with the answer.
import { invalid, notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { requireRuntime } from "../runtime-names.ts";
import { changedSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

export const updateFunctionConfiguration: Op<"UpdateFunctionConfiguration"> = async (input, context) => {
  const ref = refOf(input.FunctionName, undefined, context);
  if (ref.qualifier !== undefined && ref.qualifier !== "$LATEST") throw invalid("This operation is permitted on $LATEST only; published versions can not change.");
  const { RevisionId, FunctionName, ...asked } = input;
  const settings = changedSettings(asked, ref.name);
  if (settings.runtime !== undefined) await requireRuntime(settings.runtime, context.runtimes);
  const record = await context.heart.registry.update(ref, { settings, expectedRevision: RevisionId });
  if (!record) throw notFound(ref);
  return configurationView(record.latest);
};
