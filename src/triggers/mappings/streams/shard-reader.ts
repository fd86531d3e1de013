// Reads one shard for one mapping: hands its records to lanes in order, and moves the checkpoint behind what is done with.
import type { Entry, Store } from "../../../ports/store.ts";
import type { Filter } from "../filters.ts";
import type { Mapping, StreamReading } from "../mapping.ts";
import { ABSENCE_MS, pause, type PollerDeps } from "../poller.ts";
import { problems, type Tally } from "../tally.ts";
import { openBell } from "../../bell.ts";
import { type Checkpoint, openSaving } from "./checkpoints.ts";
import { openFailures } from "./failures.ts";
import { failureDelivery, failureRecord } from "./failure-record.ts";
import { workOff, type Frame, type Item, type LaneDeps } from "./lane.ts";
import { openLaneQueue, type LaneQueue } from "./lane-queue.ts";
import { laneOf } from "./lane-of.ts";
import { newProgress } from "./progress.ts";
import type { Place, SourceRecord, SourceShard, StreamSource } from "./stream-source.ts";
import { windowFields, windowOf, type OpenWindow } from "./windows.ts";

export type StreamMapping = Mapping & { readonly settings: { readonly stream: StreamReading } };

export interface ShardReaderDeps extends PollerDeps {
  readonly store: Pick<Store, "commit" | "get">;
  readonly source: StreamSource;
  readonly tally: Tally;
  readonly filter: Filter | undefined;
}

export interface ShardReader {
  /** `ended`: everything in the shard is done with. `gone`: the shard, or our right to read it. */
  readonly finished: Promise<"ended" | "gone" | "stopped">;
  stop(): void;
}

const never = (): undefined => undefined;

/** Ours: records and bytes of one shard under way at once, beside what one batch of each lane may hold. */
const OPEN_MAX = 1000;
const OPEN_BYTES_MAX = 16 * 1024 * 1024;
const READ_MAX = 1000;
/** Ours: between two looks at records that have expired. */
const EXPIRED_MS = 50;
/** Ours: a record of a window may be seen so much after the window's end. */
const STRAGGLE_MS = 500;

