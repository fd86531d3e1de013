// CreateEventSourceMapping: joins a queue or stream and a function; what enters the source after the answer reaches the function.
import { alreadyMapped, askedKind, askedSettings, defaultSettings } from "../event-sources.ts";
import { requireFailureDestination, requireMapped, requireNear, requireSource } from "../event-source-checks.ts";
import { mappingView } from "../event-source-view.ts";
import { invalid } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { checkedTags } from "../tags.ts";

export const createEventSourceMapping: Op<"CreateEventSourceMapping"> = async (input, context) => {
  const { mappings, account, region } = context;
  const kind = askedKind(input, mappings.reads);
  const sourceArn = input.EventSourceArn ?? "";
  if (kind === "sqs" && (input.StartingPosition !== undefined || input.StartingPositionTimestamp !== undefined)) throw invalid("StartingPosition is not valid for SQS event sources.");
  const settings = askedSettings({ ...input, UUID: undefined }, kind, sourceArn, defaultSettings(kind));
  const tags = checkedTags(input.Tags ?? {});
  const ref = refOf(input.FunctionName, undefined, context);
  const version = await requireMapped(ref, context);
  requireNear(sourceArn, context);
  await requireSource(kind, sourceArn, version, context);
  await requireFailureDestination(settings, context);
  const made = await mappings.create({ account, region, kind, sourceArn, function: ref, enabled: input.Enabled ?? true, settings, tags });
  if (made === "missing") throw invalid(`Stream not found: ${sourceArn}`);
  if ("taken" in made) throw alreadyMapped(kind, sourceArn, ref.name, made.taken);
  return mappingView(made.mapping, context);
};
