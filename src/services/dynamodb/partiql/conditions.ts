// WHERE: names, values, comparisons and functions, as the same condition trees that expressions become.
import { typeOf } from "../../../triggers/tables/attribute-value.ts";
import { invalid } from "../faults.ts";
import type { Comparator, Condition, Operand, Path } from "../expressions/syntax.ts";
import { malformed, NESTING_MAX, type Cursor } from "./scanner.ts";
import { parseValue, seesValue, type Parameters } from "./values.ts";

const COMPARATORS: Readonly<Record<string, Comparator | undefined>> = { "=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" };

/** `a.b[0]."c d"`, also `a['b']`. */
export function parsePath(cursor: Cursor): Path {
  const path: (string | number)[] = [cursor.name()];
  for (;;) {
    if (cursor.take(".")) path.push(cursor.name());
    else if (cursor.take("[")) {
      const { kind, text } = cursor.token;
      if (kind !== "string" && !(kind === "number" && /^\d+$/.test(text))) throw cursor.unexpected("a position or name");
      cursor.next();
      path.push(kind === "number" ? Number(text) : text);
      cursor.expect("]");
    } else return path;
    if (path.length > NESTING_MAX) throw malformed("The path is too deep");
  }
}

/** The names of types behind IS. */
const TYPES: Readonly<Record<string, string | undefined>> = { NULL: "NULL", BOOL: "BOOL", BOOLEAN: "BOOL", STRING: "S", NUMBER: "N", INT: "N", INTEGER: "N", DECIMAL: "N", FLOAT: "N", BINARY: "B", BLOB: "B", LIST: "L", MAP: "M", STRUCT: "M" };

/** Only texts, numbers and bytes are more or less than others. */
function requireOrdered(operator: string, operands: readonly Operand[]): void {
  const wrong = operands.find((operand) => operand.kind === "value" && !["S", "N", "B"].includes(typeOf(operand.value)));
  if (wrong?.kind === "value") throw invalid(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(wrong.value)}`);
}

export class ConditionParser {
  readonly #cursor: Cursor;
  readonly #parameters: Parameters;
  #depth = 0;

  constructor(cursor: Cursor, parameters: Parameters) {
    this.#cursor = cursor;
    this.#parameters = parameters;
  }

  parse(): Condition {
    let left = this.#conjunction();
    while (this.#cursor.take("OR")) left = { kind: "or", left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Condition {
    let left = this.#negation();
    while (this.#cursor.take("AND")) left = { kind: "and", left, right: this.#negation() };
    return left;
  }

  #negation(): Condition {
    if (++this.#depth > NESTING_MAX * 4) throw malformed("The condition is nested too deeply");
    const condition: Condition = this.#cursor.take("NOT") ? { kind: "not", inner: this.#negation() } : this.#primary();
    this.#depth--;
    return condition;
  }

  #primary(): Condition {
    const cursor = this.#cursor;
    if (cursor.take("(")) {
      const inner = this.parse();
      cursor.expect(")");
      return inner;
    }
    const call = this.#call();
    if (call) return this.#judged(call);
    const left = this.operand();
    if (cursor.take("BETWEEN")) {
      const low = this.operand();
      cursor.expect("AND");
      const high = this.operand();
      requireOrdered("BETWEEN", [low, high]);
      return { kind: "between", operand: left, low, high };
    }
    if (cursor.take("IN")) return { kind: "in", operand: left, list: this.#list() };
    if (cursor.take("IS")) return this.#is(left);
    const comparator = cursor.token.kind === "sign" ? COMPARATORS[cursor.token.text] : undefined;
    if (!comparator) throw cursor.unexpected("a comparison");
    cursor.next();
    const right = this.operand();
    if (comparator !== "=" && comparator !== "<>") requireOrdered(comparator, [left, right]);
    return { kind: "compare", comparator, left, right };
  }

  /** What a function says is so, or it is compared with whether it is. */
  #judged(call: Condition): Condition {
    const cursor = this.#cursor;
    if (!cursor.take("=")) return call;
    if (cursor.take("TRUE")) return call;
    cursor.expect("FALSE");
    return { kind: "not", inner: call };
  }

  #list(): readonly Operand[] {
    const cursor = this.#cursor;
    const end = cursor.take("[") ? "]" : ")";
    if (end === ")") cursor.expect("(");
    const list = [this.operand()];
    while (cursor.take(",")) list.push(this.operand());
    cursor.expect(end);
    return list;
  }

  #is(left: Operand): Condition {
    const cursor = this.#cursor;
    const not = cursor.take("NOT");
    if (left.kind !== "path") throw cursor.unexpected("IS behind an attribute's name");
    const { path } = left;
    const type = cursor.token.kind === "word" ? TYPES[cursor.token.text.toUpperCase()] : undefined;
    if (!cursor.sees("MISSING") && type === undefined) throw malformed("Expected type name");
    cursor.next();
    const found: Condition = type === undefined ? { kind: "missing", path } : { kind: "type", operand: left, type };
    return not ? { kind: "not", inner: found } : found;
  }

  #sawCall(): boolean {
    return this.#cursor.token.kind === "word" && this.#cursor.sees("(", 1);
  }

  #call(): Condition | undefined {
    const cursor = this.#cursor;
    if (!this.#sawCall() || cursor.token.text.toLowerCase() === "size" || cursor.sees("IN") || cursor.sees("NOT")) return undefined;
    const name = cursor.next().text.toLowerCase();
    cursor.expect("(");
    const first = this.operand();
    const second = cursor.take(",") ? this.operand() : undefined;
    cursor.expect(")");
    if ((name === "attribute_exists" || name === "attribute_not_exists") && first.kind === "path" && !second) return { kind: name === "attribute_exists" ? "exists" : "missing", path: first.path };
    if ((name === "begins_with" || name === "contains") && second) return { kind: name, operand: first, part: second };
    if (name === "attribute_type" && first.kind === "path" && second?.kind === "value" && second.value.S !== undefined) return { kind: "type", operand: first, type: second.value.S };
    throw invalid(`Unsupported function or operands in the condition: ${name.slice(0, 100)}`);
  }

  operand(): Operand {
    const cursor = this.#cursor;
    if (seesValue(cursor)) return { kind: "value", value: parseValue(cursor, this.#parameters) };
    if (this.#sawCall() && cursor.token.text.toLowerCase() === "size") {
      cursor.next();
      cursor.expect("(");
      const of: Operand = { kind: "path", path: parsePath(cursor) };
      cursor.expect(")");
      return { kind: "size", of };
    }
    return { kind: "path", path: parsePath(cursor) };
  }
}
