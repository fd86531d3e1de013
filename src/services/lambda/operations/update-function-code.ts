// UpdateFunctionCode: new code for $LATEST, effective with the answer.
import { newCode, requireSize } from "../code.ts";
import { notFound, notYet } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { changedSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

export const updateFunctionCode: Op<"UpdateFunctionCode"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  requireSize(context);
  if (input.Publish || input.PublishTo) throw notYet("Publish");
  const before = await context.heart.versionOf(ref);
  const settings = changedSettings({ Architectures: input.Architectures }, ref.name);
  const code = await newCode(input, before.code, context);
  if (input.DryRun) return configurationView({ ...before, code });
  const record = await context.heart.registry.update(ref, { code, settings, expectedRevision: input.RevisionId });
  if (!record) throw notFound(ref);
  return configurationView(record.latest);
};
