// Decides which instances to boot and which idle ones must make room, purely from figures.

export interface Hunger {
  readonly pool: string;
  /** Boots wanted beyond those under way. */
  readonly wanted: number;
  readonly memoryMb: number;
}

export interface CapacityFigures {
  /** In the order in which they began to wait. */
  readonly hungry: readonly Hunger[];
  /** How many more boots may be under way. */
  readonly bootsFree: number;
  /** The memory budget less what all live instances are charged; negative when waking ones went past it. */
  readonly freeMb: number;
  /** Instances alive or booting. With none, a boot is always allowed: a function larger than the budget must run some time. */
  readonly instances: number;
  /** So many there may be, whatever memory they take. */
  readonly instancesMax: number;
  /** Instances that may go, the one used longest ago first. */
  readonly idle: readonly { readonly id: string; readonly memoryMb: number }[];
}

export interface CapacityPlan {
  /** Pools, one mention per boot. */
  readonly boots: readonly string[];
  readonly evictions: readonly string[];
}

/**
 * Boots in turn, one per hungry pool and round, so that a crowd at one function does not keep out another. The first that does not fit
 * ends the plan: passing it by would let small functions starve a large one.
 */
export function planCapacity(figures: CapacityFigures): CapacityPlan {
  const evictable = [...figures.idle];
  const boots: string[] = [];
  const evictions: string[] = [];
  const left = { freeMb: figures.freeMb, boots: figures.bootsFree, instances: figures.instances };

  const evictUntil = (freeMb: number, instancesMax: number): void => {
    while (left.freeMb < freeMb || left.instances > instancesMax) {
      const idle = evictable.shift();
      if (!idle) return;
      evictions.push(idle.id);
      left.freeMb += idle.memoryMb;
      left.instances--;
    }
  };
  const makeRoom = (memoryMb: number): boolean => {
    const reachable = evictable.reduce((sum, idle) => sum + idle.memoryMb, left.freeMb);
    const staying = left.instances - evictable.length;
    if (staying >= figures.instancesMax || (reachable < memoryMb && staying > 0)) return false;
    evictUntil(memoryMb, figures.instancesMax - 1);
    return true;
  };

  // What went past the budget goes back to it as far as idle instances allow.
  evictUntil(0, figures.instancesMax);
  let round = figures.hungry.map((hunger) => ({ ...hunger }));
  while (round.length > 0) {
    for (const hunger of round) {
      if (left.boots === 0 || !makeRoom(hunger.memoryMb)) return { boots, evictions };
      boots.push(hunger.pool);
      left.freeMb -= hunger.memoryMb;
      left.boots--;
      left.instances++;
      hunger.wanted--;
    }
    round = round.filter(({ wanted }) => wanted > 0);
  }
  return { boots, evictions };
}

/**
 * Whether one more instance helps queued events: it does when the next of the busy ones is expected to be free later than a boot takes,
 * or when none has become free or busy for so long (`quietMs`) that the mean says nothing about those that run now.
 * For events that nobody waits for; a synchronous caller never waits for a busy instance if a new one can be had.
 */
export function worthBooting(figures: { readonly busy: number; readonly meanDurationMs: number | undefined; readonly bootMs: number; readonly quietMs: number }): boolean {
  const { busy, meanDurationMs, bootMs, quietMs } = figures;
  if (busy === 0 || meanDurationMs === undefined) return true;
  return meanDurationMs / busy > bootMs || quietMs > Math.max(bootMs, 2 * meanDurationMs);
}
