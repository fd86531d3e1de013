// Unstructured patterns: every term must occur, `-term` must not, and of `?terms` alone one is enough.
import { invalidPattern, skipSpace, takeMatch, takeQuoted, type Scanner, type Test } from "./scanner.ts";

export function termsTest(text: string): Test<string> {
  const scanner: Scanner = { text, at: 0 };
  const include: string[] = [];
  const exclude: string[] = [];
  const optional: string[] = [];
  for (skipSpace(scanner); scanner.at < text.length; skipSpace(scanner)) {
    const mark = text[scanner.at];
    const list = mark === "?" ? optional : mark === "-" ? exclude : include;
    if (list !== include) scanner.at++;
    list.push(takeTerm(scanner));
  }
  // As the original: optional terms count only when nothing else is asked.
  if (include.length === 0 && exclude.length === 0) return (message) => optional.some((term) => message.includes(term));
  return (message) => include.every((term) => message.includes(term)) && !exclude.some((term) => message.includes(term));
}

function takeTerm(scanner: Scanner): string {
  const start = scanner.at;
  if (scanner.text[start] === '"') {
    const term = takeQuoted(scanner);
    if (term === "") throw invalidPattern(`Invalid character(s) in term '""'`);
    return term;
  }
  if (scanner.text[start] === "%") throw invalidPattern("Regular expressions (%…%) in filter patterns are not supported yet; use terms");
  const term = /\s/.test(scanner.text[start] ?? "") ? "" : takeMatch(scanner, /\S+/y);
  if (!/^[\p{L}\p{N}_]+$/u.test(term)) throw invalidPattern(`Invalid character(s) in term '${term}'`);
  return term;
}
