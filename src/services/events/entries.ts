// Events as clients put them, each checked for itself, as the original checks them.
import { isObject } from "../../kernel/is-object.ts";
import { limits } from "../../kernel/limits.ts";
import { uuid } from "../../kernel/ids.ts";
import type { BusEvent } from "../../triggers/buses/buses.ts";
import type { EventsContext, Input } from "./op.ts";

export type Entry = NonNullable<Input<"PutEvents">["Entries"]>[number];

export interface Refusal {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export function readEntry(entry: Entry, { account, region, clock }: Pick<EventsContext, "account" | "region" | "clock">): BusEvent | Refusal {
  const { Source: source, DetailType: detailType, Detail: detail, Time, Resources: resources = [], TraceHeader: traceHeader } = entry;
  if (!source) return required("Source");
  if (!detailType) return required("DetailType");
  if (!detail) return required("Detail");
  if (source.startsWith("aws.")) return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  if (!isDetail(detail)) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const timeMs = Time === undefined ? clock.now() : Time.getTime();
  return { id: uuid(), source, detailType, detail, account, region, timeMs, resources, ...(traceHeader !== undefined && { traceHeader }) };
}

const required = (name: string): Refusal => ({ ErrorCode: "InvalidArgument", ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.` });

function isDetail(text: string): boolean {
  try {
    const detail: unknown = JSON.parse(text);
    return isObject(detail) && !isDeep(detail, limits.http.nestingMax);
  } catch {
    return false;
  }
}

/** Whether it has more levels than that. */
function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeep(each, levels - 1));
}

/** Source: the original's guide to sizes; a time counts 14 bytes. */
export const entryBytes = ({ Time, Source = "", DetailType = "", Detail = "", Resources = [] }: Entry): number =>
  (Time ? 14 : 0) + [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
