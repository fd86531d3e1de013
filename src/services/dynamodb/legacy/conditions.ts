// Conditions as they were before expressions (Expected, QueryFilter, ScanFilter, KeyConditions), turned into the trees that expressions become.
import { compareScalars, typeOf, type AttributeValue } from "../../../triggers/tables/attribute-value.ts";
import type { Condition, Operand } from "../expressions/syntax.ts";
import { invalid, invalidParameters } from "../faults.ts";
import type { KeyTerm } from "../key-conditions.ts";
import { readValue } from "../values.ts";

interface LegacyCondition {
  readonly ComparisonOperator?: string | undefined;
  readonly AttributeValueList?: readonly unknown[] | undefined;
  readonly Value?: unknown;
  readonly Exists?: boolean | undefined;
}

type Legacy = Readonly<Record<string, LegacyCondition | undefined>>;

/** How many values each operator takes. */
const ARITY: Readonly<Record<string, readonly [min: number, max: number]>> = {
  EQ: [1, 1], NE: [1, 1], LE: [1, 1], LT: [1, 1], GE: [1, 1], GT: [1, 1], NOT_NULL: [0, 0], NULL: [0, 0], CONTAINS: [1, 1], NOT_CONTAINS: [1, 1], BEGINS_WITH: [1, 1], IN: [1, Infinity], BETWEEN: [2, 2],
};
const SCALAR: ReadonlySet<string> = new Set(["S", "N", "B"]);

/** The conditions joined by the operator (`AND` when absent); undefined when there are none. */
export function legacyCondition(conditions: Legacy | undefined, operator: string | undefined): Condition | undefined {
  const parts = Object.entries(conditions ?? {}).map(([name, condition]) => conditionOf(name, condition ?? {}));
  if (operator !== undefined && parts.length === 0) throw invalid("ConditionalOperator cannot be used without Filter or Expected");
  if (operator !== undefined && parts.length === 1) throw invalid("ConditionalOperator can only be used when Filter or Expected has two or more elements");
  return parts.reduce<Condition | undefined>((left, right) => (left ? { kind: operator === "OR" ? "or" : "and", left, right } : right), undefined);
}

function conditionOf(name: string, condition: LegacyCondition): Condition {
  const path = [name];
  const { ComparisonOperator: operator, AttributeValueList: list, Value: value, Exists: exists } = condition;
  if (operator !== undefined) {
    if (exists !== undefined) throw invalidParameters(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
    if (value !== undefined && list) throw invalidParameters(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
    return compared(name, operator, valuesOf(list ?? (value === undefined ? [] : [value])));
  }
  if (list) throw invalidParameters(`AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`);
  if (exists === false) {
    if (value !== undefined) throw invalidParameters(`Value cannot be used when Exists is false for Attribute: ${name}`);
    return { kind: "missing", path };
  }
  if (value === undefined) throw invalidParameters(`${exists === true ? "Value must be provided when Exists is true" : "Value must be provided when Exists is null"} for Attribute: ${name}`);
  return { kind: "compare", comparator: "=", left: { kind: "path", path }, right: { kind: "value", value: readValue(value) } };
}

const valuesOf = (list: readonly unknown[]): readonly AttributeValue[] => list.map((value) => readValue(value));

/** What is wrong with the values whatever they are compared with. */
function judge(operator: string, values: readonly AttributeValue[]): void {
  const [min, max] = ARITY[operator] ?? [0, Infinity];
  if (values.length < min || values.length > max) throw invalidParameters(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  const types = new Set(values.map(typeOf));
  if (types.size > 1) throw invalidParameters("AttributeValues inside AttributeValueList must be of same type");
  for (const type of types) {
    const fits = operator === "EQ" || operator === "NE" || (SCALAR.has(type) && !(operator === "BEGINS_WITH" && type === "N"));
    if (!fits) throw invalidParameters(`ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`);
  }
  const [low, high] = values;
  if (operator === "BETWEEN" && low && high && (compareScalars(low, high) ?? 0) > 0) throw invalid("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
}

function compared(name: string, operator: string, values: readonly AttributeValue[]): Condition {
  judge(operator, values);
  const left: Operand = { kind: "path", path: [name] };
  const [first, second] = values.map((value): Operand => ({ kind: "value", value }));
  if (operator === "NULL") return { kind: "missing", path: [name] };
  if (operator === "NOT_NULL" || !first) return { kind: "exists", path: [name] };
  const comparator = ({ EQ: "=", NE: "<>", LE: "<=", LT: "<", GE: ">=", GT: ">" } as const)[operator];
  if (comparator) return { kind: "compare", comparator, left, right: first };
  if (operator === "IN") return { kind: "in", operand: left, list: values.map((value) => ({ kind: "value", value })) };
  if (operator === "BETWEEN" && second) return { kind: "between", operand: left, low: first, high: second };
  if (operator === "BEGINS_WITH") return { kind: "begins_with", operand: left, part: first };
  const contains: Condition = { kind: "contains", operand: left, part: first };
  return operator === "CONTAINS" ? contains : { kind: "and", left: { kind: "exists", path: [name] }, right: { kind: "not", inner: contains } };
}

const KEY_OPERATORS: Readonly<Record<string, KeyTerm["operator"] | undefined>> = { EQ: "=", LT: "<", LE: "<=", GT: ">", GE: ">=", BETWEEN: "between", BEGINS_WITH: "begins_with" };

/** KeyConditions as the terms of a key condition expression. */
export function legacyKeyTerms(conditions: Legacy): readonly KeyTerm[] {
  const entries = Object.entries(conditions);
  if (entries.length > 2) throw invalid("Conditions can be of length 1 or 2 only");
  return entries.map(([name, condition]) => {
    const { ComparisonOperator: comparison = "", AttributeValueList: list = [] } = condition ?? {};
    const values = valuesOf(list);
    judge(comparison, values);
    const operator = KEY_OPERATORS[comparison];
    if (!operator) throw invalid("Attempted conditional constraint is not an indexable operation");
    return { name, operator, values };
  });
}
