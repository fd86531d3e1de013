// What an engine offers as a whole; `main` opens one and hands the parts out.
import type { Blobs } from "./blobs.ts";
import type { Leases } from "./leases.ts";
import type { Log } from "./log.ts";
import type { Queue } from "./queue.ts";
import type { Store } from "./store.ts";

export interface Ports {
  readonly store: Store;
  readonly queue: Queue;
  readonly log: Log;
  readonly blobs: Blobs;
  readonly leases: Leases;
}

export interface Engine extends Ports, AsyncDisposable {
  /** Waits for commits under way, then closes. Idempotent. */
  close(): Promise<void>;
}
