// What an update makes of an item: the actions are checked once, and worked out against the item as it was.
import { addNumbers, subtractNumbers } from "../../../triggers/tables/decimal.ts";
import { canonicalValue, keyOfBytes, setAttribute, typeOf, type AttributeValue, type Item } from "../../../triggers/tables/attribute-value.ts";
import { invalid } from "../faults.ts";
import { withNumbers } from "../values.ts";
import { valueAt } from "./evaluate.ts";
import { refuseOverlaps } from "./project.ts";
import type { Resolver } from "./resolve.ts";
import type { Action, Operand, Path, RawAction, RawOperand } from "./syntax.ts";

/** Resolves and judges an update expression's actions. */
export function resolveActions(raw: readonly RawAction[], resolver: Resolver): readonly Action[] {
  const actions = raw.map((action) => resolveAction(action, resolver));
  refuseOverlaps(actions.map(({ path }) => path), "UpdateExpression");
  return actions;
}

/** The words of error texts for types. */
const TYPE_WORDS: Readonly<Record<string, string>> = { S: "STRING", N: "NUMBER", B: "BINARY", BOOL: "BOOLEAN", NULL: "NULL", M: "MAP", L: "LIST", SS: "STRING_SET", NS: "NUMBER_SET", BS: "BINARY_SET" };

function resolveAction(raw: RawAction, resolver: Resolver): Action {
  const path = resolver.path(raw.path);
  if (raw.kind === "remove") return { kind: "remove", path };
  if (raw.kind === "set") return { kind: "set", path, value: updateOperand(raw.value, resolver) };
  const operator = raw.kind === "add" ? "ADD" : "DELETE";
  if (raw.value.kind !== "value") throw resolver.fault(`Incorrect operand type for operator or function; operator: ${operator}, operand type: ${raw.value.kind === "path" ? "PATH" : "FUNCTION"}`);
  const value = resolver.value(raw.value.name);
  const set = value.SS ?? value.NS ?? value.BS;
  if (!set && !(raw.kind === "add" && value.N !== undefined)) {
    throw resolver.fault(`Incorrect operand type for operator or function; operator: ${operator}, operand type: ${TYPE_WORDS[typeOf(value)]}, typeSet: ALLOWED_FOR_${operator}_OPERAND`);
  }
  return { kind: raw.kind, path, value };
}

function updateOperand(raw: RawOperand, resolver: Resolver): Operand {
  if (raw.kind === "path") return { kind: "path", path: resolver.path(raw.parts) };
  if (raw.kind === "value") return { kind: "value", value: resolver.value(raw.name) };
  if (raw.kind === "sum") {
    const [left, right] = [updateOperand(raw.left, resolver), updateOperand(raw.right, resolver)];
    for (const side of [left, right]) if (side.kind === "value" && side.value.N === undefined) throw resolver.wrongType(raw.sign, side.value);
    return { kind: "sum", sign: raw.sign, left, right };
  }
  if (raw.name !== "if_not_exists" && raw.name !== "list_append") {
    const known = ["size", "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"].includes(raw.name);
    throw resolver.fault(known ? `The function is not allowed in an update expression; function: ${raw.name}` : `Invalid function name; function: ${raw.name}`);
  }
  if (raw.operands.length !== 2) throw resolver.fault(`Incorrect number of operands for operator or function; operator or function: ${raw.name}, number of operands: ${raw.operands.length}`);
  const nested = raw.operands.find((each) => each.kind === "call" && each.name === "list_append");
  if (nested) throw resolver.fault("The function is not allowed to be used this way in an expression; function: list_append");
  const [left, right] = raw.operands.map((each) => updateOperand(each, resolver));
  if (!left || !right) throw new Error("bug: a function without its operands");
  if (raw.name === "list_append") {
    for (const side of [left, right]) if (side.kind === "value" && !side.value.L) throw resolver.wrongType("list_append", side.value);
    return { kind: "list_append", left, right };
  }
  if (left.kind !== "path") throw resolver.fault("Operator or function requires a document path; operator or function: if_not_exists");
  return { kind: "if_not_exists", path: left.path, otherwise: right };
}

/** The item after the actions; `before` is at least the key. Throws what the original answers when they do not fit this item. */
export function applyActions(actions: readonly Action[], before: Item): Item {
  const root: Draft = { M: draftMap(before) };
  const sets = actions.flatMap((action) => (action.kind === "set" ? [{ path: action.path, value: operandValue(action.value, before) }] : []));
  const sums = actions.flatMap((action) => (action.kind === "add" ? [{ path: action.path, value: added(valueAt(before, action.path), action.value, action.legacy === true) }] : []));
  // Elements beyond a list's end are appended in the order of their positions.
  for (const { path, value } of [...sets, ...sums].toSorted((a, b) => lastNumber(a.path) - lastNumber(b.path))) put(root, path, value);
  const removals = actions.flatMap((action): readonly Path[] => {
    if (action.kind === "remove") return [action.path];
    if (action.kind !== "delete") return [];
    const left = without(valueAt(before, action.path), action.value, action.legacy === true);
    if (left) put(root, action.path, left);
    return left === undefined && valueAt(before, action.path) !== undefined ? [action.path] : [];
  });
  for (const path of removals.toSorted((a, b) => lastNumber(b) - lastNumber(a))) remove(root, path);
  return finished(root).M ?? {};
}

