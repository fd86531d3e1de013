// V8's young generation is kept small (see bin/fugaz.js), which is too small under load: then every request that waits for the disk
// outlives it and is copied twice. So it may grow while there is much to collect, up to a few megabytes.
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Ours: collections within a second that mean load; reading a service's code at its first request makes about ten. */
const BUSY_COLLECTIONS = 50;
/** Ours: beyond, larger made no difference with 64 requests at a time. Both halves together. */
const ENOUGH_BYTES = 8 * 1024 * 1024;

/** Watches until disposed. */
export function tendYoungGeneration(): Disposable {
  let [second, collections] = [0, 0];
  let growing = false;
  // The flag is among those that compiled code is cached under: it differs only while it is needed.
  const letGrow = (grow: boolean): void => {
    if (grow !== growing) setFlagsFromString(`--semi-space-growth-factor=${grow ? 2 : 1}`);
    growing = grow;
  };
  const observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) {
      const now = Math.floor(startTime / 1000);
      if (now !== second) [second, collections] = [now, 0];
      collections += 1;
    }
    letGrow(collections >= BUSY_COLLECTIONS && (getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? Infinity) < ENOUGH_BYTES);
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    [Symbol.dispose]: () => {
      observer.disconnect();
      letGrow(false);
    },
  };
}
