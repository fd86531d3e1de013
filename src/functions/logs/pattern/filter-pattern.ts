// The filter language of CloudWatch Logs: terms, `{ $.json … }` and `[space, delimited, …]`, compiled once, tested per event.
// Reference: "Filter pattern syntax for metric filters, subscription filters, and filter log events" of the Logs user guide.
import { fieldsTest } from "./fields.ts";
import { jsonTest } from "./json.ts";
import type { Test } from "./scanner.ts";
import { termsTest } from "./terms.ts";

/** Fault InvalidParameterException when the text is no pattern. An empty pattern matches everything. */
export function compilePattern(text: string): Test<string> {
  const pattern = text.trim();
  if (pattern === "") return () => true;
  if (pattern.startsWith("{")) return jsonTest(pattern);
  if (pattern.startsWith("[")) return fieldsTest(pattern);
  return termsTest(pattern);
}
