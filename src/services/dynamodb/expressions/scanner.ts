// Splits an expression into tokens and words its syntax errors: every parser of expressions walks the same cursor.
import { invalid } from "../faults.ts";
import { TokenWalk } from "../token-walk.ts";

interface Token {
  /** `word`: a bare name, keyword or function; `name`: `#n`; `value`: `:v`; `number`: digits; `sign`: everything else. */
  readonly kind: "word" | "name" | "value" | "number" | "sign" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN = /([A-Za-z][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>+\-()[\].,])/y;

/** A walk over an expression's tokens. `what` is the parameter's name: `FilterExpression`. */
export class Cursor extends TokenWalk<Token> {
  readonly #text: string;
  readonly #what: string;

  constructor(text: string, what: string) {
    super(split(text, what));
    this.#text = text;
    this.#what = what;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  /** The token that comes next has no place here. */
  unexpected(): Error {
    const [first, last] = [this.tokens[Math.max(0, this.at - 1)], this.tokens[Math.min(this.tokens.length - 1, this.at + 1)]];
    return this.fault(`Syntax error; token: "${this.token.text}", near: "${this.#text.slice(first?.start ?? 0, last?.end ?? 0).trim()}"`);
  }

  fault(sentence: string): Error {
    return faultIn(this.#what, sentence);
  }
}

export const faultIn = (what: string, sentence: string): Error => invalid(`Invalid ${what}: ${sentence}`);

function split(text: string, what: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    while (/\s/.test(text.charAt(at))) at++;
    if (at >= text.length) return [...tokens, { kind: "end", text: "<EOF>", start: at, end: at }];
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw unknownCharacter(text, what, tokens, at);
    const kind = match[1] === undefined ? (match[2] === undefined ? (match[3] === undefined ? (match[4] === undefined ? "sign" : "number") : "value") : "name") : "word";
    tokens.push({ kind, text: match[0], start: at, end: (at = TOKEN.lastIndex) });
  }
}

function unknownCharacter(text: string, what: string, before: readonly Token[], at: number): Error {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  TOKEN.lastIndex = at + character.length;
  const rest = TOKEN.exec(text)?.[0] ?? /^\S?/.exec(text.slice(at + character.length))?.[0] ?? "";
  return faultIn(what, `Syntax error; token: "${character}", near: "${text.slice(before.at(-1)?.start ?? at, at + character.length + rest.length)}"`);
}
