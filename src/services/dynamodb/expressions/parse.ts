// Reads the four kinds of expressions into trees; names and values are looked up later, so that syntax is judged first.
import { limits } from "../../../kernel/limits.ts";
import { Cursor, faultIn } from "./scanner.ts";
import type { Comparator, RawAction, RawCondition, RawOperand } from "./syntax.ts";

const COMPARATORS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const KEYWORDS: ReadonlySet<string> = new Set(["AND", "OR", "NOT", "BETWEEN", "IN"]);

function open(text: string, what: string): Cursor {
  if (text.trim() === "") throw faultIn(what, "The expression can not be empty;");
  if (Buffer.byteLength(text) > limits.tables.expressionBytesMax) {
    throw faultIn(what, `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`);
  }
  return new Cursor(text, what);
}

/** A condition, filter or key condition. */
export function parseCondition(text: string, what: string): RawCondition {
  const cursor = open(text, what);
  const condition = new ConditionParser(cursor).parse();
  if (cursor.token.kind !== "end") throw cursor.unexpected();
  return condition;
}

class ConditionParser {
  readonly #cursor: Cursor;
  #operators = 0;
  #depth = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  parse(): RawCondition {
    let left = this.#conjunction();
    while (this.#cursor.take("OR")) left = { kind: "or", left, right: this.#counted(this.#conjunction()) };
    return left;
  }

  #conjunction(): RawCondition {
    let left = this.#negation();
    while (this.#cursor.take("AND")) left = { kind: "and", left, right: this.#counted(this.#negation()) };
    return left;
  }

  #counted<T>(tree: T): T {
    if (++this.#operators > limits.tables.expressionOperatorsMax) throw this.#cursor.fault("The expression contains too many operators; operator count: " + String(this.#operators));
    return tree;
  }

  #negation(): RawCondition {
    if (++this.#depth > limits.tables.expressionOperatorsMax) throw this.#cursor.fault("The expression is nested too deeply;");
    const condition: RawCondition = this.#cursor.take("NOT") ? { kind: "not", inner: this.#counted(this.#negation()) } : this.#primary();
    this.#depth--;
    return condition;
  }

  #primary(): RawCondition {
    const cursor = this.#cursor;
    const end = cursor.sees("(") ? closingOf(cursor, 0) : undefined;
    // Behind a parenthesis around an operand, not a condition, stands its operator.
    if (end !== undefined && !isOperator(cursor.peek(end + 1))) {
      const redundant = cursor.peek(1).text === "(" && closingOf(cursor, 1) + 1 === end;
      cursor.next();
      const inner = this.parse();
      cursor.expect(")");
      if (redundant) throw cursor.fault("The expression has redundant parentheses;");
      return inner;
    }
    const operand = parseOperand(cursor);
    if (cursor.token.kind === "sign" && COMPARATORS.has(cursor.token.text)) {
      const comparator = cursor.next().text as Comparator;
      return this.#counted({ kind: "compare", comparator, left: operand, right: parseOperand(cursor) });
    }
    if (cursor.take("BETWEEN")) {
      const low = parseOperand(cursor);
      cursor.expect("AND");
      return this.#counted({ kind: "between", operand, low, high: parseOperand(cursor) });
    }
    if (cursor.take("IN")) {
      cursor.expect("(");
      const list = parseOperands(cursor);
      if (list.length > limits.tables.inOperandsMax) throw cursor.fault(`The IN operator is provided with too many operands; number of operands: ${list.length}`);
      return this.#counted({ kind: "in", operand, list });
    }
    if (operand.kind === "call") return this.#counted(operand);
    throw cursor.unexpected();
  }
}

const isOperator = ({ kind, text }: Cursor["token"]): boolean => (kind === "sign" ? COMPARATORS.has(text) : kind === "word" && ["BETWEEN", "IN"].includes(text.toUpperCase()));

/** How far ahead the parenthesis closes that opens `ahead`; the end when it does not. */
function closingOf(cursor: Cursor, ahead: number): number {
  let depth = 0;
  for (let at = ahead; ; at++) {
    const { kind, text } = cursor.peek(at);
    if (kind === "sign" && text === "(") depth++;
    if (kind === "sign" && text === ")") depth--;
    if (kind === "end" || depth === 0) return at;
  }
}

