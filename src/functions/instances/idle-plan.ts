// Decides what becomes of instances that have nothing to do: frozen soon, gone later.

export interface IdleInstance {
  readonly id: string;
  /** False for one that is frozen already, can not be frozen, or whose program is dead. */
  readonly freezable: boolean;
  readonly idleSinceMs: number;
  /** Absent: its age does not matter. */
  readonly bornMs?: number;
  /** It has been promised to be there: it never goes for being idle. */
  readonly kept?: boolean;
}

export interface IdleRules {
  /** Long enough that a busy function does not pay for freezing, short enough that stray timers do little. */
  readonly freezeAfterMs: number;
  readonly evictAfterMs: number;
  /** An older one goes, however busy it has been. */
  readonly ageMsMax: number;
}

export interface IdlePlan {
  readonly freeze: readonly string[];
  readonly evict: readonly string[];
  /** When to look again; undefined when nothing will fall due. */
  readonly nextMs: number | undefined;
}

/** When it goes if nobody calls it. */
export const goesAtMs = ({ idleSinceMs, kept, bornMs = Infinity }: Pick<IdleInstance, "idleSinceMs" | "kept" | "bornMs">, rules: IdleRules): number => Math.min(kept ? Infinity : idleSinceMs + rules.evictAfterMs, bornMs + rules.ageMsMax);

export function planIdle(idle: Iterable<IdleInstance>, nowMs: number, rules: IdleRules): IdlePlan {
  const freeze: string[] = [];
  const evict: string[] = [];
  let nextMs: number | undefined;
  const due = (atMs: number): void => {
    if (atMs !== Infinity) nextMs = Math.min(nextMs ?? atMs, atMs);
  };
  for (const instance of idle) {
    const { id, freezable } = instance;
    const evictAtMs = goesAtMs(instance, rules);
    const freezeAtMs = instance.idleSinceMs + rules.freezeAfterMs;
    if (evictAtMs <= nowMs) evict.push(id);
    else if (!freezable) due(evictAtMs);
    else if (freezeAtMs > nowMs) due(Math.min(freezeAtMs, evictAtMs));
    else {
      freeze.push(id);
      due(evictAtMs);
    }
  }
  return { freeze, evict, nextMs };
}
