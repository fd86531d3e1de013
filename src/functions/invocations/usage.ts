// The meter: a line of figures per invocation, written in groups after the answers have gone.
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../ports/log.ts";
import { append, type Store } from "../../ports/store.ts";
import type { Version } from "../function.ts";
import type { Ran } from "./run-invocation.ts";

/**
 * Invocations of one version, one log record: what they share once, and a column for each figure. Enough to price them on any provider's tariff.
 * Units as the field's price lists have them.
 */
interface UsageRecord extends Columns {
  readonly account: string;
  readonly region: string;
  readonly function: string;
  readonly version: string;
  readonly memoryMB: number;
  readonly tmpMB: number;
  readonly arch: string;
}

interface Columns {
  readonly requestId: string[];
  /** Epoch ms. */
  readonly start: number[];
  readonly durationMs: number[];
  readonly initMs: (number | null)[];
  readonly billedMs: number[];
  readonly maxMemoryMB: number[];
  readonly status: string[];
  readonly bytesIn: number[];
  readonly bytesOut: number[];
  /** The part of `bytesOut` that went as a stream. */
  readonly streamedBytes: number[];
  readonly trigger: Trigger[];
}

export type Trigger = "invoke" | "async" | "mapping";

export interface Meter {
  record(version: Version, ran: Ran, bytesIn: number, trigger: Trigger): void;
  /** Waits until all that was recorded is durable, or lost with a warning. */
  flush(): Promise<void>;
}

/** Ours: invocations in one record, and how long the first of them may wait. */
const groupMax = 2000;
const groupMs = 1000;
/** Ours: invocations that wait while the disk does not take them; past it the oldest are lost, loudly. */
const backlogMax = 50_000;
/** Ours: invocations kept per account, more or less. A usage report that needs more must read them before they go; trimming happens in steps of records. */
const keptMax = 1_000_000;
const trimStep = 1000;

export function openMeter(deps: {
  readonly store: Pick<Store, "commit">;
  readonly log: Pick<Log, "trim">;
  readonly clock: Clock;
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}): Meter {
  const { store, log, clock, warn } = deps;
  /** By version id, those that still grow; then whole ones, the oldest first. */
  const open = new Map<string, UsageRecord>();
  let whole: UsageRecord[] = [];
  /** Invocations in all of them. */
  let waiting = 0;
  /** Of what was written since the start. */
  const written = { records: 0, invocations: 0 };
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  const close = (id: string, record: UsageRecord): void => {
    open.delete(id);
    whole.push(record);
  };
  const write = async (): Promise<void> => {
    for (const [id, record] of open) close(id, record);
    const group = whole;
    whole = [];
    if (group.length === 0) return;
    try {
      const commit = await store.commit([], group.map((record) => append(`usage/${record.account}`, record)));
      const invocations = group.reduce(countIn, 0);
      waiting -= invocations;
      written.records += group.length;
      written.invocations += invocations;
      if (commit.ok) await trim(group, commit.appended);
    } catch (error) {
      whole = [...group, ...whole];
      const before = waiting;
      while (waiting > backlogMax) waiting -= whole.shift()?.start.length ?? waiting;
      warn("Usage records could not be written; they will be tried again.", error, { waiting, lost: before - waiting });
    }
  };
  const trim = async (group: readonly UsageRecord[], appended: readonly number[]): Promise<void> => {
    const recordsMax = Math.ceil((keptMax * written.records) / written.invocations);
    for (const [index, { account }] of group.entries()) {
      const seq = appended[index] ?? 0;
      if (seq % trimStep === 0 && seq > recordsMax) await log.trim(`usage/${account}`, seq - recordsMax);
    }
  };
  const schedule = (): void => {
    cancel ??= clock.after(groupMs, begin);
  };
  const begin = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    writing = writing.then(write).then(() => {
      if (waiting > 0) schedule();
    });
    return writing;
  };
  return {
    record: (version, ran, bytesIn, trigger) => {
      const record = open.get(version.id) ?? newRecord(version);
      open.set(version.id, record);
      addTo(record, ran, bytesIn, trigger);
      waiting++;
      if (record.start.length < groupMax) return schedule();
      close(version.id, record);
      void begin();
    },
    flush: async () => {
      // One pass, and no endless loop when the disk refuses.
      await begin();
      cancel?.();
      await writing;
    },
  };
}

const countIn = (sum: number, { start }: UsageRecord): number => sum + start.length;

const newRecord = ({ account, region, name, version, settings }: Version): UsageRecord => ({
  account, region, function: name, version, memoryMB: settings.memoryMb, tmpMB: settings.tmpMb, arch: settings.architecture,
  requestId: [], start: [], durationMs: [], initMs: [], billedMs: [], maxMemoryMB: [], status: [], bytesIn: [], bytesOut: [], streamedBytes: [], trigger: [],
});

function addTo(record: UsageRecord, { result, ending, startedMs }: Ran, bytesIn: number, trigger: Trigger): void {
  const { streamedBytes = 0 } = ending;
  record.requestId.push(result.requestId);
  record.start.push(startedMs);
  record.durationMs.push(Math.round(result.durationMs * 1000) / 1000);
  record.initMs.push(result.initMs ?? null);
  record.billedMs.push(result.billedMs);
  record.maxMemoryMB.push(result.memoryPeakMb);
  record.status.push(ending.status);
  record.bytesIn.push(bytesIn);
  record.bytesOut.push(result.payload.byteLength + streamedBytes);
  record.streamedBytes.push(streamedBytes);
  record.trigger.push(trigger);
}
