// Finds what a name or an ARN means, or answers as the original does when it means nothing.
import { readToken, writeToken } from "../../kernel/page-token.ts";
import { type BusRecord, busOfArn, type BusRef, DEFAULT_BUS, type RuleRecord } from "../../triggers/buses/buses.ts";
import { busMissing, invalid, notFound, notYet, ruleMissing } from "./faults.ts";
import type { EventsContext } from "./op.ts";

/** Without a name it is the one that everybody has. */
export function busRefOf(nameOrArn: string | undefined, { account, region }: Pick<EventsContext, "account" | "region">): BusRef {
  return busOfArn(nameOrArn ?? "") ?? { account, region, name: nameOrArn ?? DEFAULT_BUS };
}

export async function busAt(context: EventsContext, nameOrArn: string | undefined): Promise<BusRecord> {
  const ref = ownBus(busRefOf(nameOrArn, context), context);
  const bus = await context.buses.records.find(ref);
  if (!bus) throw busMissing(ref.name);
  return bus;
}

/** Rules and settings are their own account's and region's. */
function ownBus(ref: BusRef, { account, region }: EventsContext): BusRef {
  if (ref.account !== account || ref.region !== region) throw notYet("Managing a bus of another account or region");
  return ref;
}

export async function ruleAt(context: EventsContext, nameOrArn: string | undefined, name: string | undefined): Promise<RuleRecord> {
  const bus = await busAt(context, nameOrArn);
  const rule = await context.buses.rules.find(bus, name ?? "");
  if (!rule) throw ruleMissing(name ?? "", bus.name);
  return rule;
}

export type Tagged = { readonly kind: "bus"; readonly bus: BusRef } | { readonly kind: "rule"; readonly bus: BusRef; readonly rule: string };

/** What can have tags. */
export function taggedOf(arn: string | undefined): Tagged {
  const bus = busOfArn(arn ?? "");
  if (bus) return { kind: "bus", bus };
  const [, region = "", account = "", of = DEFAULT_BUS, rule = ""] = /^arn:[^:]+:events:([^:]+):(\d{12}):rule\/(?:(.+)\/)?([.\w-]{1,64})$/.exec(arn ?? "") ?? [];
  if (rule === "") throw invalid(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  return { kind: "rule", bus: { account, region, name: of }, rule };
}

export const taggedMissing = (tagged: Tagged): ReturnType<typeof notFound> => (tagged.kind === "bus" ? busMissing(tagged.bus.name) : ruleMissing(tagged.rule, tagged.bus.name));

/** A page of what is there, after the place that the token tells. */
export function pageOf<T>(items: readonly T[], placeOf: (item: T) => string, token: string | undefined, limit = 100): { readonly page: readonly T[]; readonly next: { readonly NextToken?: string } } {
  const after = token === undefined ? undefined : readToken(token);
  if (token !== undefined && after === undefined) throw invalid("NextToken is not valid.");
  const rest = after === undefined ? items : items.filter((item) => placeOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rest.length > page.length && last !== undefined ? { NextToken: writeToken(placeOf(last)) } : {} };
}
