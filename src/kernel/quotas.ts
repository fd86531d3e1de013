// What an owner may move: the quotas of functions, by default the original's of today. `limits.ts` has the facts, this file the choice.
import { limits } from "./limits.ts";

const { functions } = limits;

/** Units as the names say. */
export interface Quotas {
  /** Invocations at once per account and region. */
  readonly accountConcurrency: number;
  readonly memoryMbMax: number;
  readonly timeoutSecondsMax: number;
  readonly tmpMbMax: number;
  readonly environmentBytesMax: number;
  readonly layersMax: number;
  readonly syncRequestBytesMax: number;
  readonly syncResponseBytesMax: number;
  readonly asyncRequestBytesMax: number;
  /** An archive in the request itself; larger ones come through S3. */
  readonly zippedBytesMax: number;
  readonly unzippedBytesMax: number;
}

const today: Quotas = {
  accountConcurrency: functions.accountConcurrencyMax,
  memoryMbMax: functions.memoryMbMax,
  timeoutSecondsMax: functions.timeoutSecondsMax,
  tmpMbMax: functions.tmpMbMax,
  environmentBytesMax: functions.environmentBytesMax,
  layersMax: functions.layersMax,
  syncRequestBytesMax: functions.syncRequestBytesMax,
  syncResponseBytesMax: functions.syncResponseBytesMax,
  asyncRequestBytesMax: functions.asyncRequestBytesMax,
  zippedBytesMax: functions.zippedBytesMax,
  unzippedBytesMax: functions.unzippedBytesMax,
};

const MIB = 1024 * 1024;

/** Past these the API itself has no form for a value, or this server would fail: memory of messages, a request's own bound. */
const most: Quotas = {
  accountConcurrency: 100_000,
  memoryMbMax: 32_768,
  // Credentials are lent for twelve hours and must outlast an instance and its last event.
  timeoutSecondsMax: 5 * 3600,
  tmpMbMax: functions.tmpMbMax,
  environmentBytesMax: 64 * 1024,
  layersMax: 50,
  syncRequestBytesMax: 64 * MIB,
  syncResponseBytesMax: 64 * MIB,
  asyncRequestBytesMax: 16 * MIB,
  zippedBytesMax: functions.zippedBytesMax,
  unzippedBytesMax: 10 * 1024 * MIB,
};

const presets: Readonly<Record<string, Quotas>> = {
  "aws-2026": today,
  /** As when functions were young. Source: the original's documentation of 2016 and 2017. */
  "aws-2016": { ...today, accountConcurrency: 100, memoryMbMax: 1536, timeoutSecondsMax: 300, tmpMbMax: 512, asyncRequestBytesMax: 128 * 1024 },
  unlimited: most,
};

/**
 * `aws-2016`, `timeoutSecondsMax=3600`, or both and more, separated by commas; what comes later wins.
 * Throws a sentence's end that says what is wrong.
 */
export function readQuotas(text: string): Quotas {
  let quotas = today;
  for (const part of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const preset = Object.hasOwn(presets, part) ? presets[part] : undefined;
    quotas = preset ?? { ...quotas, ...readOne(part) };
  }
  return quotas;
}

export const defaultQuotas = today;

function readOne(part: string): Partial<Quotas> {
  const [, name = "", digits = ""] = /^(\w+)=(\d{1,15})$/.exec(part) ?? [];
  const max = Object.hasOwn(most, name) ? most[name as keyof Quotas] : undefined;
  if (max === undefined) throw new Error(`${part} is none of ${Object.keys(presets).join(", ")}, ${Object.keys(today).map((each) => `${each}=N`).join(", ")}`);
  const value = Number(digits);
  if (value < 1 || value > max) throw new Error(`${name} must be from 1 to ${max}`);
  return { [name]: value };
}
