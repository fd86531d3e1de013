// Which keys a query asks for: one value of the hash key, and a range of the range key, from an expression's conditions or the legacy ones.
import { compareScalars, type AttributeValue } from "../../triggers/tables/attribute-value.ts";
import type { RangeBounds } from "../../triggers/tables/ranges.ts";
import type { KeyAttribute, KeySchema } from "../../triggers/tables/table.ts";
import type { Resolver } from "./expressions/resolve.ts";
import type { Condition, Operand } from "./expressions/syntax.ts";
import { invalid, invalidParameters } from "./faults.ts";

export interface KeyRange {
  readonly hash: AttributeValue;
  readonly range: RangeBounds;
}

/** One condition on one key attribute. */
export interface KeyTerm {
  readonly name: string;
  readonly operator: "=" | "<" | "<=" | ">" | ">=" | "between" | "begins_with";
  readonly values: readonly AttributeValue[];
}

/** The conditions of a key condition expression. */
export function keyTermsOf(condition: Condition, resolver: Resolver): readonly KeyTerm[] {
  if (condition.kind === "and") {
    const terms = [...keyTermsOf(condition.left, resolver), ...keyTermsOf(condition.right, resolver)];
    if (new Set(terms.map(({ name }) => name)).size < terms.length) throw resolver.fault("KeyConditionExpressions must only contain one condition per key");
    return terms;
  }
  const wrong = (operator: string): Error => resolver.fault(`Invalid operator used in KeyConditionExpression: ${operator}`);
  switch (condition.kind) {
    case "or": throw wrong("OR");
    case "not": throw wrong("NOT");
    case "in": throw wrong("IN");
    case "exists": throw wrong("attribute_exists");
    case "missing": throw wrong("attribute_not_exists");
    case "type": throw wrong("attribute_type");
    case "contains": throw wrong("contains");
    case "between": return [term(condition.operand, "between", [condition.low, condition.high], resolver)];
    case "begins_with": return [term(condition.operand, "begins_with", [condition.part], resolver)];
    case "compare": {
      const { comparator, left, right } = condition;
      if (comparator === "<>") throw wrong("<>");
      if (left.kind === "value" && right.kind === "path") return [term(right, MIRRORED[comparator], [left], resolver)];
      return [term(left, comparator, [right], resolver)];
    }
  }
}

const MIRRORED = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

function term(operand: Operand, operator: KeyTerm["operator"], values: readonly Operand[], resolver: Resolver): KeyTerm {
  if (operand.kind === "size" || values.some(({ kind }) => kind === "size")) throw resolver.fault("Invalid operator used in KeyConditionExpression: size");
  if (operand.kind !== "path") throw resolver.fault("Invalid condition in KeyConditionExpression: No key attribute specified");
  if (operand.path.length > 1) throw resolver.fault("KeyConditionExpressions cannot have conditions on nested attributes");
  const found = values.map((value) => {
    if (value.kind !== "value") throw resolver.fault("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
    return value.value;
  });
  return { name: String(operand.path[0]), operator, values: found };
}

/** The range of keys that the terms describe; `legacy` requests hear of some mistakes in other words. */
export function keyRangeOf(terms: readonly KeyTerm[], { hash, range }: KeySchema): KeyRange {
  const keys = range ? 2 : 1;
  if (terms.length > 2) throw invalid(`The number of query conditions (${terms.length}) exceeds the number of key attributes defined in the schema (${keys})`);
  const hashTerm = terms.find(({ name }) => name === hash.name);
  const rangeTerm = range && terms.find(({ name }) => name === range.name);
  if (!hashTerm) throw invalid(`Query condition missed key schema element: ${hash.name}`);
  if (terms.length === 2 && !rangeTerm) throw range ? invalid(`Query condition missed key schema element: ${range.name}`) : invalid("Query key condition not supported");
  const [value] = hashTerm.values;
  if (hashTerm.operator !== "=" || !value) throw invalid("Query key condition not supported");
  requireType(hash, hashTerm.values);
  return { hash: value, range: rangeTerm && range ? boundsOf(rangeTerm, range) : {} };
}

function requireType({ type, name }: KeyAttribute, values: readonly AttributeValue[]): void {
  for (const value of values) {
    if (value[type] === undefined) throw invalidParameters("Condition parameter type does not match schema type");
    if (value.S === "" || value.B?.byteLength === 0) throw invalid(`One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === "" ? "string" : "binary"} value. Key: ${name}`);
  }
}

function boundsOf({ operator, values }: KeyTerm, attribute: KeyAttribute): RangeBounds {
  requireType(attribute, values);
  const [first, second] = values;
  if (!first) throw new Error("bug: a key condition without a value");
  switch (operator) {
    case "=": return { from: { value: first, inclusive: true }, to: { value: first, inclusive: true } };
    case "<": case "<=": return { to: { value: first, inclusive: operator === "<=" } };
    case ">": case ">=": return { from: { value: first, inclusive: operator === ">=" } };
    case "begins_with":
      if (attribute.type === "N") throw invalid("Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N");
      return { prefix: first };
    case "between":
      if (!second) throw new Error("bug: BETWEEN without its upper bound");
      if ((compareScalars(first, second) ?? 0) > 0) throw invalid("Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound");
      return { from: { value: first, inclusive: true }, to: { value: second, inclusive: true } };
  }
}

/** Whether a range key lies within the bounds. */
export function withinBounds({ from, to, prefix }: RangeBounds, value: AttributeValue): boolean {
  if (from) {
    const order = compareScalars(value, from.value) ?? -1;
    if (order < 0 || (order === 0 && !from.inclusive)) return false;
  }
  if (to) {
    const order = compareScalars(value, to.value) ?? 1;
    if (order > 0 || (order === 0 && !to.inclusive)) return false;
  }
  if (prefix?.S !== undefined) return value.S?.startsWith(prefix.S) ?? false;
  return prefix?.B === undefined || (value.B !== undefined && Buffer.from(value.B).subarray(0, prefix.B.byteLength).equals(prefix.B));
}
