// Looks up an expression's placeholders and judges what is meaningless whatever the item: unknown functions, wrong operands, reserved words.
import { compareScalars, typeOf, type AttributeValue } from "../../../triggers/tables/attribute-value.ts";
import { invalid } from "../faults.ts";
import { showValue } from "../values.ts";
import type { Placeholders } from "./placeholders.ts";
import { isReserved } from "./reserved-words.ts";
import type { Condition, Operand, Path, RawCondition, RawOperand } from "./syntax.ts";

/** One expression of a request, being resolved. */
export class Resolver {
  readonly #what: string;
  readonly #placeholders: Placeholders;

  constructor(what: string, placeholders: Placeholders) {
    this.#what = what;
    this.#placeholders = placeholders;
  }

  fault(sentence: string): Error {
    return invalid(`Invalid ${this.#what}: ${sentence}`);
  }

  path(parts: readonly (string | number)[]): Path {
    return parts.map((part) => {
      if (typeof part === "number") return part;
      if (!part.startsWith("#")) {
        if (isReserved(part)) throw this.fault(`Attribute name is a reserved keyword; reserved keyword: ${part}`);
        return part;
      }
      const name = this.#placeholders.nameOf(part);
      if (name === undefined) throw this.fault(`An expression attribute name used in the document path is not defined; attribute name: ${part}`);
      return name;
    });
  }

  value(name: string): AttributeValue {
    const value = this.#placeholders.valueOf(name);
    if (!value) throw this.fault(`An expression attribute value used in expression is not defined; attribute value: ${name}`);
    return value;
  }

  /** An operand of a condition: a path, a value, or a size. */
  operand(raw: RawOperand): Operand {
    if (raw.kind === "path") return { kind: "path", path: this.path(raw.parts) };
    if (raw.kind === "value") return { kind: "value", value: this.value(raw.name) };
    if (raw.kind === "sum") throw this.fault("The operator is not allowed in a condition expression;");
    if (raw.name !== "size") throw this.#misplaced(raw.name);
    this.#count(raw.name, raw.operands, 1);
    const of = this.operand(raw.operands[0] as RawOperand);
    if (of.kind === "value" && !SIZED.has(typeOf(of.value))) throw this.wrongType("size", of.value);
    if (of.kind === "size") throw this.wrongType("size", A_NUMBER);
    return { kind: "size", of };
  }

  #misplaced(name: string): Error {
    if (UPDATE_FUNCTIONS.has(name)) return this.fault(`The function is not allowed in a condition expression; function: ${name}`);
    if (CONDITION_FUNCTIONS.has(name)) return this.fault(`The function is not allowed to be used this way in an expression; function: ${name}`);
    return this.fault(`Invalid function name; function: ${name}`);
  }

  #count(name: string, operands: readonly unknown[], wanted: number): void {
    if (operands.length !== wanted) throw this.fault(`Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`);
  }

  wrongType(name: string, value: AttributeValue): Error {
    return this.fault(`Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(value)}`);
  }

  condition(raw: RawCondition): Condition {
    switch (raw.kind) {
      case "and": case "or": return { kind: raw.kind, left: this.condition(raw.left), right: this.condition(raw.right) };
      case "not": return { kind: "not", inner: this.condition(raw.inner) };
      case "call": return this.#call(raw.name, raw.operands);
      case "in": {
        const operand = this.operand(raw.operand);
        return { kind: "in", operand, list: this.#distinct("IN", operand, raw.list.map((each) => this.operand(each))) };
      }
      case "between": return this.#between(this.operand(raw.operand), this.operand(raw.low), this.operand(raw.high));
      case "compare": {
        const [left, right] = [this.operand(raw.left), this.operand(raw.right)];
        this.#distinct(raw.comparator, left, [right]);
        const ordered = raw.comparator !== "=" && raw.comparator !== "<>";
        for (const side of [left, right]) {
          if (ordered && side.kind === "value" && !ORDERED.has(typeOf(side.value))) throw this.fault(`Incorrect operand type for operator or function; operator or function: ${raw.comparator}, operand type: ${typeOf(side.value)}`);
        }
        return { kind: "compare", comparator: raw.comparator, left, right };
      }
    }
  }

  #distinct(operator: string, first: Operand, rest: readonly Operand[]): readonly Operand[] {
    if (first.kind === "path" && rest.some((other) => other.kind === "path" && samePath(first.path, other.path))) {
      throw this.fault(`The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${showPath(first.path)}`);
    }
    return rest;
  }

  #between(operand: Operand, low: Operand, high: Operand): Condition {
    this.#distinct("BETWEEN", operand, [low, high]);
    if (low.kind === "value" && high.kind === "value") {
      for (const { value } of [low, high]) if (!ORDERED.has(typeOf(value))) throw this.wrongType("BETWEEN", value);
      const order = compareScalars(low.value, high.value);
      const operands = `lower bound operand: AttributeValue: ${showValue(low.value)}, upper bound operand: AttributeValue: ${showValue(high.value)}`;
      if (order === undefined) throw this.fault(`The BETWEEN operator requires same data type for lower and upper bounds; ${operands}`);
      if (order > 0) throw this.fault(`The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${operands}`);
    }
    return { kind: "between", operand, low, high };
  }

  #call(name: string, operands: readonly RawOperand[]): Condition {
    if (!CONDITION_FUNCTIONS.has(name)) throw name === "size" ? this.fault("The function is not allowed to be used this way in an expression; function: size") : this.#misplaced(name);
    const single = name === "attribute_exists" || name === "attribute_not_exists";
    this.#count(name, operands, single ? 1 : 2);
    const [first, second] = operands.map((each) => this.operand(each));
    if (!first) throw new Error("bug: a function without operands");
    if (single) {
      if (first.kind !== "path") throw this.fault(`Operator or function requires a document path; operator or function: ${name}`);
      return { kind: name === "attribute_exists" ? "exists" : "missing", path: first.path };
    }
    if (!second) throw new Error("bug: a function without its second operand");
    if (name === "attribute_type") return this.#type(first, second);
    this.#distinct(name, first, [second]);
    if (name === "begins_with") for (const side of [first, second]) this.#requireText(name, side);
    return { kind: name === "begins_with" ? "begins_with" : "contains", operand: first, part: second };
  }

  #requireText(name: string, operand: Operand): void {
    const value = operand.kind === "size" ? A_NUMBER : operand.kind === "value" ? operand.value : undefined;
    if (value && value.S === undefined && value.B === undefined) throw this.wrongType(name, value);
  }

  #type(first: Operand, second: Operand): Condition {
    if (second.kind !== "value" || second.value.S === undefined) {
      throw second.kind === "value" ? this.wrongType("attribute_type", second.value) : this.fault("Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {PATH}");
    }
    if (!TYPE_NAMES.includes(second.value.S)) throw this.fault(`Invalid attribute type name found; type: ${second.value.S}, valid types: {${TYPE_NAMES.join(",")}}`);
    return { kind: "type", operand: first, type: second.value.S };
  }
}

/** What every size is, for the words of faults. */
const A_NUMBER: AttributeValue = { N: "0" };
const TYPE_NAMES: readonly string[] = ["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"];
const ORDERED: ReadonlySet<string> = new Set(["S", "N", "B"]);
const SIZED: ReadonlySet<string> = new Set(["S", "B", "SS", "NS", "BS", "L", "M"]);
const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set(["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"]);
const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set(["if_not_exists", "list_append"]);

const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((part, at) => part === b[at]);
/** `[a, b, [0]]` */
export const showPath = (path: Path): string => `[${path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(", ")}]`;
