// UpdateEventSourceMapping: changes what is named; it counts once the batches that run have ended.
import { alreadyMapped, askedSettings, noMapping, requireSteady } from "../event-sources.ts";
import { requireFailureDestination, requireMapped, requireSource } from "../event-source-checks.ts";
import { mappingView } from "../event-source-view.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const updateEventSourceMapping: Op<"UpdateEventSourceMapping"> = async (input, context) => {
  const { mappings } = context;
  const before = await mappings.find(context, input.UUID ?? "");
  if (!before) throw noMapping();
  requireSteady(before, "update");
  const { kind, sourceArn } = before;
  const ref = input.FunctionName === undefined ? before.function : refOf(input.FunctionName, undefined, context);
  const settings = askedSettings({ ...input, FunctionName: undefined }, kind, sourceArn, before.settings);
  // A function or source that has gone meanwhile keeps nobody from switching the mapping off.
  if (input.FunctionName !== undefined) await requireSource(kind, sourceArn, await requireMapped(ref, context), context);
  if (input.DestinationConfig !== undefined) await requireFailureDestination(settings, context);
  const changed = await mappings.change(context, before.id, (now) => {
    requireSteady(now, "update");
    return { function: input.FunctionName === undefined ? now.function : ref, enabled: input.Enabled ?? now.enabled, settings: askedSettings({ ...input, FunctionName: undefined }, kind, sourceArn, now.settings) };
  });
  if (!changed) throw noMapping();
  if ("taken" in changed) throw alreadyMapped(kind, sourceArn, ref.name, changed.taken);
  return mappingView(changed.mapping, context);
};
