// UpdateStreamMode: between provisioned and on-demand; the shards stay as they are.
import { limits } from "../../../kernel/limits.ts";
import { openShards } from "../../../triggers/streams/stream.ts";
import { checkShards, usageOf } from "../account-limits.ts";
import { limitExceeded, notYet } from "../faults.ts";
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";

export const updateStreamMode: Op<"UpdateStreamMode"> = async (input, context) => {
  if (input.WarmThroughputMiBps !== undefined) throw notYet("WarmThroughputMiBps");
  const mode = input.StreamModeDetails?.StreamMode ?? "PROVISIONED";
  const usage = await usageOf(context);
  await changeStream(input, context, (stream) => {
    if (stream.mode === mode) return stream;
    if (mode === "PROVISIONED") checkShards(usage, openShards(stream).length, context);
    else if (usage.onDemand >= limits.kinesis.onDemandStreamsMax) throw limitExceeded(`Account ${context.account} already has ${limits.kinesis.onDemandStreamsMax} streams in ON_DEMAND mode.`);
    return { ...stream, mode };
  });
  return {};
};
