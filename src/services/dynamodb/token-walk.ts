// A walk over tokens, one or two ahead: what the parsers of expressions and of statements have in common.

interface AnyToken {
  readonly kind: string;
  readonly text: string;
}

/** The last token is of kind `end`, and is never passed. */
export class TokenWalk<T extends AnyToken> {
  protected readonly tokens: readonly T[];
  protected at = 0;

  constructor(tokens: readonly T[]) {
    this.tokens = tokens;
  }

  get token(): T {
    return this.peek(0);
  }

  peek(ahead: number): T {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as T;
  }

  next(): T {
    const { token } = this;
    if (token.kind !== "end") this.at++;
    return token;
  }

  /** Signs are found as they are, keywords in any case. */
  sees(text: string, ahead = 0): boolean {
    const { kind, text: is } = this.peek(ahead);
    return kind === "sign" ? is === text : kind === "word" && is.toUpperCase() === text;
  }

  /** Takes the sign or keyword when it comes next. */
  take(text: string): boolean {
    const found = this.sees(text);
    if (found) this.at++;
    return found;
  }
}
