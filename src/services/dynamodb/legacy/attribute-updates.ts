// AttributeUpdates, the update of the time before expressions, as the actions that update expressions become.
import { typeOf } from "../../../triggers/tables/attribute-value.ts";
import type { Action } from "../expressions/syntax.ts";
import { invalidParameters } from "../faults.ts";
import { readValue } from "../values.ts";

interface LegacyUpdate {
  readonly Action?: string | undefined;
  readonly Value?: unknown;
}

export function legacyActions(updates: Readonly<Record<string, LegacyUpdate | undefined>>): readonly Action[] {
  return Object.entries(updates).map(([name, update]): Action => {
    const { Action: action = "PUT", Value: sent } = update ?? {};
    const path = [name];
    if (sent === undefined) {
      if (action !== "DELETE") throw invalidParameters(`Only DELETE action is allowed when no attribute value is specified`);
      return { kind: "remove", path };
    }
    const value = readValue(sent);
    const type = typeOf(value);
    if (action === "PUT") return { kind: "set", path, value: { kind: "value", value } };
    if (action === "DELETE") {
      if (!type.endsWith("S") || type === "S") throw invalidParameters(`DELETE action with value is not supported for the type ${type}`);
      return { kind: "delete", path, value, legacy: true };
    }
    if (type !== "N" && type !== "L" && (!type.endsWith("S") || type === "S")) throw invalidParameters(`ADD action is not supported for the type ${type}`);
    return { kind: "add", path, value, legacy: true };
  });
}
