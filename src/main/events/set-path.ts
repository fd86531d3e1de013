// Changes single values of an event: `Records.0.s3.bucket.name=pictures`.
import { UserError } from "../cli/user-error.ts";

/**
 * A copy of the event with one value changed. What is there decides how the text is read: a text stays a text; where something else or nothing
 * is, JSON is read as JSON. A dot in a name is written `\.`.
 */
export function withValue(event: unknown, assignment: string): unknown {
  const at = assignment.indexOf("=");
  if (at < 1) throw new UserError(`--set wants path=value, such as Records.0.s3.bucket.name=pictures; it got ${assignment}.`);
  const path = assignment.slice(0, at).split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."));
  return set(event, path, assignment.slice(at + 1), assignment.slice(0, at));
}

function set(at: unknown, [name, ...rest]: readonly string[], text: string, path: string): unknown {
  if (name === undefined) return typeof at === "string" ? text : parsed(text);
  if (Array.isArray(at)) {
    const index = Number(name);
    if (!Number.isInteger(index) || index < 0 || index > at.length) throw new UserError(`--set ${path}: there is a list of ${at.length} at this place, so ${name} should be a number from 0 to ${at.length}.`);
    return at.toSpliced(index, 1, set(at[index], rest, text, path));
  }
  if (at !== null && at !== undefined && typeof at !== "object") throw new UserError(`--set ${path}: there is no ${name} in ${JSON.stringify(at)}.`);
  const members = { ...at } as Readonly<Record<string, unknown>>;
  return { ...members, [name]: set(Object.hasOwn(members, name) ? members[name] : undefined, rest, text, path) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
