// AWS writes its patterns for Java; this turns them into what JavaScript's RegExp means by the same.

export interface ConvertedPattern {
  readonly source: string;
  readonly flags: string;
}

/** Java's POSIX classes and other names of sets, as the inside of a character class. */
const sets: Readonly<Record<string, string>> = {
  Alnum: "a-zA-Z0-9", Alpha: "a-zA-Z", ASCII: "\\x00-\\x7F", Blank: " \\t", Cntrl: "\\x00-\\x1F\\x7F", Digit: "0-9", Graph: "\\x21-\\x7E",
  Lower: "a-z", Print: "\\x20-\\x7E", Punct: "!-\\/:-@\\[-`{-~", Space: " \\t\\n\\x0B\\f\\r", Upper: "A-Z", XDigit: "0-9a-fA-F",
};

/** The JavaScript form of a Java pattern (unanchored), or the reason why there is none. */
export function convertPattern(java: string): ConvertedPattern | string {
  let source = java;
  let flags = "";
  const inline = /^\(\?([is]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    flags = inline[1] ?? "";
  }
  const converted = convertTokens(source, /\\[pP]|\\x\{|\\u[dD][89a-fA-F]/.test(source) && !onlyPosix(source));
  if (typeof converted !== "object") return converted;
  flags += converted.unicode ? "u" : "";
  try {
    return { source: converted.source, flags: new RegExp(`^(?:${converted.source})$`, flags).flags };
  } catch (error) {
    return (error as Error).message;
  }
}

/** True when every `\p{…}` is one of the ASCII sets, which need no unicode mode. */
function onlyPosix(source: string): boolean {
  const names = [...source.matchAll(/\\[pP]\{?(\w+)\}?/g)].map((match) => match[1] ?? "");
  return names.length > 0 && names.every((name) => name in sets) && !/\\x\{|\\u[dD][89a-fA-F]/.test(source);
}

function convertTokens(source: string, unicode: boolean): { readonly source: string; readonly unicode: boolean } | string {
  let inClass = false;
  let converted = "";
  for (let at = 0; at < source.length;) {
    const escape = source[at] === "\\" ? readEscape(source, at, inClass, unicode) : undefined;
    if (escape) {
      converted += escape.text;
      at += escape.length;
      continue;
    }
    const char = source[at] ?? "";
    if (inClass && char === "[") return "nested character classes mean a union in Java";
    if (inClass && source.startsWith("&&", at)) return "character class intersection";
    if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    converted += char;
    at += 1;
    // Possessive quantifiers only forbid backtracking; in a full match the greedy ones accept what they accept.
    if (!inClass && /[*+?}]/.test(char) && source[at] === "+") at += 1;
  }
  return { source: converted, unicode };
}

function readEscape(source: string, at: number, inClass: boolean, unicode: boolean): { readonly text: string; readonly length: number } {
  const rest = source.slice(at, at + 40);
  const property = /^\\([pP])(?:\{(?:Is)?(\w+)\}|(\w))/.exec(rest);
  if (property) {
    const name = property[2] ?? property[3] ?? "";
    const set = sets[name];
    const text = set === undefined ? `\\${property[1]}{${name}}` : inClass ? set : `[${property[1] === "P" ? "^" : ""}${set}]`;
    return { text: guardRange(text, source[at + property[0].length], inClass, unicode), length: property[0].length };
  }
  const codePoint = /^\\x\{([0-9a-fA-F]+)\}/.exec(rest);
  if (codePoint) return { text: `\\u{${codePoint[1]}}`, length: codePoint[0].length };
  const next = rest[1] ?? "";
  if (next === "A" && !inClass) return { text: "^", length: 2 };
  if ((next === "z" || next === "Z") && !inClass) return { text: "$", length: 2 };
  if (/[wWdDsS]/.test(next)) return { text: guardRange(`\\${next}`, source[at + 2], inClass, unicode), length: 2 };
  // Unicode mode refuses a needless backslash (`\@`), and `\-` outside a class.
  if (unicode && !/[a-zA-Z0-9^$\\.*+?()[\]{}|/]/.test(next) && !(inClass && next === "-")) return { text: next, length: 2 };
  return { text: `\\${next}`, length: 2 };
}

/** Unicode mode refuses a set as the end of a range: `[\w-.]` means a literal hyphen. */
function guardRange(text: string, next: string | undefined, inClass: boolean, unicode: boolean): string {
  return unicode && inClass && next === "-" ? `${text}\\` : text;
}
