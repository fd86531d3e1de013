// What expressions mean, as trees: written ones are parsed into `Raw…` with their placeholders, and resolved into what is evaluated.
import type { AttributeValue } from "../../../triggers/tables/attribute-value.ts";

/** `["orders", 0, "total"]`: the first is an attribute's name. */
export type Path = readonly (string | number)[];

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "size"; readonly of: Operand }
  | { readonly kind: "if_not_exists"; readonly path: Path; readonly otherwise: Operand }
  | { readonly kind: "list_append"; readonly left: Operand; readonly right: Operand }
  | { readonly kind: "sum"; readonly sign: "+" | "-"; readonly left: Operand; readonly right: Operand };

export type Condition =
  | { readonly kind: "compare"; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: "between"; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "in"; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly inner: Condition }
  | { readonly kind: "exists" | "missing"; readonly path: Path }
  | { readonly kind: "type"; readonly operand: Operand; readonly type: string }
  | { readonly kind: "begins_with" | "contains"; readonly operand: Operand; readonly part: Operand };

export type Action =
  | { readonly kind: "set"; readonly path: Path; readonly value: Operand }
  | { readonly kind: "remove"; readonly path: Path }
  /** `legacy` requests may add to lists too, and hear of wrong types in other words. */
  | { readonly kind: "add" | "delete"; readonly path: Path; readonly value: AttributeValue; readonly legacy?: boolean };

/** The paths a condition looks at. */
export function pathsIn(condition: Condition): readonly Path[] {
  const inOperand = (operand: Operand): readonly Path[] => (operand.kind === "path" ? [operand.path] : operand.kind === "size" ? inOperand(operand.of) : []);
  switch (condition.kind) {
    case "and": case "or": return [...pathsIn(condition.left), ...pathsIn(condition.right)];
    case "not": return pathsIn(condition.inner);
    case "exists": case "missing": return [condition.path];
    case "type": return inOperand(condition.operand);
    case "compare": return [...inOperand(condition.left), ...inOperand(condition.right)];
    case "between": return [condition.operand, condition.low, condition.high].flatMap(inOperand);
    case "in": return [condition.operand, ...condition.list].flatMap(inOperand);
    case "begins_with": case "contains": return [...inOperand(condition.operand), ...inOperand(condition.part)];
  }
}

/** The attributes a condition looks at. */
export const namesIn = (condition: Condition): readonly string[] => pathsIn(condition).map(([name]) => String(name));

/** The attributes that paths lead into. */
export const nestedIn = (paths: readonly Path[]): readonly string[] => paths.filter(({ length }) => length > 1).map(([name]) => String(name));

export type RawOperand =
  | { readonly kind: "path"; readonly parts: readonly (string | number)[] }
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly RawOperand[] }
  | { readonly kind: "sum"; readonly sign: "+" | "-"; readonly left: RawOperand; readonly right: RawOperand };

export type RawCondition =
  | { readonly kind: "compare"; readonly comparator: Comparator; readonly left: RawOperand; readonly right: RawOperand }
  | { readonly kind: "between"; readonly operand: RawOperand; readonly low: RawOperand; readonly high: RawOperand }
  | { readonly kind: "in"; readonly operand: RawOperand; readonly list: readonly RawOperand[] }
  | { readonly kind: "and" | "or"; readonly left: RawCondition; readonly right: RawCondition }
  | { readonly kind: "not"; readonly inner: RawCondition }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly RawOperand[] };

export type RawAction =
  | { readonly kind: "set"; readonly path: readonly (string | number)[]; readonly value: RawOperand }
  | { readonly kind: "remove"; readonly path: readonly (string | number)[] }
  | { readonly kind: "add" | "delete"; readonly path: readonly (string | number)[]; readonly value: RawOperand };
