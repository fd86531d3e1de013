// TestEventPattern.
import { isObject } from "../../../kernel/is-object.ts";
import { parseJson } from "../../../kernel/event-pattern/event-pattern.ts";
import { invalid } from "../faults.ts";
import type { Op } from "../op.ts";
import { readPattern } from "../patterns.ts";

/** AWS: what an event must have to be one. */
const REQUIRED = ["id", "account", "source", "time", "region", "resources", "detail-type"] as const;

export const testEventPattern: Op<"TestEventPattern"> = async ({ EventPattern = "", Event = "" }) => {
  const event = read(Event);
  if (!isObject(event)) throw invalid("Parameter Event is not valid. Reason: it is no JSON object.");
  const missing = REQUIRED.find((name) => !Object.hasOwn(event, name));
  if (missing !== undefined) throw invalid(`Parameter Event is not valid. Reason: '${missing}' is missing.`);
  return { Result: readPattern(EventPattern).matches(event) };
};

function read(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
