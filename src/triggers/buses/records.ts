// Buses and rules as they are kept. A rule is one record with its targets, and its schedule's next tick is written in the commit that begins it.
import type { Clock } from "../../kernel/clock.ts";
import { uuid } from "../../kernel/ids.ts";
import { allBelow, type Change, del, type Entry, type Key, set, type Store, transact, unchanged, type Write } from "../../ports/store.ts";
import { busArn, type BusRecord, type BusRecords, type BusRef, DEFAULT_BUS, ruleArn, type RuleRecord, type RuleRecords } from "./buses.ts";
import { tickWrites } from "./ticks.ts";

interface RecordsDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
}

const BUSES: Key = ["buses", "bus"];
const RULES: Key = ["buses", "rule"];

const busKey = ({ account, region, name }: BusRef): Key => [...BUSES, account, region, name];
const rulesKey = ({ account, region, name }: BusRef): Key => [...RULES, account, region, name];

const nothing = { checks: [], writes: [] };

const everybodys = (ref: BusRef): BusRecord => ({ ...plain(ref), arn: busArn(ref), tags: {} });
const plain = ({ account, region, name }: BusRef): BusRef => ({ account, region, name });

export function busRecords({ store, clock }: RecordsDeps): BusRecords {
  const read = async (ref: BusRef): Promise<{ readonly entry: Entry<BusRecord> | undefined; readonly bus: BusRecord | undefined }> => {
    const entry = await store.get<BusRecord>(busKey(ref));
    return { entry, bus: entry?.value ?? (ref.name === DEFAULT_BUS ? everybodys(ref) : undefined) };
  };
  return {
    find: async (ref) => (await read(ref)).bus,
    create: (ref, facts) =>
      transact(store, async (): Promise<Change<BusRecord | undefined>> => {
        const { bus: known } = await read(ref);
        if (known) return { ...nothing, result: undefined };
        const nowMs = clock.now();
        const bus: BusRecord = { ...everybodys(ref), ...facts, createdMs: nowMs, modifiedMs: nowMs };
        return { checks: [unchanged(busKey(ref), undefined)], writes: [set(busKey(ref), { ...bus })], result: bus };
      }),
    list: async ({ account, region }) => {
      const kept = (await allBelow<BusRecord>(store, [...BUSES, account, region])).map(({ value }) => value);
      const ref = { account, region, name: DEFAULT_BUS };
      return kept.some(({ name }) => name === DEFAULT_BUS) ? kept : [...kept, everybodys(ref)].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    change: (ref, decide) =>
      transact(store, async (): Promise<Change<BusRecord | undefined>> => {
        const { entry, bus } = await read(ref);
        if (!bus) return { ...nothing, result: undefined };
        const changed: BusRecord = { ...bus, ...decide(bus), modifiedMs: clock.now() };
        return { checks: [unchanged(busKey(ref), entry)], writes: [set(busKey(ref), { ...changed })], result: changed };
      }),
    remove: (ref) =>
      transact(store, async (): Promise<Change<"done" | "has-rules">> => {
        const { entry } = await read(ref);
        if (!entry) return { ...nothing, result: "done" };
        if ((await store.list({ prefix: rulesKey(ref), limit: 1 })).length > 0) return { ...nothing, result: "has-rules" };
        // Each new rule writes its bus as it is: none can slip in between.
        return { checks: [unchanged(entry.key, entry)], writes: [del(entry.key)], result: "done" };
      }),
  };
}

export function ruleRecords({ store, clock }: RecordsDeps): RuleRecords {
  const keyOf = (bus: BusRef, name: string): Key => [...rulesKey(bus), name];
  /** A rule and, when its schedule begins anew, the first tick of it. */
  const writesOf = (before: RuleRecord | undefined, after: RuleRecord): { readonly rule: RuleRecord; readonly writes: readonly Write[] } => {
    const { schedule, enabled } = after;
    const beating = schedule !== undefined && enabled;
    const goesOn = beating && before?.beat !== undefined && before.schedule === schedule;
    const beat = beating ? (goesOn ? before.beat : { id: uuid(), sinceMs: clock.now() }) : undefined;
    const { beat: _, ...rest } = after;
    const rule: RuleRecord = { ...rest, ...(beat && { beat }) };
    return { rule, writes: [set(keyOf({ ...rule, name: rule.bus }, rule.name), { ...rule }), ...(beating && !goesOn ? tickWrites(rule, clock.now(), clock.now()) : [])] };
  };
  return {
    find: async (bus, name) => (await store.get<RuleRecord>(keyOf(bus, name)))?.value,
    put: (bus, name, settings, { createdBy, tags }) =>
      transact(store, async (): Promise<Change<RuleRecord | undefined>> => {
        const [home, entry] = await Promise.all([store.get<BusRecord>(busKey(bus)), store.get<RuleRecord>(keyOf(bus, name))]);
        if (!home && bus.name !== DEFAULT_BUS) return { ...nothing, result: undefined };
        const { account, region } = bus;
        const known = entry?.value;
        const { rule, writes } = writesOf(known, { account, region, bus: bus.name, name, arn: ruleArn(bus, name), createdBy: known?.createdBy ?? createdBy, targets: known?.targets ?? [], tags: known?.tags ?? tags, ...settings });
        const kept = home ? [set(home.key, { ...home.value })] : [];
        return { checks: [unchanged(keyOf(bus, name), entry), ...(home ? [unchanged(home.key, home)] : [])], writes: [...writes, ...kept], result: rule };
      }),
    change: (bus, name, decide) =>
      transact(store, async (): Promise<Change<RuleRecord | undefined>> => {
        const entry = await store.get<RuleRecord>(keyOf(bus, name));
        if (!entry) return { ...nothing, result: undefined };
        const { rule, writes } = writesOf(entry.value, { ...entry.value, ...decide(entry.value) });
        return { checks: [unchanged(entry.key, entry)], writes, result: rule };
      }),
    remove: (bus, name, force) =>
      transact(store, async (): Promise<Change<"done" | "has-targets">> => {
        const entry = await store.get<RuleRecord>(keyOf(bus, name));
        if (!entry) return { ...nothing, result: "done" };
        if (entry.value.targets.length > 0 && !force) return { ...nothing, result: "has-targets" };
        return { checks: [unchanged(entry.key, entry)], writes: [del(entry.key)], result: "done" };
      }),
    list: async (bus) => (await allBelow<RuleRecord>(store, rulesKey(bus))).map(({ value }) => value),
  };
}

/** How a tick finds its rule again, to check that it is as it was. */
export const ruleEntry = (store: Pick<Store, "get">, bus: BusRef, name: string): Promise<Entry<RuleRecord> | undefined> => store.get<RuleRecord>([...rulesKey(bus), name]);

/** Calls back with the bus when it or one of its rules was changed; the returned function ends it. */
export function watchBuses(store: Pick<Store, "watch">, listener: (bus: BusRef) => void): () => void {
  const ends = [BUSES, RULES].map((root) => store.watch(root, ([, , account, region, name]) => listener({ account: String(account), region: String(region), name: String(name) })));
  return () => {
    for (const end of ends) end();
  };
}
