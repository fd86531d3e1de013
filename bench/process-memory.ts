// What a process holds, all its threads together, as Linux counts it.
import { readFile } from "node:fs/promises";
import type { Row } from "./load.ts";

/** Megabytes now and at the highest so far; NaN where there is no /proc. */
export interface ProcessMemory {
  readonly nowMb: number;
  readonly peakMb: number;
  /** Of the megabytes now: what is its own, and what are pages of files, which the kernel takes back when it needs them. */
  readonly anonMb: number;
  readonly fileMb: number;
}

export async function memoryOf(pid: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const mb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
  return { nowMb: mb("VmRSS"), peakMb: mb("VmHWM"), anonMb: mb("RssAnon"), fileMb: mb("RssFile") };
}

/** A server full of something, as rows. */
export const memoryRows = (when: string, { nowMb, anonMb, fileMb }: ProcessMemory): readonly Row[] => [
  { what: `memory ${when} (RSS)`, value: nowMb, unit: "MB", goal: "<= 400" },
  { what: "  of it its own (RssAnon)", value: anonMb, unit: "MB" },
  { what: "  of it pages of files (RssFile)", value: fileMb, unit: "MB" },
];
