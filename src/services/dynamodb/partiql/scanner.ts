// Splits a PartiQL statement into tokens; every parser of statements walks the same cursor.
import { invalid } from "../faults.ts";
import { TokenWalk } from "../token-walk.ts";

interface Token {
  /** `word`: a bare name or keyword; `quoted`: a name in double quotes; `sign`: everything else. */
  readonly kind: "word" | "quoted" | "string" | "number" | "sign" | "end";
  /** Without quotes. */
  readonly text: string;
}

/** AWS: a statement's length. */
const STATEMENT_MAX = 8192;
/** Ours: how deep lists, maps and parentheses nest. */
export const NESTING_MAX = 32;

/** With blanks and comments before it. */
const TOKEN = /(?:\s|--[^\n]*|\/\*[^]*?\*\/)*(?:([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(<<|>>|<>|!=|<=|>=|[=<>+\-*()[\]{}.,:?;])|$)/y;

export const malformed = (detail: string): Error => invalid(`Statement wasn't well formed, can't be processed: ${detail}`);

export class Cursor extends TokenWalk<Token> {
  constructor(text: string) {
    if (text.length > STATEMENT_MAX) throw invalid(`1 validation error detected: Value at 'statement' failed to satisfy constraint: Member must have length less than or equal to ${STATEMENT_MAX}`);
    super(split(text));
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected(text);
  }

  unexpected(expected: string): Error {
    const { kind, text } = this.token;
    return malformed(`Expected ${expected}, found ${kind === "end" ? "the end of the statement" : text.slice(0, 100)}`);
  }

  /** A name, bare or in double quotes. */
  name(): string {
    const { kind } = this.token;
    if (kind !== "word" && kind !== "quoted") throw this.unexpected("identifier for simple name");
    return this.next().text;
  }

  end(): void {
    this.take(";");
    if (this.token.kind !== "end") throw malformed("Unexpected token after expression");
  }
}

function split(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (TOKEN.lastIndex = 0; ; ) {
    const match = TOKEN.exec(text);
    // As the original: without a word of what is wrong.
    if (!match) throw malformed("");
    const [, word, quoted, string, number, sign] = match;
    if (word !== undefined) tokens.push({ kind: "word", text: word });
    else if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted.replaceAll('""', '"') });
    else if (string !== undefined) tokens.push({ kind: "string", text: string.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else return [...tokens, { kind: "end", text: "" }];
  }
}
