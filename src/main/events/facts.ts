// What every sample event is made of: one moment, one account and region, and ids that are new each time.
import { randomBytes, randomUUID } from "node:crypto";

export interface Facts {
  /** Milliseconds since 1970: when the event happens. */
  readonly now: number;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
}

/** One event a source can send. */
export interface SampleEvent {
  /** When it is sent, for a list: a few words. */
  readonly what: string;
  readonly make: (facts: Facts) => unknown;
}

/** The events of one source by the second part of their names; the first is what the source's bare name means. */
export type SampleEvents = Readonly<Record<string, SampleEvent>>;

/** `2026-11-25T10:20:30.400Z` */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** `2026-11-25T10:20:30Z` */
export const isoSeconds = (ms: number): string => `${iso(ms).slice(0, 19)}Z`;

/** The time of an access log: `25/Nov/2026:10:20:30 +0000`. */
export function logTime(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

export const arn = ({ region, account }: Pick<Facts, "region" | "account">, service: string, resource: string): string => `arn:aws:${service}:${region}:${account}:${resource}`;

export const uuid = (): string => randomUUID();
export const hex = (digits: number): string => randomBytes(Math.ceil(digits / 2)).toString("hex").slice(0, digits);
/** A random number of so many digits, as text; the first is not 0. */
export const digits = (count: number): string => `${Array.from(randomBytes(count), (byte, index) => (index === 0 ? 1 + (byte % 9) : byte % 10)).join("")}`;
/** Random letters and digits, as ids of many services are: `K7Q2…`. */
export const upperId = (length: number): string => Array.from(randomBytes(length), (byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32]).join("");
export const base64 = (value: string | Uint8Array): string => Buffer.from(value).toString("base64");
export const traceHeader = (now: number): string => `Root=1-${Math.floor(now / 1000).toString(16)}-${hex(24)}`;
