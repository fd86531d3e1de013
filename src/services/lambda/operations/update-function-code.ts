// UpdateFunctionCode: new code for $LATEST, effective with the answer.
import { packageFrom } from "../code.ts";
import { invalid, notFound, notYet } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { changedSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

export const updateFunctionCode: Op<"UpdateFunctionCode"> = async (input, context) => {
  const ref = refOf(input.FunctionName, undefined, context);
  if (input.Publish || input.PublishTo) throw notYet("Publish");
  if (ref.qualifier !== undefined && ref.qualifier !== "$LATEST") throw invalid("This operation is permitted on $LATEST only; published versions can not change.");
  const before = await context.heart.versionOf(ref);
  const settings = changedSettings({ Architectures: input.Architectures }, ref.name);
  const code = await packageFrom(input, context);
  if (input.DryRun) return configurationView({ ...before, code });
  const record = await context.heart.registry.update(ref, { code, settings, expectedRevision: input.RevisionId });
  if (!record) throw notFound(ref);
  return configurationView(record.latest);
};
