// DeleteEventBus: its rules have to be deleted before.
import { DEFAULT_BUS } from "../../../triggers/buses/buses.ts";
import { invalid } from "../faults.ts";
import { busRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteEventBus: Op<"DeleteEventBus"> = async ({ Name: name = "" }, { account, region, buses }) => {
  if (name === DEFAULT_BUS) throw invalid("Cannot delete event bus default.");
  if ((await buses.records.remove(busRefOf(name, { account, region }))) === "has-rules") throw invalid("Event bus can't be deleted since it has rules.");
  return {};
};
