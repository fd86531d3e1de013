// How long records stay: one change for two operations that each go one way only.
import { limits } from "../../kernel/limits.ts";
import { invalidArgument } from "./faults.ts";
import { changeStream, type Naming } from "./lookup.ts";
import type { KinesisContext } from "./op.ts";

export async function changeRetention(naming: Naming, hours: number, way: "Increase" | "Decrease", context: KinesisContext): Promise<void> {
  const { retentionHoursMin: min, retentionHoursMax: max } = limits.kinesis;
  await changeStream(naming, context, (stream) => {
    if (hours < min) throw invalidArgument(`Minimum allowed retention period is ${min} hours. Requested retention period (${hours} hours) is too short.`);
    if (hours > max) throw invalidArgument(`Maximum allowed retention period is ${max} hours. Requested retention period (${hours} hours) is too long.`);
    if (way === "Increase" ? hours < stream.retentionHours : hours > stream.retentionHours) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.name} can not be ${way === "Increase" ? "shorter" : "longer"} than existing retention period (${stream.retentionHours} hours). ` +
          `Use ${way === "Increase" ? "Decrease" : "Increase"}RetentionPeriod API.`,
      );
    }
    return { ...stream, retentionHours: hours };
  });
}
