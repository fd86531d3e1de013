// The trace header of an invocation, in X-Ray's form, and what it says of the way an event has come: a function that meets itself too often is in a loop.
import { hash } from "node:crypto";
import { functionArn } from "../../kernel/arn.ts";
import { hexId } from "../../kernel/ids.ts";
import type { Version } from "../function.ts";

/** `Root=1-<8 hex of seconds>-<24 hex>`: a new trace, of which nobody has decided yet whether it is recorded. */
export const newTrace = (nowMs: number): string => `Root=${newRoot(nowMs)}`;
const newRoot = (nowMs: number): string => `1-${Math.floor(nowMs / 1000).toString(16)}-${hexId(12)}`;

/** Ours: functions named in one header; a longer way forgets its beginning. AWS has a bound of its own. */
const hopsNamedMax = 8;

export interface Hop {
  /** What the code inside finds in `_X_AMZN_TRACE_ID` and its SDK hands on. */
  readonly traceId: string;
  /** How often this function had been on the way before. */
  readonly visits: number;
  /** Present when the function traces and this trace is recorded. */
  readonly spot: TraceSpot | undefined;
}

/** A function's place in a trace: the segment that what happens inside names as its parent. */
export interface TraceSpot {
  readonly root: string;
  /** 16 hex. */
  readonly id: string;
  readonly parent: string | undefined;
}

/**
 * One more stop on an event's way. `Lineage=<8 hex of the function>:<visits>|…` names the functions it has passed, as far as services and SDKs
 * hand the header on. The name of the part is the original's, its content our own. `sample` of a function that traces decides where nobody has
 * yet whether the trace is recorded.
 */
export function nextHop(traceId: string | undefined, me: FunctionMark, nowMs: number, sample?: () => boolean): Hop {
  // The way of nearly all events.
  if (traceId === undefined && !sample) return { traceId: `${newTrace(nowMs)};${PARENT}${hexId(8)};${SAMPLED}0;${LINEAGE}${me}:1`, visits: 0, spot: undefined };
  const parts = (traceId ?? newTrace(nowMs)).split(";");
  const lineageBefore = lineageIn(parts);
  const passed = lineageBefore.filter(([id]) => id !== me);
  const visits = lineageBefore.find(([id]) => id === me)?.[1] ?? 0;
  const lineage = [...passed, [me, visits + 1] as const].slice(-hopsNamedMax).map(([id, count]) => `${id}:${count}`);
  const decided = decisionIn(parts) ?? (sample?.() ? "1" : undefined);
  const spot = sample && decided === "1" ? spotIn(parts, nowMs) : undefined;
  const others = parts.filter((part) => !part.startsWith(LINEAGE));
  return { traceId: [...(spot ? through(spot, others) : undecided(others, decided)), `${LINEAGE}${lineage.join("|")}`].join(";"), visits, spot };
}

const [ROOT, PARENT, SAMPLED] = ["Root=", "Parent=", "Sampled="];

const valueIn = (parts: readonly string[], name: string): string | undefined => parts.find((part) => part.startsWith(name))?.slice(name.length);

/** `?` asks for a decision. */
const decisionIn = (parts: readonly string[]): string | undefined => parts.find((part) => part === `${SAMPLED}0` || part === `${SAMPLED}1`)?.slice(SAMPLED.length);

function spotIn(parts: readonly string[], nowMs: number): TraceSpot {
  const root = valueIn(parts, ROOT);
  return { root: root !== undefined && /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i.test(root) ? root : newRoot(nowMs), id: hexId(8), parent: valueIn(parts, PARENT) };
}

const through = ({ root, id }: TraceSpot, parts: readonly string[]): readonly string[] =>
  [`${ROOT}${root}`, `${PARENT}${id}`, `${SAMPLED}1`, ...parts.filter((part) => ![ROOT, PARENT, SAMPLED].some((name) => part.startsWith(name)))];

/** What nobody has decided is not recorded. */
const undecided = (parts: readonly string[], decided: string | undefined): readonly string[] =>
  decided === undefined ? [...parts.filter((part) => !part.startsWith(SAMPLED)), ...(valueIn(parts, PARENT) === undefined ? [`${PARENT}${hexId(8)}`] : []), `${SAMPLED}0`] : parts;

/** Of the headers of several events that go into one invocation, the one on whose way the function has been most often. */
export function mostTravelled(traceIds: readonly (string | undefined)[], functionArn: string): string | undefined {
  const me = markOf(functionArn);
  const visits = (traceId: string): number => lineageIn(traceId.split(";")).find(([id]) => id === me)?.[1] ?? 0;
  return traceIds.filter((traceId) => traceId !== undefined).reduce<string | undefined>((most, traceId) => (most === undefined || visits(traceId) > visits(most) ? traceId : most), undefined);
}

/** What stands for a function in a lineage. */
export type FunctionMark = string & { readonly mark: unique symbol };

export const markOf = (functionArn: string): FunctionMark => hash("sha256", functionArn).slice(0, 8) as FunctionMark;

/** The marks of versions, each found out once. */
export function versionMarks(): (version: Version) => FunctionMark {
  const marks = new WeakMap<Version, FunctionMark>();
  return (version) => {
    const mark = marks.get(version) ?? markOf(functionArn(version));
    marks.set(version, mark);
    return mark;
  };
}

const LINEAGE = "Lineage=";

function lineageIn(parts: readonly string[]): readonly (readonly [string, number])[] {
  const text = parts.find((part) => part.startsWith(LINEAGE))?.slice(LINEAGE.length);
  if (text === undefined) return [];
  return text.split("|").flatMap((entry) => {
    const [, id, count] = /^([0-9a-f]{8}):(\d{1,6})$/.exec(entry) ?? [];
    return id === undefined ? [] : [[id, Number(count)] as const];
  });
}
