// What a process holds, all its threads together, as Linux counts it.
import { readFile } from "node:fs/promises";

/** Megabytes now and at the highest so far; NaN where there is no /proc. */
export interface ProcessMemory {
  readonly nowMb: number;
  readonly peakMb: number;
}

export async function memoryOf(pid: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const mb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
  return { nowMb: mb("VmRSS"), peakMb: mb("VmHWM") };
}
