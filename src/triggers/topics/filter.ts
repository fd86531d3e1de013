// Filter policies: which publications a subscription wants, in the language of event patterns, on the message's attributes or on its body.
import { parseJson, readEventPattern } from "../../kernel/event-pattern/event-pattern.ts";
import type { MessageAttribute } from "../queues/queues.ts";
import type { FilterScope, Publication } from "./topics.ts";

export type Filter = (publication: Publication) => boolean;

/** Throws PatternProblem. */
export function compileFilter(text: string, scope: FilterScope): Filter {
  // No condition at all wants everything.
  if (text.trim() === "{}") return () => true;
  const pattern = readEventPattern(text);
  if (scope === "MessageAttributes") return ({ attributes = {} }) => pattern.matches(Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, valueOf(attribute)])));
  return ({ message }) => {
    try {
      return pattern.matches(pattern.spellsNumbers ? parseJson(message) : JSON.parse(message));
    } catch {
      // What is no JSON is nobody's who filters by it.
      return false;
    }
  };
}

/** Source: the original's rules. A list is each of its members; bytes match nothing. */
function valueOf({ type, text }: MessageAttribute): unknown {
  if (text === undefined) return undefined;
  try {
    if (type.startsWith("Number")) return parseJson(text);
    if (type === "String.Array") return JSON.parse(text);
  } catch {
    return text;
  }
  return text;
}
