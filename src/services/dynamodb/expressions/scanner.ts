// Splits an expression into tokens and words its syntax errors: every parser of expressions walks the same cursor.
import { invalid } from "../faults.ts";

interface Token {
  /** `word`: a bare name, keyword or function; `name`: `#n`; `value`: `:v`; `number`: digits; `sign`: everything else. */
  readonly kind: "word" | "name" | "value" | "number" | "sign" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN = /([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>+\-()[\].,])/y;

/** A walk over an expression's tokens. `what` is the parameter's name: `FilterExpression`. */
export class Cursor {
  readonly #text: string;
  readonly #what: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
    this.#tokens = this.#split();
  }

  #split(): readonly Token[] {
    const tokens: Token[] = [];
    for (let at = 0; ; ) {
      while (/\s/.test(this.#text.charAt(at))) at++;
      if (at >= this.#text.length) return [...tokens, { kind: "end", text: "<EOF>", start: at, end: at }];
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(this.#text);
      if (!match) throw this.#unknownCharacter(tokens, at);
      const kind = match[1] === undefined ? (match[2] === undefined ? (match[3] === undefined ? (match[4] === undefined ? "sign" : "number") : "value") : "name") : "word";
      tokens.push({ kind, text: match[0], start: at, end: (at = TOKEN.lastIndex) });
    }
  }

  #unknownCharacter(before: readonly Token[], at: number): Error {
    const text = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    const rest = /^\S*/.exec(this.#text.slice(at + text.length))?.[0] ?? "";
    return this.fault(`Syntax error; token: "${text}", near: "${this.#text.slice(before.at(-1)?.start ?? at, at + text.length + rest.length)}"`);
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Takes the sign or keyword when it comes next. Keywords are found in any case. */
  take(text: string): boolean {
    const found = this.sees(text);
    if (found) this.#at++;
    return found;
  }

  sees(text: string): boolean {
    const { kind, text: is } = this.token;
    return kind === "sign" ? is === text : kind === "word" && is.toUpperCase() === text;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  /** The token that comes next has no place here. */
  unexpected(): Error {
    const [first, last] = [this.#tokens[Math.max(0, this.#at - 1)], this.#tokens[Math.min(this.#tokens.length - 1, this.#at + 1)]];
    return this.fault(`Syntax error; token: "${this.token.text}", near: "${this.#text.slice(first?.start ?? 0, last?.end ?? 0).trim()}"`);
  }

  fault(sentence: string): Error {
    return invalid(`Invalid ${this.#what}: ${sentence}`);
  }
}
