// UpdateFunctionConfiguration: new settings for $LATEST, effective with the answer.
import { deadLetterOf } from "../dead-letter.ts";
import { invalid, notFound } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import { refuseWhatIsForZips } from "../image.ts";
import { layersOf, requireTotalSize } from "../layers.ts";
import type { Op } from "../op.ts";
import { requireRuntime } from "../runtime-names.ts";
import { changedSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

export const updateFunctionConfiguration: Op<"UpdateFunctionConfiguration"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  const { RevisionId, FunctionName: _name, ...asked } = input;
  const { code } = await context.heart.versionOf(ref);
  if (code.image) refuseWhatIsForZips(asked);
  else if (asked.ImageConfig) throw invalid("Please don't provide ImageConfig when the intended function PackageType is Zip.");
  const layers = asked.Layers && (await layersOf(asked.Layers, context));
  if (layers) requireTotalSize(code, { layers }, context);
  const settings = { ...changedSettings(asked, ref.name, context.heart.quotas), ...(layers ? { layers } : {}), ...(await deadLetterOf(asked.DeadLetterConfig, context)) };
  if (settings.runtime !== undefined) await requireRuntime(settings.runtime, context.runtimes);
  const updated = await context.heart.registry.update(ref, { settings, expectedRevision: RevisionId });
  if (!updated) throw notFound(ref);
  return await configurationView(updated.latest, context);
};
