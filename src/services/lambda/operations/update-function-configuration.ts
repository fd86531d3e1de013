// UpdateFunctionConfiguration: new settings for $LATEST, effective with the answer.
import { invalid, notFound } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import { refuseWhatIsForZips } from "../image.ts";
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
  const settings = changedSettings(asked, ref.name);
  if (settings.runtime !== undefined) await requireRuntime(settings.runtime, context.runtimes);
  const record = await context.heart.registry.update(ref, { settings, expectedRevision: RevisionId });
  if (!record) throw notFound(ref);
  return configurationView(record.latest);
};
