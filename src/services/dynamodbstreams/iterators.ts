// Shard iterators: where a reader stands, as an opaque text that is good for a quarter of an hour.
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { invalid } from "./op.ts";

export interface Iterator {
  readonly streamArn: string;
  /** Reads what lies behind this place. */
  readonly after: number;
  readonly madeMs: number;
  /** The place was asked for by number: that it has been trimmed away is an error, not a reason to begin later. */
  readonly exact: boolean;
}

export const writeIterator = ({ streamArn, after, madeMs, exact }: Iterator): string =>
  `${streamArn}|1|${Buffer.from(JSON.stringify([after, madeMs, exact ? 1 : 0])).toString("base64url")}`;

export function readIterator(text: string, nowMs: number): Iterator {
  const [streamArn = "", version, state = ""] = text.split("|");
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(state, "base64url").toString());
  } catch {
    throw invalid("Invalid ShardIterator");
  }
  const [after, madeMs, exact] = Array.isArray(parsed) ? (parsed as readonly unknown[]) : [];
  if (version !== "1" || !Number.isSafeInteger(after) || !Number.isSafeInteger(madeMs)) throw invalid("Invalid ShardIterator");
  if (nowMs - Number(madeMs) > limits.tables.iteratorMs) throw fault("ExpiredIteratorException", { message: "Iterator expired. The iterator was created at time " + new Date(Number(madeMs)).toISOString() + " which is older than 15 minutes" });
  return { streamArn, after: Number(after), madeMs: Number(madeMs), exact: exact === 1 };
}

export const trimmed = (): Fault =>
  fault("TrimmedDataAccessException", { message: "The data you are trying to access has been trimmed" });
