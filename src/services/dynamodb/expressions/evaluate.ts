// Whether an item meets a condition, and what a path leads to.
import { attributeOf, compareBytes, compareScalars, equalValues, typeOf, type AttributeValue, type Item } from "../../../triggers/tables/attribute-value.ts";
import type { Comparator, Condition, Operand, Path } from "./syntax.ts";

/** What is at the path; undefined when nothing is. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const part of path) {
    value = typeof part === "number" ? value.L?.[part] : value.M && attributeOf(value.M, part);
    if (!value) return undefined;
  }
  return value;
}

/** An absent item is one without attributes. */
export function meets(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case "and": return meets(condition.left, item) && meets(condition.right, item);
    case "or": return meets(condition.left, item) || meets(condition.right, item);
    case "not": return !meets(condition.inner, item);
    case "exists": return valueAt(item, condition.path) !== undefined;
    case "missing": return valueAt(item, condition.path) === undefined;
    case "type": {
      const value = valueOf(condition.operand, item);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case "compare": return compare(condition.comparator, valueOf(condition.left, item), valueOf(condition.right, item));
    case "between": {
      const value = valueOf(condition.operand, item);
      return compare(">=", value, valueOf(condition.low, item)) && compare("<=", value, valueOf(condition.high, item));
    }
    case "in": {
      const value = valueOf(condition.operand, item);
      return condition.list.some((each) => compare("=", value, valueOf(each, item)));
    }
    case "begins_with": return beginsWith(valueOf(condition.operand, item), valueOf(condition.part, item));
    case "contains": return contains(valueOf(condition.operand, item), valueOf(condition.part, item));
  }
}

/** Conditions know only these operands; those of updates are worked out where updates are. */
function valueOf(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === "path") return valueAt(item, operand.path);
  if (operand.kind === "value") return operand.value;
  if (operand.kind !== "size") throw new Error(`bug: ${operand.kind} in a condition`);
  const value = valueOf(operand.of, item);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.M !== undefined) return Object.keys(value.M).length;
  return value.B?.byteLength ?? (value.SS ?? value.NS ?? value.BS ?? value.L)?.length;
}

function compare(comparator: Comparator, a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (!a || !b) return comparator === "<>" && a !== b;
  if (comparator === "=") return equalValues(a, b);
  if (comparator === "<>") return !equalValues(a, b);
  const order = compareScalars(a, b);
  if (order === undefined) return false;
  return comparator === "<" ? order < 0 : comparator === "<=" ? order <= 0 : comparator === ">" ? order > 0 : order >= 0;
}

function beginsWith(whole: AttributeValue | undefined, begin: AttributeValue | undefined): boolean {
  if (whole?.S !== undefined && begin?.S !== undefined) return whole.S.startsWith(begin.S);
  return whole?.B !== undefined && begin?.B !== undefined && whole.B.length >= begin.B.length && compareBytes(whole.B.subarray(0, begin.B.length), begin.B) === 0;
}

function contains(whole: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (!whole || !part) return false;
  if (whole.S !== undefined) return part.S !== undefined && whole.S.includes(part.S);
  if (whole.B !== undefined) return part.B !== undefined && Buffer.from(whole.B).includes(Buffer.from(part.B));
  if (whole.SS !== undefined) return part.S !== undefined && whole.SS.includes(part.S);
  if (whole.NS !== undefined) return part.N !== undefined && whole.NS.includes(part.N);
  const bytes = part.B;
  if (whole.BS !== undefined) return bytes !== undefined && whole.BS.some((member) => compareBytes(member, bytes) === 0);
  return whole.L?.some((element) => equalValues(element, part)) ?? false;
}
