// UpdateFunctionCode: new code for $LATEST, effective with the answer.
import { newCode, requireSize } from "../code.ts";
import { requireDeployable } from "../code-signing.ts";
import { notFound, notYet } from "../faults.ts";
import { latestRefOf } from "../function-name.ts";
import { requireTotalSize } from "../layers.ts";
import type { Op } from "../op.ts";
import { changedSettings } from "../settings.ts";
import { configurationView } from "../views.ts";

export const updateFunctionCode: Op<"UpdateFunctionCode"> = async (input, context) => {
  const ref = latestRefOf(input.FunctionName, context);
  requireSize(context);
  if (input.PublishTo) throw notYet("PublishTo");
  const before = await context.heart.versionOf(ref);
  const settings = changedSettings({ Architectures: input.Architectures }, ref.name, context.heart.quotas);
  await requireDeployable((await context.heart.registry.find(ref))?.codeSigning, context);
  const code = await newCode(input, before.code, context);
  requireTotalSize(code, before.settings, context);
  if (input.DryRun) return await configurationView({ ...before, code }, context);
  const updated = await context.heart.registry.update(ref, { code, settings, expectedRevision: input.RevisionId, publish: input.Publish ?? false });
  if (!updated) throw notFound(ref);
  const { latest, published } = updated;
  return published ? await configurationView(published, context, published.version) : await configurationView(latest, context);
};
