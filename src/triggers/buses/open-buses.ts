// Opens the buses: records, rules (compiled and in memory while events come), and putting events.
import type { Clock } from "../../kernel/clock.ts";
import { parseJson, readEventPattern } from "../../kernel/event-pattern/event-pattern.ts";
import { uuid } from "../../kernel/ids.ts";
import { placeName } from "../../kernel/place-name.ts";
import { policyAllows } from "../../kernel/policy.ts";
import { type Change, type Store, transact } from "../../ports/store.ts";
import { keepReads } from "../kept-reads.ts";
import type { Buses, BusRef, RuleRecord } from "./buses.ts";
import { seal } from "./envelope.ts";
import { fanOut, type FanOutDeps, reach, type Rule } from "./fan-out.ts";
import { busRecords, ruleRecords, watchBuses } from "./records.ts";

export interface BusesDeps extends Omit<FanOutDeps, "rulesOf" | "mayPut"> {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
}

/** Ours: buses whose rules are kept in memory. */
const KEPT_MAX = 1000;

export function openBuses(deps: BusesDeps): Buses {
  const { store, clock } = deps;
  const records = busRecords(deps);
  const rules = ruleRecords(deps);
  const kept = keepReads<readonly Rule[]>(KEPT_MAX);
  const unwatch = watchBuses(store, (bus) => kept.forget(placeName(bus)));
  const rulesOf = (bus: BusRef): Promise<readonly Rule[] | undefined> => kept.read(placeName(bus), async () => ((await records.find(bus)) ? (await rules.list(bus)).map(compile) : undefined));
  const mayPut: Buses["mayPut"] = async (ref, by) => {
    if (by.kind === "account" && by.account === ref.account) return true;
    const bus = await records.find(ref);
    if (!bus) return false;
    const asked = { action: "events:PutEvents", resource: bus.arn };
    const request = by.kind === "account" ? { ...asked, account: by.account, context: {} }
      : { ...asked, service: by.sender.service, context: { "aws:SourceArn": by.sender.sourceArn, "aws:SourceAccount": by.sender.sourceAccount } };
    return policyAllows(bus.policy?.Statement ?? [], request);
  };
  const reaching: FanOutDeps = { ...deps, rulesOf, mayPut };

  return {
    records,
    rules,
    put: async (events) => {
      const sealed = events.map(({ bus, event }) => ({ bus, envelope: seal(event, clock.now()) }));
      await transact(store, async (): Promise<Change<void>> => {
        const sendings = await Promise.all(sealed.map(({ bus, envelope }) => fanOut(envelope, bus, reaching)));
        return { checks: sendings.flatMap((sending) => sending?.checks ?? []), writes: sendings.flatMap((sending) => sending?.writes ?? []), result: undefined };
      });
    },
    delivery: (bus, event) => fanOut(seal(event, clock.now()), bus, reaching),
    firing: (rule, timeMs) => reach(seal(scheduled(rule, timeMs), clock.now()), rule, reaching, new Set([placeName({ ...rule, name: rule.bus })])),
    mayPut,
    [Symbol.dispose]: unwatch,
  };
}

/** A rule without a pattern, which has a schedule, wants no event. */
function compile(record: RuleRecord): Rule {
  if (record.pattern === undefined) return { record, wants: () => false };
  const pattern = readEventPattern(record.pattern);
  return { record, wants: ({ text, value }) => pattern.matches(pattern.spellsNumbers ? parseJson(text) : value) };
}

const scheduled = ({ account, region, arn }: RuleRecord, timeMs: number): Parameters<typeof seal>[0] => ({
  id: uuid(), source: "aws.events", detailType: "Scheduled Event", detail: "{}", account, region, timeMs, resources: [arn],
});