/** After the opening parenthesis; takes the closing one. */
function parseOperands(cursor: Cursor): readonly RawOperand[] {
  const operands = [parseOperand(cursor)];
  while (cursor.take(",")) operands.push(parseOperand(cursor));
  cursor.expect(")");
  return operands;
}

/** One pair of parentheses may stand around it. */
function parseOperand(cursor: Cursor): RawOperand {
  if (cursor.take("(")) {
    if (cursor.sees("(")) throw cursor.fault("The expression has redundant parentheses;");
    const inner = parseOperand(cursor);
    cursor.expect(")");
    return inner;
  }
  const { kind, text } = cursor.token;
  if (kind === "value") return { kind: "value", name: cursor.next().text };
  if (kind === "word" && cursor.peek(1).text === "(" && !KEYWORDS.has(text.toUpperCase())) {
    cursor.next();
    cursor.next();
    return { kind: "call", name: text, operands: parseOperands(cursor) };
  }
  return { kind: "path", parts: parsePath(cursor) };
}

/** Placeholders and names as written, list positions as numbers. */
function parsePath(cursor: Cursor): readonly (string | number)[] {
  const parts: (string | number)[] = [nameIn(cursor)];
  for (;;) {
    if (cursor.take(".")) parts.push(nameIn(cursor));
    else if (cursor.take("[")) {
      if (cursor.token.kind !== "number") throw cursor.unexpected();
      parts.push(Number(cursor.next().text));
      cursor.expect("]");
    } else return parts;
    if (parts.length > limits.tables.nestingMax) throw cursor.fault("The document path has too many nesting elements; nesting levels: " + String(parts.length));
  }
}

function nameIn(cursor: Cursor): string {
  const { kind, text } = cursor.token;
  if ((kind !== "word" && kind !== "name") || (kind === "word" && KEYWORDS.has(text.toUpperCase()))) throw cursor.unexpected();
  return cursor.next().text;
}

export function parseProjection(text: string): readonly (readonly (string | number)[])[] {
  const cursor = open(text, "ProjectionExpression");
  const paths = [parsePath(cursor)];
  while (cursor.take(",")) paths.push(parsePath(cursor));
  if (cursor.token.kind !== "end") throw cursor.unexpected();
  return paths;
}

const SECTIONS = ["SET", "REMOVE", "ADD", "DELETE"] as const;

export function parseUpdate(text: string): readonly RawAction[] {
  const cursor = open(text, "UpdateExpression");
  const actions: RawAction[] = [];
  const seen = new Set<string>();
  while (cursor.token.kind !== "end") {
    const section = SECTIONS.find((name) => cursor.sees(name));
    if (!section) throw cursor.unexpected();
    cursor.next();
    if (seen.has(section)) throw cursor.fault(`The "${section}" section can only be used once in an update expression;`);
    seen.add(section);
    do actions.push(parseAction(cursor, section));
    while (cursor.take(","));
  }
  return actions;
}

function parseAction(cursor: Cursor, section: (typeof SECTIONS)[number]): RawAction {
  const path = parsePath(cursor);
  if (section === "REMOVE") return { kind: "remove", path };
  if (section !== "SET") return { kind: section === "ADD" ? "add" : "delete", path, value: parseOperand(cursor) };
  cursor.expect("=");
  return { kind: "set", path, value: parseSum(cursor) };
}

/** Parentheses may stand around a value and its parts. */
function parseSum(cursor: Cursor): RawOperand {
  const left = parseTerm(cursor);
  const sign = cursor.take("+") ? "+" : cursor.take("-") ? "-" : undefined;
  return sign ? { kind: "sum", sign, left, right: parseTerm(cursor) } : left;
}

function parseTerm(cursor: Cursor): RawOperand {
  if (!cursor.take("(")) return parseOperand(cursor);
  const inner = parseSum(cursor);
  cursor.expect(")");
  return inner;
}
