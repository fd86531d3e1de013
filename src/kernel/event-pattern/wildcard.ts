// The `wildcard` operator of event patterns: `*` stands for any text, a backslash takes the meaning from a star or a backslash.
import { PatternProblem } from "./problem.ts";

/** Linear in the text: every piece between stars is taken at its first place. */
export function wildcardTest(pattern: string): (value: unknown) => boolean {
  const pieces = piecesOf(pattern);
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (value) => value === first;
  return (value) => {
    if (typeof value !== "string" || value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
    const end = value.length - last.length;
    let at = first.length;
    for (const piece of rest) {
      const found = value.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** The literal texts between the stars. */
function piecesOf(pattern: string): readonly string[] {
  const pieces = [""];
  let afterStar = false;
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at];
    if (letter === "*") {
      if (afterStar) throw new PatternProblem(`Consecutive wildcard characters at pos ${at - 1}`);
      pieces.push("");
      afterStar = true;
      continue;
    }
    const escaped = letter === "\\" ? pattern[++at] : letter;
    if (letter === "\\" && escaped !== "*" && escaped !== "\\") throw new PatternProblem(`Invalid escape character at pos ${at - 1}`);
    pieces.push(`${pieces.pop() ?? ""}${escaped ?? ""}`);
    afterStar = false;
  }
  return pieces;
}