export function openShardReader(mapping: StreamMapping, shard: SourceShard, checkpoint: Entry<Checkpoint> | undefined, from: Place, deps: ShardReaderDeps): ShardReader {
  const { clock, heart, source, store, tally, warn, filter } = deps;
  const { batchSize, windowSeconds, stream } = mapping.settings;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = (): boolean => signal.aborted;
  const fields = { mapping: mapping.id, shard: shard.id };
  const progress = newProgress(from);
  let window: OpenWindow | undefined = checkpoint?.value.window;
  /** The window as the checkpoint has it: a state that is too large never goes there. */
  let storedWindow = window;
  /** The last page has been read; then: everything is done with. */
  let closed = false;
  let ended = false;
  let bytes = 0;
  let lost = false;
  const news = openBell(clock);
  const failures = openFailures(stream.parallelization, checkpoint?.value.failing);
  const failing = (): Pick<Checkpoint, "failing"> => {
    const stored = failures.stored();
    return stored ? { failing: stored } : {};
  };
  const saving = openSaving(mapping, shard.key, checkpoint, () => ({ place: progress.place(), ...(storedWindow ? { window: storedWindow } : {}), ...(ended ? { ended } : {}), ...(tally.lastResult === undefined ? {} : { result: tally.lastResult }), ...failing() }), {
    store, clock, signal, warn: (error) => warn("A checkpoint could not be written; trying again.", error, fields),
  });
  const save = async (also?: Parameters<typeof saving.save>[0]): Promise<boolean> => {
    const saved = await saving.save(also);
    if (!saved && !stopped()) lost = true;
    if (!saved) stop();
    return saved;
  };

  const laneDeps: LaneDeps = {
    heart, clock, signal, tally,
    failures: failures.of(0),
    failed: () => void save(),
    settled: (items) => {
      end(items);
      void save();
    },
    giveUp: async (items, given) => {
      const destination = stream.onFailure;
      if (destination === undefined || items.length === 0) {
        end(items);
        return save();
      }
      const record = failureRecord(mapping, shard, source, given);
      let passed = false;
      return save(async () => {
        const planned = await told(destination, failureDelivery(mapping, shard, record, given, destination));
        // Not before: an earlier save would pass them without a word to the destination.
        if (!passed) end(items);
        passed = true;
        return planned;
      });
    },
  };
  const told = async (destination: string, delivery: Parameters<PollerDeps["heart"]["destinations"]["send"]>[1]): ReturnType<PollerDeps["heart"]["destinations"]["send"]> => {
    try {
      return await heart.destinations.send(destination, delivery);
    } catch (error) {
      warn("A batch that was given up could not be told to its destination.", error, { ...fields, destination });
      return { checks: [], writes: [] };
    }
  };
  const end = (items: readonly Item[]): void => {
    progress.end(items.map(({ step }) => step));
    bytes -= items.reduce((sum, item) => sum + item.bytes, 0);
    news.ring();
  };

  const bells = Array.from({ length: stream.parallelization }, () => openBell(clock));
  signal.addEventListener("abort", () => bells.forEach(({ ring }) => ring()), { once: true });
  const lanes = bells.map((bell) => {
    const windows = stream.tumblingSeconds > 0 ? { windowOf: (arrivedMs: number) => windowOf(arrivedMs, stream.tumblingSeconds) } : {};
    return openLaneQueue({ batchSize, windowSeconds, ...windows }, clock, bell);
  });
  const plainLane = async (lane: LaneQueue, index: number): Promise<void> => {
    const itsDeps = { ...laneDeps, failures: failures.of(index) };
    for (let batch = await lane.take(never, signal); batch; batch = await lane.take(never, signal)) await workOff(batch.items, mapping, itsDeps);
  };
  /** One state, so one lane. */
  const windowLane = async (lane: LaneQueue): Promise<void> => {
    for (;;) {
      // A window does not outlive its shard.
      const batch = await lane.take(() => window && (closed ? 0 : window.endMs + STRAGGLE_MS), signal);
      if (!batch) return;
      const [first] = batch.items;
      const current = first && windowOf(first.record.arrivedMs, stream.tumblingSeconds);
      if (window && window.startMs !== current?.startMs) await inWindow([], true);
      if (!current || stopped()) continue;
      window ??= { ...current, state: {} };
      await inWindow(batch.items, batch.more);
    }
  };
  const inWindow = async (items: readonly Item[], final: boolean): Promise<void> => {
    /** Of a window that ends early: they are done with when its last invocation is. */
    const held: Item[] = [];
    let early = false;
    const frame = (how: { readonly final: boolean; readonly early: boolean }): Frame => ({
      fields: () => (window ? windowFields(window, how, { shardId: shard.id, streamArn: mapping.sourceArn }) : {}),
      keep: (state, tooLarge) => {
        if (!window) return;
        window = { ...window, state };
        early ||= tooLarge;
        if (!early) storedWindow = window;
      },
    });
    // The window must be over in the very commit that passes its last records.
    const over = (done: readonly Item[]): void => {
      window = storedWindow = undefined;
      laneDeps.settled([...held.splice(0), ...done]);
    };
    const last = (count: number): LaneDeps => {
      let open = count;
      return { ...laneDeps, settled: (done) => ((open -= done.length) > 0 ? laneDeps.settled(done) : over(done)) };
    };
    const between: LaneDeps = { ...laneDeps, settled: (done) => (early ? void held.push(...done) : laneDeps.settled(done)) };
    await workOff(items, mapping, final ? last(items.length) : between, frame({ final, early: false }));
    if (!final && early && !stopped()) await workOff([], mapping, last(0), frame({ final: true, early: true }));
    // A last invocation that was given up ends the window too.
    if ((final || early) && window && !stopped()) over([]);
  };
  const working = lanes.map((lane, index) => (stream.tumblingSeconds > 0 ? windowLane(lane) : plainLane(lane, index)));

  const take = (record: SourceRecord): void => {
    const step = progress.begin(record.next);
    if (filter && !filter({ facts: record.facts ?? record.event, ...(record.payload ? { payload: record.payload } : {}) })) {
      tally.filtered++;
      progress.end([step]);
      return;
    }
    const text = JSON.stringify(record.event);
    const item = { record, step, text, bytes: Buffer.byteLength(text) };
    bytes += item.bytes;
    lanes[laneOf(record.partitionKey, lanes.length)]?.push(item);
  };
  const readOn = async (): Promise<"ended" | "gone" | "stopped"> => {
    const openMax = Math.max(OPEN_MAX, 2 * batchSize * lanes.length);
    for (let place = from; !stopped(); ) {
      if (progress.open() >= openMax || bytes >= OPEN_BYTES_MAX) {
        await news.heard();
        continue;
      }
      const version = await heart.versionOf(mapping.function).catch(() => undefined);
      if (!version) {
        tally.lastResult = problems.noFunction;
        await pause(clock, ABSENCE_MS, signal);
        continue;
      }
      const page = await source.read(mapping.sourceArn, shard, place, READ_MAX, version.settings.role);
      if (!page) return "gone";
      if (stopped()) break;
      const filteredBefore = tally.filtered;
      for (const record of page.records) take(record);
      progress.skipTo((place = page.next));
      const last = page.records.at(-1);
      if (last) tally.iteratorAgeMs = Math.max(0, clock.now() - last.arrivedMs);
      if (tally.filtered > filteredBefore) void save();
      if (page.ended) return finish();
      if (page.atTip) await news.heard();
      // What is there has expired; a source that does not say how far must not keep us busy.
      else if (!last) await pause(clock, EXPIRED_MS, signal);
    }
    return lost ? "gone" : "stopped";
  };
  const finish = async (): Promise<"ended" | "gone" | "stopped"> => {
    closed = true;
    for (const { ring } of bells) ring();
    const isOpen = (): boolean => progress.open() > 0 || window !== undefined;
    while (isOpen() && !stopped()) await news.heard();
    if (stopped()) return lost ? "gone" : "stopped";
    ended = true;
    return (await save()) ? "ended" : "gone";
  };
  const stop = (): void => {
    stopping.abort();
    news.ring();
  };
  const unwatch = source.watch(mapping.sourceArn, shard, news.ring);
  const life = async (): Promise<"ended" | "gone" | "stopped"> => {
    try {
      return await readOn();
    } finally {
      unwatch();
      stop();
      await Promise.all(working);
      await saving.written();
    }
  };
  return { finished: life(), stop };
}
