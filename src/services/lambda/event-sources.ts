// Event source mappings as callers configure them: what is asked becomes settings, or is refused as the original refuses it.
import { PatternProblem } from "../../kernel/event-pattern/event-pattern.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { parseArn } from "../../kernel/arn.ts";
import { compileFilters } from "../../triggers/mappings/filters.ts";
import { sourceKindOf, type Mapping, type MappingSettings, type QueueReading, type SourceKind, type StartingPosition, type StreamReading } from "../../triggers/mappings/mapping.ts";
import { invalid, notYet } from "./faults.ts";
import type { Input } from "./op.ts";

type Asked = Input<"CreateEventSourceMapping"> & Input<"UpdateEventSourceMapping">;

/** The kind of source, or the fault of there being none that can be read here. */
export function askedKind(asked: Pick<Asked, "EventSourceArn" | "SelfManagedEventSource" | "SourceAccessConfigurations">, reads: (kind: SourceKind) => boolean): SourceKind {
  if (asked.SelfManagedEventSource) {
    if (!asked.SourceAccessConfigurations) throw invalid("Required 'sourceAccessConfigurations' parameter is missing.");
    throw notYet("SelfManagedEventSource");
  }
  const arn = asked.EventSourceArn;
  const kind = arn === undefined ? undefined : sourceKindOf(arn);
  if (kind && reads(kind)) return kind;
  const service = arn === undefined ? undefined : parseArn(arn)?.service;
  if (kind) throw notYet(kind === "kinesis" ? "EventSourceArn of Kinesis" : "EventSourceArn of DynamoDB");
  if (service === "kafka" || service === "mq" || service === "rds") throw notYet("EventSourceArn of Kafka, MQ and DocumentDB");
  throw invalid("Unrecognized event source.");
}

