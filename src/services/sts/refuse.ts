// Parameters that would do nothing yet are refused by name rather than swallowed.
import { fault } from "../../kernel/fault.ts";

export function refuse<T extends object>(input: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const value = input[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    throw fault("ValidationError", { message: `${name} is not supported yet; leave it out`, status: 400 });
  }
}