const lastNumber = (path: Path): number => {
  const last = path.at(-1);
  return typeof last === "number" ? last : -1;
};

/** Along the changed paths, maps and lists that may be changed; everything else is shared with the item as it was. */
interface Draft {
  M?: Map<string, Draft | AttributeValue>;
  L?: (Draft | AttributeValue)[];
}

const draftMap = (item: Item): Map<string, Draft | AttributeValue> => new Map(Object.entries(item));
const isDraft = (value: Draft | AttributeValue): value is Draft => value.M instanceof Map || drafts.has(value);
const drafts = new WeakSet<object>();

/** The draft that holds the last part of the path; undefined when the way is not there. */
function holderOf(root: Draft, path: Path): Draft | undefined {
  let at = root;
  for (const part of path.slice(0, -1)) {
    const child: Draft | AttributeValue | undefined = typeof part === "number" ? at.L?.[part] : at.M?.get(part);
    if (!child) return undefined;
    const draft: Draft | undefined = isDraft(child) ? child : child.M ? { M: draftMap(child.M as Item) } : child.L ? { L: [...child.L] } : undefined;
    if (!draft) return undefined;
    drafts.add(draft);
    if (typeof part === "number") at.L?.splice(part, 1, draft);
    else at.M?.set(part, draft);
    at = draft;
  }
  return at;
}

const noWay = (): Error => invalid("The document path provided in the update expression is invalid for update");

function put(root: Draft, path: Path, value: AttributeValue): void {
  const holder = holderOf(root, path);
  const last = path.at(-1);
  if (typeof last === "string" && holder?.M) holder.M.set(last, value);
  else if (typeof last === "number" && holder?.L) holder.L.splice(Math.min(last, holder.L.length), 1, value);
  else throw noWay();
}

function remove(root: Draft, path: Path): void {
  const holder = holderOf(root, path);
  const last = path.at(-1);
  if (path.length > 1 && !(typeof last === "number" ? holder?.L : holder?.M)) throw noWay();
  if (typeof last === "number") holder?.L?.splice(last, 1);
  else if (last !== undefined) holder?.M?.delete(last);
}

function finished(draft: Draft): AttributeValue {
  const child = (value: Draft | AttributeValue): AttributeValue => (isDraft(value) ? finished(value) : value);
  if (draft.L) return { L: draft.L.map(child) };
  const map: Record<string, AttributeValue> = {};
  for (const [name, value] of draft.M ?? []) setAttribute(map, name, child(value));
  return { M: map };
}

const wrongType = (legacy = false): Error => invalid(legacy ? "Type mismatch for attribute to update" : "An operand in the update expression has an incorrect data type");

function operandValue(operand: Operand, item: Item): AttributeValue {
  switch (operand.kind) {
    case "value": return operand.value;
    case "path": {
      const value = valueAt(item, operand.path);
      if (!value) throw invalid("The provided expression refers to an attribute that does not exist in the item");
      return value;
    }
    case "if_not_exists": return valueAt(item, operand.path) ?? operandValue(operand.otherwise, item);
    case "list_append": {
      const [left, right] = [operandValue(operand.left, item), operandValue(operand.right, item)];
      if (!left.L || !right.L) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case "sum": {
      const [left, right] = [operandValue(operand.left, item).N, operandValue(operand.right, item).N];
      if (left === undefined || right === undefined) throw wrongType();
      return { N: withNumbers(() => (operand.sign === "+" ? addNumbers(left, right) : subtractNumbers(left, right))) };
    }
    case "size": throw new Error("bug: size in an update");
  }
}

function added(before: AttributeValue | undefined, value: AttributeValue, legacy: boolean): AttributeValue {
  if (!before) return value;
  const [number, plus] = [before.N, value.N];
  if (number !== undefined && plus !== undefined) return { N: withNumbers(() => addNumbers(number, plus)) };
  if (before.SS && value.SS) return canonicalValue({ SS: [...new Set([...before.SS, ...value.SS])] });
  if (before.NS && value.NS) return canonicalValue({ NS: [...new Set([...before.NS, ...value.NS])] });
  if (before.BS && value.BS) return canonicalValue({ BS: [...new Map([...before.BS, ...value.BS].map((bytes) => [keyOfBytes(bytes), bytes])).values()] });
  if (legacy && before.L && value.L) return { L: [...before.L, ...value.L] };
  throw wrongType(legacy);
}

/** The set without members of another; undefined when none is left or there was none. */
function without(before: AttributeValue | undefined, value: AttributeValue, legacy: boolean): AttributeValue | undefined {
  if (!before) return undefined;
  if (typeOf(before) !== typeOf(value)) throw wrongType(legacy);
  const gone = new Set<string>([...(value.SS ?? value.NS ?? []), ...(value.BS ?? []).map(keyOfBytes)]);
  const left = (members: readonly string[]): readonly string[] => members.filter((member) => !gone.has(member));
  if (before.SS) return left(before.SS).length > 0 ? { SS: left(before.SS) } : undefined;
  if (before.NS) return left(before.NS).length > 0 ? { NS: left(before.NS) } : undefined;
  const bytes = (before.BS ?? []).filter((member) => !gone.has(keyOfBytes(member)));
  return bytes.length > 0 ? { BS: bytes } : undefined;
}