/** Settings that have no meaning here yet; with them nothing is stored. */
const unbuilt = ["Topics", "Queues", "SourceAccessConfigurations", "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "KMSKeyArn", "MetricsConfig", "LoggingConfig"] as const;
const ofStreams = ["ParallelizationFactor", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "TumblingWindowInSeconds"] as const;
const ofQueues = ["ScalingConfig", "ProvisionedPollerConfig"] as const;

/** What an update or a new mapping asks for, over what there was. Throws what can be said without looking at source or function. */
export function askedSettings(asked: Asked, kind: SourceKind, sourceArn: string, before: MappingSettings): MappingSettings {
  for (const name of unbuilt) if (isGiven(asked[name])) throw notYet(name);
  for (const name of kind === "sqs" ? ofStreams : ofQueues) if (isGiven(asked[name])) throw unsupported(name);
  if (asked.DestinationConfig?.OnSuccess?.Destination || (kind === "sqs" && asked.DestinationConfig?.OnFailure?.Destination)) throw unsupported("DestinationConfig");
  const settings: MappingSettings = {
    batchSize: asked.BatchSize ?? before.batchSize,
    windowSeconds: asked.MaximumBatchingWindowInSeconds ?? before.windowSeconds,
    filters: asked.FilterCriteria ? checkedFilters(asked.FilterCriteria, kind) : before.filters,
    partialFailures: asked.FunctionResponseTypes ? asked.FunctionResponseTypes.includes("ReportBatchItemFailures") : before.partialFailures,
    ...(kind === "sqs" ? { queue: askedQueueReading(asked, before.queue ?? {}) } : { stream: askedStreamReading(asked, before.stream ?? newStream(asked, kind, sourceArn)) }),
  };
  if (kind === "sqs") checkQueueBatches(settings, sourceArn);
  return settings;
}

export const defaultSettings = (kind: SourceKind): MappingSettings => ({ batchSize: kind === "sqs" ? 10 : 100, windowSeconds: 0, filters: [], partialFailures: false });

const unsupported = (name: string): Fault => invalid(`Unsupported ${name} parameter for given event source mapping type.`);
const isGiven = (value: unknown): boolean => value !== undefined && value !== false && !(typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** AWS: without a raised quota. */
const FILTERS_MAX = 5;

function checkedFilters({ Filters = [] }: NonNullable<Asked["FilterCriteria"]>, kind: SourceKind): readonly string[] {
  if (Filters.length > FILTERS_MAX) throw invalid(`Maximum number of filters exceeded: at most ${FILTERS_MAX} are allowed.`);
  const patterns = Filters.map(({ Pattern = "" }) => Pattern);
  try {
    compileFilters(patterns, kind);
  } catch (error) {
    if (error instanceof PatternProblem) throw invalid("Invalid filter pattern definition.");
    throw error;
  }
  return patterns;
}

/** AWS: larger batches of a queue need a window to be filled in. */
const QUEUE_BATCH_MAX = 10;

function checkQueueBatches({ batchSize, windowSeconds }: MappingSettings, sourceArn: string): void {
  const fifo = sourceArn.endsWith(".fifo");
  if (fifo && windowSeconds > 0) throw invalid("Batching window is not supported for FIFO queues");
  if (fifo && batchSize > QUEUE_BATCH_MAX) throw invalid(`Maximum batch size of a FIFO queue is ${QUEUE_BATCH_MAX}.`);
  if (batchSize > QUEUE_BATCH_MAX && windowSeconds === 0) throw invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
}

/** AWS: pollers of a queue. */
const QUEUE_POLLERS_MIN = 2;
const QUEUE_POLLERS_MAX_DEFAULT = 200;

/** An empty structure takes away what there was. */
function askedQueueReading({ ScalingConfig, ProvisionedPollerConfig }: Asked, before: QueueReading): QueueReading {
  if (ProvisionedPollerConfig?.PollerGroupName) throw unsupported("PollerGroupName");
  const concurrencyMax = ScalingConfig ? ScalingConfig.MaximumConcurrency : before.concurrencyMax;
  const { MinimumPollers, MaximumPollers } = ProvisionedPollerConfig ?? {};
  const asksPollers = MinimumPollers !== undefined || MaximumPollers !== undefined;
  const min = MinimumPollers ?? before.pollers?.min ?? QUEUE_POLLERS_MIN;
  const pollers = asksPollers ? { min, max: MaximumPollers ?? before.pollers?.max ?? Math.max(min, QUEUE_POLLERS_MAX_DEFAULT) } : ProvisionedPollerConfig ? undefined : before.pollers;
  if (pollers && (pollers.min < QUEUE_POLLERS_MIN || pollers.max < pollers.min)) throw invalid("Provisioned pollers of a queue: the minimum must be at least 2 and not greater than the maximum.");
  if (pollers && concurrencyMax !== undefined) throw invalid("ScalingConfig and ProvisionedPollerConfig can not be used together.");
  return { ...(concurrencyMax === undefined ? {} : { concurrencyMax }), ...(pollers ? { pollers } : {}) };
}

const newStream = (asked: Asked, kind: SourceKind, sourceArn: string): StreamReading => ({ start: askedStart(asked, kind, sourceArn), parallelization: 1, bisect: false, retriesMax: -1, ageSecondsMax: -1, tumblingSeconds: 0 });

function askedStart({ StartingPosition: position, StartingPositionTimestamp: at }: Asked, kind: SourceKind, sourceArn: string): StartingPosition {
  if (!position) throw invalid("1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.");
  if (position !== "AT_TIMESTAMP") {
    if (at !== undefined) throw invalid("Timestamp only valid with StartingPosition AT_TIMESTAMP");
    return { kind: position };
  }
  if (kind === "dynamodb") throw invalid(`Unsupported starting position for arn type: ${sourceArn}`);
  if (at === undefined) throw invalid("StartingPositionTimestamp is required when StartingPosition is AT_TIMESTAMP.");
  const atMs = new Date(at).getTime();
  if (atMs < 0) throw invalid("Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp");
  return { kind: position, atMs };
}

/** AWS: the youngest age at which records may be given up. */
const AGE_SECONDS_MIN = 60;

function askedStreamReading(asked: Asked, before: StreamReading): StreamReading {
  const onFailure = asked.DestinationConfig ? asked.DestinationConfig.OnFailure?.Destination || undefined : before.onFailure;
  const { onFailure: _before, ...rest } = before;
  const reading: StreamReading = {
    ...rest,
    parallelization: asked.ParallelizationFactor ?? before.parallelization,
    bisect: asked.BisectBatchOnFunctionError ?? before.bisect,
    retriesMax: asked.MaximumRetryAttempts ?? before.retriesMax,
    ageSecondsMax: asked.MaximumRecordAgeInSeconds ?? before.ageSecondsMax,
    tumblingSeconds: asked.TumblingWindowInSeconds ?? before.tumblingSeconds,
    ...(onFailure === undefined ? {} : { onFailure }),
  };
  if (reading.ageSecondsMax >= 0 && reading.ageSecondsMax < AGE_SECONDS_MIN) throw invalid(`Maximum record age in seconds must be -1 or between ${AGE_SECONDS_MIN} and 604800.`);
  if (reading.tumblingSeconds > 0 && reading.parallelization > 1) throw invalid("Tumbling windows keep one state per shard: they need a ParallelizationFactor of 1.");
  return reading;
}

export const noMapping = (): Fault => fault("ResourceNotFoundException", { message: "The resource you requested does not exist.", status: 404, Type: "User" });

export function alreadyMapped(kind: SourceKind, sourceArn: string, functionName: string, id: string): Fault {
  const message =
    kind === "sqs"
      ? `An event source mapping with SQS arn (" ${sourceArn} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${id}`
      : `The event source arn (" ${sourceArn} ") and function (" ${functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${id}`;
  return fault("ResourceConflictException", { message, status: 409, Type: "User" });
}

/** A mapping that is going away takes no orders any more. */
export function requireSteady({ state }: Mapping, verb: "update" | "delete"): void {
  if (state === "Deleting") throw fault("ResourceInUseException", { message: `Cannot ${verb} the event source mapping because it is in use.`, status: 400, Type: "User" });
}
