// Follows a shard as it grows: a commit wakes the reader, so that news travel in milliseconds and an idle shard costs nothing.
import type { Clock } from "../../kernel/clock.ts";
import { openBell } from "../bell.ts";
import type { Place } from "./sequence.ts";
import type { PageSize, ShardPage } from "./read.ts";

export interface Following extends PageSize {
  /** An empty page comes after so long without news. */
  readonly idleMs: number;
  /** Ends the following, without an error. */
  readonly signal: AbortSignal;
}

export interface FollowDeps {
  readonly clock: Pick<Clock, "after">;
  /** Undefined: the stream is gone. */
  readonly page: (from: Place) => Promise<ShardPage | undefined>;
  readonly watch: (listener: () => void) => () => void;
}

/**
 * Pages from `from` on, the first at once even when it is empty. Ends after the page that says the shard has ended, when the stream is
 * gone, or when the signal says so. Nothing is read before the taker asks for more.
 */
export async function* follow({ clock, page, watch }: FollowDeps, from: Place, { idleMs, signal }: Following): AsyncGenerator<ShardPage> {
  const bell = openBell(clock);
  const unwatch = watch(bell.ring);
  signal.addEventListener("abort", bell.ring, { once: true });
  try {
    let place = from;
    let quiet = false;
    for (let first = true; !signal.aborted; first = false) {
      // Muted before the look: what comes during it rings again.
      bell.mute();
      const found = await page(place);
      if (!found || signal.aborted) return;
      place = found.next;
      if (found.records.length > 0 || found.ended || first || quiet) yield found;
      if (found.ended) return;
      quiet = found.behindMs === 0 && (await bell.heard(idleMs)) === "silence";
    }
  } finally {
    unwatch();
    signal.removeEventListener("abort", bell.ring);
  }
}
