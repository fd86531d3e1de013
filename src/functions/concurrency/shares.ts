// How an account's concurrency is divided: what functions have reserved, what versions keep ready, and what is left for everybody else.
import { limits } from "../../kernel/limits.ts";

/** What one function has set aside. */
export interface ConcurrencyFacts {
  /** At most, and always, this many invocations at once; 0 switches the function off. */
  readonly reserved?: number;
  /** Per version number or alias: how many instances are kept ready. */
  readonly provisioned: Readonly<Record<string, ProvisionedFacts>>;
  /** Per version number: instances it has at least, ready, and at most. */
  readonly scaling?: Readonly<Record<string, ScalingFacts>>;
}

export interface ScalingFacts {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface ProvisionedFacts {
  readonly requested: number;
  readonly modifiedMs: number;
}

/** Invocations of one function by version id, those that run or wait or those of a second, and the instances its versions keep ready. */
export interface FunctionLoad {
  readonly reserved: number | undefined;
  readonly active: ReadonlyMap<string, number>;
  readonly provisioned: ReadonlyMap<string, number>;
  /** The most invocations at once of single versions. */
  readonly maxima: ReadonlyMap<string, number>;
}

export type Room = { readonly kind: "free"; readonly more: number } | { readonly kind: "throttled"; readonly because: ThrottleReason };

export type ThrottleReason = "ConcurrentInvocationLimitExceeded" | "FunctionInvocationRateLimitExceeded" | "ReservedFunctionConcurrentInvocationLimitExceeded" | "ReservedFunctionInvocationRateLimitExceeded";

/** What is divided, and what is said when nothing is left of it. */
interface Measure {
  readonly perInstance: number;
  readonly shared: ThrottleReason;
  readonly reserved: ThrottleReason;
}

/** Invocations at once. */
const atOnce: Measure = { perInstance: 1, shared: "ConcurrentInvocationLimitExceeded", reserved: "ReservedFunctionConcurrentInvocationLimitExceeded" };

/** Invocations begun in one second. They are divided as the instances are that they are for. */
export const perSecond: Measure = { perInstance: limits.functions.requestsPerSecondAndInstance, shared: "FunctionInvocationRateLimitExceeded", reserved: "ReservedFunctionInvocationRateLimitExceeded" };

/** How far a function's concurrency may grow at this moment: never saved up beyond one step over what runs. */
export interface Growth {
  readonly level: number;
  readonly atMs: number;
}

/** Source: the original's scaling rate. `nowMs` is monotonic. */
export function grown(before: Growth | undefined, active: number, nowMs: number): Growth {
  const { scalingStepMax, scalingPerSecond } = limits.functions;
  const level = before ? before.level + ((nowMs - before.atMs) / 1000) * scalingPerSecond : scalingStepMax;
  return { level: Math.min(level, active + scalingStepMax), atMs: nowMs };
}

/** What a function takes out of its account's pool before anybody calls it: its reservation, or what its versions keep ready. */
export const setAside = (facts: ConcurrencyFacts): number => facts.reserved ?? totalKept(facts);

/** What all of a function's versions keep ready. */
export const totalKept = ({ provisioned, scaling = {} }: ConcurrencyFacts): number =>
  Object.values(provisioned).reduce((sum, { requested }) => sum + requested, 0) + Object.values(scaling).reduce((sum, { min }) => sum + (min ?? 0), 0);

/** Invocations beyond those that instances kept ready can take. */
export function onDemand({ active, provisioned }: Pick<FunctionLoad, "active" | "provisioned">, { perInstance } = atOnce): number {
  let count = 0;
  for (const [id, now] of active) count += Math.max(0, now - perInstance * (provisioned.get(id) ?? 0));
  return count;
}

/**
 * Whether one more invocation of a version may begin. `poolFree`: what is left of the account's unreserved share.
 * Source: the original's rules; a reservation is ceiling and guarantee, and what is kept ready counts against it.
 */
export function roomFor(versionId: string, load: FunctionLoad, poolFree: number, measure = atOnce): Room {
  const { perInstance } = measure;
  const now = load.active.get(versionId) ?? 0;
  const ready = perInstance * (load.provisioned.get(versionId) ?? 0) - now;
  const kept = perInstance * [...load.provisioned.values()].reduce((sum, count) => sum + count, 0);
  const beyond = load.reserved === undefined ? poolFree : perInstance * load.reserved - kept - onDemand(load, measure);
  const allowed = (load.maxima.get(versionId) ?? Infinity) - now;
  const more = Math.min(allowed, Math.max(0, ready) + Math.max(0, beyond));
  if (more > 0) return { kind: "free", more };
  return { kind: "throttled", because: load.reserved === undefined ? measure.shared : measure.reserved };
}
