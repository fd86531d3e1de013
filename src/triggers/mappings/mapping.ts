// An event source mapping on record: which source feeds which function, and how. The poller acts on the record, nothing else.
import type { FunctionRef, Scope } from "../../functions/function.ts";
import { functionArn, partitionOf } from "../../kernel/arn.ts";
import type { Check, Write } from "../../ports/store.ts";
import { streamResourceOfArn } from "../streams/stream.ts";

export type SourceKind = "sqs" | "kinesis" | "dynamodb";

/** As on the original. All but Enabled and Disabled pass by themselves. */
export type MappingState = "Creating" | "Enabling" | "Enabled" | "Disabling" | "Disabled" | "Updating" | "Deleting";

export type StartingPosition = { readonly kind: "TRIM_HORIZON" | "LATEST" } | { readonly kind: "AT_TIMESTAMP"; readonly atMs: number };

export interface MappingSettings {
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Patterns as sent; an event has to match one of them. None: every event is wanted. */
  readonly filters: readonly string[];
  /** The function's answer may name single events that failed. */
  readonly partialFailures: boolean;
  /** Of queues. */
  readonly queue?: QueueReading;
  /** Of streams. */
  readonly stream?: StreamReading;
}

export interface QueueReading {
  readonly concurrencyMax?: number;
  readonly pollers?: { readonly min: number; readonly max: number };
}

export interface StreamReading {
  readonly start: StartingPosition;
  /** Batches of one shard at once; each partition key keeps its order. */
  readonly parallelization: number;
  readonly bisect: boolean;
  /** -1: without end. */
  readonly retriesMax: number;
  /** -1: whatever their age. */
  readonly ageSecondsMax: number;
  readonly tumblingSeconds: number;
  /** ARN of what hears of the batches that were given up. */
  readonly onFailure?: string;
}

export interface Mapping extends Scope {
  /** A UUID. */
  readonly id: string;
  readonly kind: SourceKind;
  readonly sourceArn: string;
  readonly function: FunctionRef;
  readonly enabled: boolean;
  readonly state: MappingState;
  readonly modifiedMs: number;
  readonly settings: MappingSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** Grows with every change that the poller has to follow. */
  readonly revision: number;
}

/** What the owner of a mapping decides; the rest follows from it. */
export type MappingChange = Partial<Pick<Mapping, "function" | "enabled" | "settings">>;

export interface NewMapping extends Scope, Pick<Mapping, "kind" | "sourceArn" | "function" | "enabled" | "settings" | "tags"> {}

export interface MappingRecords {
  /** `taken`: the id of the mapping that joins this source and function already. `also` goes into the same commit. */
  create(made: NewMapping, also: (id: string) => Promise<readonly Write[]>): Promise<{ readonly mapping: Mapping } | { readonly taken: string }>;
  find(scope: Scope, id: string): Promise<Mapping | undefined>;
  /** By id, after `after` (exclusive); only those of a source or function when these are named. A function without qualifier means that very function, not its versions. */
  list(scope: Scope, of: { readonly sourceArn?: string | undefined; readonly function?: FunctionRef | undefined }, after: string | undefined, limit: number): Promise<readonly Mapping[]>;
  /** Undefined when there is none; `taken` as in `create`. `decide` may throw, and is asked again on a conflict. */
  change(scope: Scope, id: string, decide: (mapping: Mapping) => MappingChange): Promise<{ readonly mapping: Mapping } | { readonly taken: string } | undefined>;
  changeTags(scope: Scope, id: string, decide: (tags: Mapping["tags"]) => Mapping["tags"]): Promise<Mapping | undefined>;
  /** Marks it; it goes when nothing of it runs any more. The mapping as it then stands. */
  remove(scope: Scope, id: string, permitted: (mapping: Mapping) => void): Promise<Mapping | undefined>;
}

/** What a mapping did since it was started; for metrics. */
export interface MappingStatus {
  readonly id: string;
  /** `OK`, `PROBLEM: …`, or undefined before the first batch. */
  readonly lastResult: string | undefined;
  readonly batches: number;
  readonly failedBatches: number;
  /** Events that were handed to the function and succeeded. */
  readonly events: number;
  readonly filtered: number;
  readonly throttles: number;
  /** Given up and told to the destination, if there is one. */
  readonly dropped: number;
  /** Batches that run now; of a stream, shards that are read. */
  readonly running: number;
  /** Of streams: how old the last event of the latest batch was when it was read. */
  readonly iteratorAgeMs?: number;
}

/** Writes and the checks they stand on, for somebody's commit. */
export interface Planned {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
}

export const mappingArn = ({ region, account, id }: Scope & Pick<Mapping, "id">): string => `arn:${partitionOf(region)}:lambda:${region}:${account}:event-source-mapping:${id}`;

/** As the mapping shows it: with the qualifier that was given. */
export const functionArnOf = ({ function: ref }: Pick<Mapping, "function">): string => functionArn(ref, ref.qualifier);

/** The kind of source an ARN names; undefined when nothing here could read it. */
export function sourceKindOf(arn: string): SourceKind | undefined {
  const [, service = "", resource = ""] = /^arn:[^:]+:(sqs|kinesis|dynamodb):[^:]+:\d{12}:(.+)$/.exec(arn) ?? [];
  if (service === "sqs") return "sqs";
  if (service === "kinesis") return streamResourceOfArn(arn) && "kinesis";
  return service === "dynamodb" && /^table\/[^/]+\/stream\/.+$/.test(resource) ? "dynamodb" : undefined;
}
