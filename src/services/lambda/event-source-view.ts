// How a mapping looks to callers: each kind of source has members of its own, as the original shows them.
import { functionArnOf, mappingArn, type Mapping, type MappingSettings } from "../../triggers/mappings/mapping.ts";
import type { LambdaContext, Output } from "./op.ts";

type View = Output<"GetEventSourceMapping">;

export async function mappingView(mapping: Mapping, { mappings }: Pick<LambdaContext, "mappings">): Promise<View> {
  const { settings } = mapping;
  return {
    UUID: mapping.id,
    EventSourceMappingArn: mappingArn(mapping),
    EventSourceArn: mapping.sourceArn,
    FunctionArn: functionArnOf(mapping),
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowSeconds,
    FunctionResponseTypes: settings.partialFailures ? ["ReportBatchItemFailures"] : [],
    ...(settings.filters.length > 0 ? { FilterCriteria: { Filters: settings.filters.map((Pattern) => ({ Pattern })) } } : {}),
    LastModified: new Date(mapping.modifiedMs),
    State: mapping.state,
    StateTransitionReason: mapping.kind === "sqs" ? "USER_INITIATED" : "User action",
    ...(mapping.kind === "sqs" ? queueView(settings) : { ...streamView(settings), LastProcessingResult: (await mappings.lastResult(mapping)) ?? "No records processed" }),
  };
}

function queueView({ queue = {} }: MappingSettings): Partial<View> {
  const { concurrencyMax, pollers } = queue;
  return {
    ...(concurrencyMax === undefined ? {} : { ScalingConfig: { MaximumConcurrency: concurrencyMax } }),
    ...(pollers ? { ProvisionedPollerConfig: { MinimumPollers: pollers.min, MaximumPollers: pollers.max } } : {}),
  };
}

function streamView({ stream }: MappingSettings): Partial<View> {
  if (!stream) return {};
  const { start } = stream;
  return {
    StartingPosition: start.kind,
    ...(start.kind === "AT_TIMESTAMP" ? { StartingPositionTimestamp: new Date(start.atMs) } : {}),
    ParallelizationFactor: stream.parallelization,
    BisectBatchOnFunctionError: stream.bisect,
    MaximumRetryAttempts: stream.retriesMax,
    MaximumRecordAgeInSeconds: stream.ageSecondsMax,
    TumblingWindowInSeconds: stream.tumblingSeconds,
    DestinationConfig: { OnFailure: stream.onFailure === undefined ? {} : { Destination: stream.onFailure } },
  };
}
