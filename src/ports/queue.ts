// Leased, at-least-once queues: asynchronous invocations, deliveries, SQS. Messages enter by a commit's `enqueue`.
import type { Value } from "./value.ts";

export interface Leased {
  readonly queue: string;
  readonly id: number;
  /** Small facts about the message, as enqueued. */
  readonly meta: Value;
  readonly body: Uint8Array;
  /** How often it has been leased, this time included: 1 on first delivery. */
  readonly attempt: number;
  readonly enqueuedAtMs: number;
  /** Epoch ms of the first lease this message ever had. */
  readonly firstLeasedAtMs: number;
  /** Proves the lease; a later lease of the same message has another. */
  readonly receipt: string;
}

/** A message where it lies, whether it can be leased or not. */
export interface LyingMessage extends Omit<Leased, "receipt"> {
  /** Whether its latest lease is still the last word on it: it was neither released nor is another's. */
  readonly leased: boolean;
  /** Epoch ms at which it is or was visible again: the end of its lease or delay. */
  readonly visibleAtMs: number;
  /** Epoch ms at which the next of its group may be leased; undefined without a group. */
  readonly groupReadyAtMs: number | undefined;
}

/** What a queue's watchers hear of it. */
export interface QueueNews {
  readonly queue: string;
  /** The message that entered, as it was given; absent when one was released, or when it entered through another node. */
  readonly entered?: Pick<Leased, "meta" | "body"> & { readonly delayMs: number };
  /** Of one that entered: larger than the id of every message of an earlier commit, smaller than its own. */
  readonly afterId?: number;
}

export interface QueueCounts {
  readonly visible: number;
  readonly leased: number;
  readonly delayed: number;
  /** Epoch ms of the oldest message, undefined when empty. */
  readonly oldestAtMs: number | undefined;
}

/** One method more than a port should have: who looks on must not lease, and a port of its own would be this one method over the same rows. */
export interface Queue {
  /**
   * Up to `max` visible messages, oldest visible first, hidden from others for `visibilityMs`. Never waits.
   * Messages of one group come in the order they were enqueued, and while one is leased (or delayed) none behind it in its group is.
   */
  lease(queue: string, max: number, visibilityMs: number): Promise<readonly Leased[]>;
  /** Moves the end of the lease to `visibilityMs` from now; false when the lease was lost. */
  extend(lease: Leased, visibilityMs: number): Promise<boolean>;
  /** Epoch ms at which the lease ends or has ended; undefined when it was lost. An ended lease is kept until somebody else takes the message. */
  endOf(lease: Leased): Promise<number | undefined>;
  /** Removes the message; false when the lease was lost. Durable when it resolves. */
  ack(lease: Leased): Promise<boolean>;
  /** Gives the message back, visible after `delayMs`; false when the lease was lost. */
  release(lease: Leased, delayMs: number): Promise<boolean>;
  counts(queue: string): Promise<QueueCounts>;
  /** Queues below `prefix` that hold messages, with the epoch ms at which each one's next message is or becomes visible. */
  pending(prefix: string): Promise<readonly { readonly queue: string; readonly visibleAtMs: number }[]>;
  /** Up to `limit` messages after an id in the order they were enqueued, or the newest ones first. For onlookers: it leases and changes nothing. */
  look(queue: string, range: { readonly after?: number; readonly limit: number; readonly reverse?: true }): Promise<readonly LyingMessage[]>;
  /** Calls back, after durability and in the order of the commits, for each queue below `prefix` that got a message or had one released. A hint. */
  watch(prefix: string, listener: (news: QueueNews) => void): () => void;
  /**
   * Gives back at once what takers that no longer live had leased below `prefix`, for queues whose takers live and die with the engine's node;
   * resolves to how many messages that were.
   */
  reclaim(prefix: string): Promise<number>;
  /** Removes all messages, or those enqueued before a time (epoch ms); resolves to how many. */
  purge(queue: string, enqueuedBeforeMs?: number): Promise<number>;
}
