// Keeps the promised number of instances of a version ready: boots what is missing, replaces what dies, lets go of what is too many.
import type { Clock } from "../../kernel/clock.ts";
import type { Version } from "../function.ts";
import type { FailedBoot } from "../invocations/ending.ts";
import type { Instance } from "./instance.ts";

export interface Kept {
  /** From now on this many; 0 ends it. */
  keep(version: Version, count: number): void;
  state(versionId: string): KeptState;
  /** One of a version's instances has gone. */
  lost(versionId: string): void;
  stop(): void;
}

export interface KeptState {
  /** Instances that are there, busy or not. */
  readonly ready: number;
  /** Why there are not more, if that is known; tried again from time to time. */
  readonly failure: KeptFailure | undefined;
}

/** `refused`: the machine could not even begin. */
export type KeptFailure = FailedBoot | { readonly kind: "refused"; readonly reason: unknown };

export interface KeptDeps {
  readonly clock: Clock;
  /** All of a version's instances that are kept. */
  readonly instances: (versionId: string) => readonly Instance[];
  /** Boots one that is kept; undefined when it is ready. Never rejects. */
  readonly boot: (version: Version) => Promise<KeptFailure | undefined>;
  /** Makes it an instance like any other. */
  readonly letGo: (instance: Instance) => void;
}

/** Ours: boots under way at once, per version, so that callers who wait for a boot are not kept waiting. */
const bootsMax = 2;
/** Ours. */
const retryMs = 30_000;

interface Promised {
  readonly version: Version;
  readonly count: number;
  booting: number;
  failure: KeptFailure | undefined;
  cancelRetry: () => void;
}

export function openKept(deps: KeptDeps): Kept {
  const promises = new Map<string, Promised>();

  const readyOf = (versionId: string): readonly Instance[] => deps.instances(versionId).filter(({ state }) => state !== "booting" && state !== "dead");
  const work = (promised: Promised): void => {
    if (promises.get(promised.version.id) !== promised || promised.failure) return;
    while (promised.booting < bootsMax && deps.instances(promised.version.id).length < promised.count) {
      promised.booting++;
      void deps.boot(promised.version).then((failure) => {
        promised.booting--;
        if (failure) rest(promised, failure);
        else work(promised);
      });
    }
  };
  const rest = (promised: Promised, failure: KeptFailure): void => {
    promised.failure = failure;
    promised.cancelRetry();
    promised.cancelRetry = deps.clock.after(retryMs, () => {
      promised.failure = undefined;
      work(promised);
    });
  };
  return {
    keep: (version, count) => {
      const before = promises.get(version.id);
      if (before?.count === count) return;
      before?.cancelRetry();
      if (count === 0) promises.delete(version.id);
      else promises.set(version.id, { version, count, booting: before?.booting ?? 0, failure: undefined, cancelRetry: () => undefined });
      // Idle ones first: a busy one is worth more.
      const surplus = deps.instances(version.id).toSorted((a, b) => Number(a.state === "busy") - Number(b.state === "busy"));
      for (const instance of surplus.slice(0, Math.max(0, surplus.length - count))) deps.letGo(instance);
      const promised = promises.get(version.id);
      if (promised) work(promised);
    },
    state: (versionId) => ({ ready: readyOf(versionId).length, failure: promises.get(versionId)?.failure }),
    lost: (versionId) => {
      const promised = promises.get(versionId);
      if (promised) work(promised);
    },
    stop: () => {
      for (const promised of promises.values()) promised.cancelRetry();
      promises.clear();
    },
  };
}
