// Counts invocations in memory, per account and function, against the concurrency each may have and what may begin in a second.
import type { Clock } from "../../kernel/clock.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { entriesBelow, type Store } from "../../ports/store.ts";
import type { Scope, Version } from "../function.ts";
import { functionInKey, type FunctionName } from "../registry/keys.ts";
import { grown, onDemand, perSecond, roomFor, setAside, type ConcurrencyFacts, type FunctionLoad, type Growth, type Room, type ThrottleReason } from "./shares.ts";

export interface Concurrency extends Disposable {
  /** Invocations at once per account and region. */
  readonly accountMax: number;
  /** What functions of the account and region have set aside, `but` one. */
  setAside(scope: Scope, but?: string): number;
  /** A function's facts have changed; effective at once. */
  set(at: FunctionName, facts: ConcurrencyFacts | undefined): void;
  /** How many instances the versions of a function keep ready, and how many they may have, by version id. */
  provision(at: FunctionName, provisioned: ReadonlyMap<string, number>, maxima: ReadonlyMap<string, number>): void;
  /** Functions that have set something aside. */
  withFacts(): readonly FunctionName[];
  /**
   * Counts one more invocation, until `leave`; throws TooManyRequestsException when there are too many, or when it is `paced` and too many of these have
   * begun in this second.
   */
  enter(version: Version, paced: boolean): void;
  leave(version: Version): void;
  /** Calls back when an invocation has ended. */
  onFree(listener: () => void): void;
  /** How many more invocations of the version may begin, those that are paced or the others. */
  free(version: Version, paced: boolean): number;
  /** Invocations of a version that run or wait. */
  active(version: Version): number;
  /** Resolves when none is active, or the signal aborts. */
  none(signal: AbortSignal): Promise<void>;
}

interface FunctionCount {
  facts: ConcurrencyFacts | undefined;
  provisioned: ReadonlyMap<string, number>;
  maxima: ReadonlyMap<string, number>;
  growth: Growth | undefined;
  /** By version id; a version without invocations is not there. */
  readonly active: Map<string, number>;
  /** The same of paced ones begun in the account's second `secondMs`. */
  readonly begun: Map<string, number>;
  secondMs: number;
}

interface AccountCount {
  readonly functions: Map<string, FunctionCount>;
  /** Kept as running sums, since they are asked for with every invocation. */
  setAside: number;
  pooled: number;
  /** When the second that paced invocations are counted in began (monotonic), with the first of them; and how many took from what all share. */
  secondMs: number;
  begunPooled: number;
}

const SECOND_MS = 1000;

const nothing: ReadonlyMap<string, number> = new Map();

