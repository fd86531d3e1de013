// Named, expiring ownership, fenced by an epoch: who polls a shard, who fires a schedule, who is a member.

export interface Lease {
  readonly name: string;
  readonly owner: string;
  /** Grows each time the lease changes hands; a writer checks it so that a stale owner can not act. */
  readonly epoch: number;
  readonly expiresAtMs: number;
}

export interface Leases {
  /** The lease if it was free, expired or already ours (then renewed, same epoch); undefined when another holds it. */
  acquire(name: string, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** A longer lease, or undefined when it was lost. */
  renew(lease: Lease, ttlMs: number): Promise<Lease | undefined>;
  release(lease: Lease): Promise<void>;
  holder(name: string): Promise<Lease | undefined>;
}
