// The three JSON-shaped protocols share the members of an error's body; only their wrapping differs.
import type { WireError } from "../protocol.ts";
import { writeValue, type Notation } from "./documents.ts";
import { errorField, type KnownError } from "./errors.ts";
import type { Loose } from "./shapes.ts";

/** Members and message of an error as a tree, and those that the model binds to headers. */
export function errorBody(known: KnownError, error: WireError, notation: Notation): { readonly tree: Loose; readonly headers: Record<string, string> } {
  const tree: Loose = {};
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(error.members)) {
    if (value === undefined || value === null) continue;
    const field = errorField(known, name);
    if (field?.member.location === "header") headers[field.bound] = String(value);
    else tree[field?.json ?? name] = field ? writeValue(field, value, notation) : value;
  }
  tree[known.messageName] = error.message;
  return { tree, headers };
}