/** Reads what functions have set aside, and follows it from then on. */
export async function openConcurrency(deps: { readonly store: Pick<Store, "get" | "list" | "watch">; readonly clock: Pick<Clock, "monotonicMs">; readonly accountMax: number; readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void }): Promise<Concurrency> {
  const { store, accountMax } = deps;
  /** By account and region, one after the other: a text of both would have to be made for each invocation, several times. */
  const accounts = new Map<string, Map<string, AccountCount>>();
  let running = 0;
  let watchers: (() => void)[] = [];
  let freeListener: () => void = () => undefined;

  const accountOf = ({ account, region }: Scope): AccountCount => {
    const known = accounts.get(account)?.get(region);
    if (known) return known;
    const made: AccountCount = { functions: new Map(), setAside: 0, pooled: 0, secondMs: -Infinity, begunPooled: 0 };
    const regions = accounts.get(account) ?? new Map<string, AccountCount>();
    accounts.set(account, regions.set(region, made));
    return made;
  };
  /** Every change of a function's count passes here, so that the sums are always right. */
  const change = (at: FunctionName, act: (count: FunctionCount) => void): void => {
    const account = accountOf(at);
    const count = account.functions.get(at.name) ?? { facts: undefined, provisioned: nothing, maxima: nothing, growth: undefined, active: new Map<string, number>(), begun: new Map<string, number>(), secondMs: account.secondMs };
    account.setAside -= asideOf(count);
    account.pooled -= pooledOf(count);
    try {
      act(count);
    } finally {
      account.setAside += asideOf(count);
      account.pooled += pooledOf(count);
    }
    if (count.active.size === 0 && count.facts === undefined && count.provisioned.size === 0 && count.maxima.size === 0) account.functions.delete(at.name);
    else account.functions.set(at.name, count);
  };
  const roomOf = (version: Version): Room => {
    const account = accountOf(version);
    const count = account.functions.get(version.name);
    return roomFor(version.id, { ...loadOf(count, count?.active), maxima: count?.maxima ?? nothing }, accountMax - account.setAside - account.pooled);
  };
  const roomInSecond = (version: Version): Room => {
    const account = accountOf(version);
    const count = account.functions.get(version.name);
    turnSecond(account, count, deps.clock.monotonicMs());
    return roomFor(version.id, loadOf(count, count?.begun), perSecond.perInstance * (accountMax - account.setAside) - account.begunPooled, perSecond);
  };
  const set = (at: FunctionName, facts: ConcurrencyFacts | undefined): void => change(at, (count) => void (count.facts = facts));

  const unwatch = store.watch(["concurrency"], (key) => {
    const at = functionInKey(key);
    if (!at) return;
    store.get<ConcurrencyFacts>(key).then((entry) => set(at, entry?.value), (error: unknown) => deps.warn("A function's concurrency could not be read; the old one stays in force.", error, { function: at.name }));
  });
  for await (const { key, value } of entriesBelow<ConcurrencyFacts>(store, ["concurrency"])) {
    const at = functionInKey(key);
    if (at) set(at, value);
  }
  return {
    accountMax, set,
    setAside: (scope, but) => {
      const account = accountOf(scope);
      const itsOwn = but === undefined ? undefined : account.functions.get(but);
      return account.setAside - (itsOwn ? asideOf(itsOwn) : 0);
    },
    provision: (at, provisioned, maxima) =>
      change(at, (count) => {
        count.provisioned = provisioned;
        count.maxima = maxima;
      }),
    withFacts: () => [...accounts].flatMap(([account, regions]) =>
      [...regions].flatMap(([region, { functions }]) => [...functions].flatMap(([name, { facts }]) => (facts ? [{ account, region, name }] : [])))),
    enter: (version, paced) => {
      requireRoom(roomOf(version));
      if (paced) requireRoom(roomInSecond(version));
      change(version, (count) => {
        if (accountMax > scalingStepMax) requireGrowth(count, deps.clock.monotonicMs());
        addTo(count.active, version.id, 1);
        if (paced) begin(accountOf(version), count, version.id);
      });
      running++;
    },
    leave: (version) => {
      change(version, ({ active }) => addTo(active, version.id, -1));
      running--;
      freeListener();
      if (running > 0) return;
      for (const tell of watchers) tell();
      watchers = [];
    },
    onFree: (listener) => {
      freeListener = listener;
    },
    free: (version, paced) => Math.min(moreIn(roomOf(version)), paced ? moreIn(roomInSecond(version)) : Infinity),
    active: (version) => accountOf(version).functions.get(version.name)?.active.get(version.id) ?? 0,
    none: async (signal) => {
      if (running === 0 || signal.aborted) return;
      await new Promise<void>((resolve) => {
        watchers.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    [Symbol.dispose]: unwatch,
  };
}

/** Whoever asks first after a second is over turns the account's, and each function's when it is asked for. */
function turnSecond(account: AccountCount, count: FunctionCount | undefined, nowMs: number): void {
  if (nowMs - account.secondMs >= SECOND_MS) {
    account.secondMs = nowMs;
    account.begunPooled = 0;
  }
  if (!count || count.secondMs === account.secondMs) return;
  count.secondMs = account.secondMs;
  count.begun.clear();
}

function begin(account: AccountCount, count: FunctionCount, versionId: string): void {
  const pooled = (): number => (count.facts?.reserved === undefined ? onDemand({ active: count.begun, provisioned: count.provisioned }, perSecond) : 0);
  const before = pooled();
  addTo(count.begun, versionId, 1);
  account.begunPooled += pooled() - before;
}

function addTo(counts: Map<string, number>, id: string, more: number): void {
  const now = (counts.get(id) ?? 0) + more;
  if (now > 0) counts.set(id, now);
  else counts.delete(id);
}

const loadOf = (count: FunctionCount | undefined, active: ReadonlyMap<string, number> = nothing): FunctionLoad => ({ reserved: count?.facts?.reserved, active, provisioned: count?.provisioned ?? nothing, maxima: nothing });

function requireRoom(room: Room): void {
  if (room.kind === "throttled") throw throttled(room.because);
}

const moreIn = (room: Room): number => (room.kind === "free" ? room.more : 0);

/** Matters only where an account may have more than one step at once. */
function requireGrowth(count: FunctionCount, nowMs: number): void {
  const running = [...count.active.values()].reduce((sum, each) => sum + each, 0);
  count.growth = grown(count.growth, running, nowMs);
  if (running >= count.growth.level) throw throttled("ConcurrentInvocationLimitExceeded");
}

const { scalingStepMax } = limits.functions;

const asideOf = ({ facts }: FunctionCount): number => (facts ? setAside(facts) : 0);

/** Invocations that take from what the account's functions share. */
const pooledOf = (count: FunctionCount): number => (count.facts?.reserved === undefined ? onDemand(count) : 0);

/** Of an account or function that has no more concurrency, or a machine that has no more room. */
export const throttled = (because: ThrottleReason): Fault => fault("TooManyRequestsException", { message: "Rate Exceeded.", status: 429, Reason: because, Type: "User" });
