// The kernel finishes some things a little later (processes that die, groups that empty): the one place that waits for it, for a bounded time.

/** Asks until true, in growing steps; false when it did not come true within `limitMs`. */
export async function untilTrue(done: () => boolean, limitMs = 5000): Promise<boolean> {
  for (let waitedMs = 0, pauseMs = 1; !done(); waitedMs += pauseMs, pauseMs = Math.min(50, pauseMs * 2)) {
    if (waitedMs >= limitMs) return false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return true;
}
