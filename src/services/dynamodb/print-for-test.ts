// Writes trees as texts again, so that tests can ask whether the parsers read in them what was read before.
import type { AttributeValue } from "../../triggers/tables/attribute-value.ts";
import type { Action, Condition, Operand, Path, RawAction, RawCondition, RawOperand } from "./expressions/syntax.ts";
import type { Returning, Select, Statement } from "./partiql/statement.ts";

type AnyCondition = RawCondition | Condition;

const position = (part: number): string => `[${BigInt(part)}]`;

/** `x`: how names and operands are written. */
function conditionText(condition: AnyCondition, x: (operand: RawOperand | Operand) => string, path: (path: Path) => string): string {
  const text = (inner: AnyCondition): string => conditionText(inner, x, path);
  /** In parentheses where it would be read as something else. */
  const within = (inner: AnyCondition, ...loose: readonly string[]): string => (loose.includes(inner.kind) ? `(${text(inner)})` : text(inner));
  switch (condition.kind) {
    case "or": return `${text(condition.left)} OR ${within(condition.right, "or")}`;
    case "and": return `${within(condition.left, "or")} AND ${within(condition.right, "or", "and")}`;
    case "not": return `NOT ${within(condition.inner, "or", "and")}`;
    case "compare": return `${x(condition.left)} ${condition.comparator} ${x(condition.right)}`;
    case "between": return `${x(condition.operand)} BETWEEN ${x(condition.low)} AND ${x(condition.high)}`;
    case "in": return `${x(condition.operand)} IN (${condition.list.map(x).join()})`;
    case "call": return x(condition);
    case "exists": return `attribute_exists(${path(condition.path)})`;
    case "missing": return `${path(condition.path)} IS MISSING`;
    case "type": return `attribute_type(${x(condition.operand)}, ${valueText({ S: condition.type })})`;
    case "begins_with":
    case "contains": return `${condition.kind}(${x(condition.operand)}, ${x(condition.part)})`;
  }
}

const rawPath = (parts: Path): string => parts.map((part, n) => (typeof part === "number" ? position(part) : n === 0 ? part : `.${part}`)).join("");

function rawOperand(operand: RawOperand): string {
  const term = (inner: RawOperand): string => (inner.kind === "sum" ? `(${rawOperand(inner)})` : rawOperand(inner));
  switch (operand.kind) {
    case "path": return rawPath(operand.parts);
    case "value": return operand.name;
    case "call": return `${operand.name}(${operand.operands.map(rawOperand).join()})`;
    case "sum": return `${term(operand.left)}${operand.sign}${term(operand.right)}`;
  }
}

export const printCondition = (condition: RawCondition): string => conditionText(condition, rawOperand as (operand: RawOperand | Operand) => string, rawPath);

export const printProjection = (paths: readonly Path[]): string => paths.map(rawPath).join();

/** Each section is written once, as it may be; a parser gives the actions of one together. */
export function printUpdate(actions: readonly RawAction[]): string {
  const text = (action: RawAction): string => `${rawPath(action.path)}${action.kind === "remove" ? "" : `${action.kind === "set" ? " = " : " "}${rawOperand(action.value)}`}`;
  return actions.map((action, n) => `${action.kind === actions[n - 1]?.kind ? ", " : ` ${action.kind} `}${text(action)}`).join("");
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const path = (parts: Path): string => parts.map((part, n) => (typeof part === "number" ? position(part) : n === 0 ? quoted(part) : `.${quoted(part)}`)).join("");

function valueText(value: AttributeValue): string {
  if (value.S !== undefined) return `'${value.S.replaceAll("'", "''")}'`;
  if (value.N !== undefined) return value.N;
  if (value.BOOL !== undefined) return String(value.BOOL);
  if (value.SS) return `<<${value.SS.map((S) => valueText({ S })).join()}>>`;
  if (value.NS) return `<<${value.NS.join()}>>`;
  if (value.L) return `[${value.L.map(valueText).join()}]`;
  return value.M ? `{${Object.entries(value.M).map(([name, of]) => `${valueText({ S: name })}: ${valueText(of)}`).join()}}` : "NULL";
}

function operandText(operand: Operand): string {
  switch (operand.kind) {
    case "path": return path(operand.path);
    case "value": return valueText(operand.value);
    case "size": return `size(${operandText(operand.of)})`;
    case "if_not_exists": return `if_not_exists(${path(operand.path)}, ${operandText(operand.otherwise)})`;
    case "list_append": return `list_append(${operandText(operand.left)}, ${operandText(operand.right)})`;
    case "sum": return `${operandText(operand.left)} ${operand.sign} ${operandText(operand.right)}`;
  }
}

const where = (condition: Condition | undefined): string => (condition ? ` WHERE ${conditionText(condition, operandText as (operand: RawOperand | Operand) => string, path)}` : "");
const returning = (what: Returning | undefined): string => (what ? ` RETURNING ${what.replace("_", " ").replace("UPDATED", "MODIFIED")} *` : "");

const selectText = ({ table, index, paths, where: condition, order }: Select): string =>
  `SELECT ${paths ? paths.map(path).join() : "*"} FROM ${quoted(table)}${index === undefined ? "" : `.${quoted(index)}`}${where(condition)}${order.length === 0 ? "" : ` ORDER BY ${order.map(({ name, descending }) => `${quoted(name)}${descending ? " DESC" : ""}`).join()}`}`;

function actionText(action: Action): string {
  if (action.kind === "remove") return `REMOVE ${path(action.path)}`;
  const value = action.kind === "set" ? operandText(action.value) : `set_${action.kind}(${path(action.path)}, ${valueText(action.value)})`;
  return `SET ${path(action.path)} = ${value}`;
}

export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case "select": return selectText(statement);
    case "exists": return `EXISTS(${selectText(statement.select)})`;
    case "insert": return `INSERT INTO ${quoted(statement.table)} VALUE ${valueText({ M: statement.item })}`;
    case "update": return `UPDATE ${quoted(statement.table)} ${statement.actions.map(actionText).join(" ")}${where(statement.where)}${returning(statement.returning)}`;
    case "delete": return `DELETE FROM ${quoted(statement.table)}${where(statement.where)}${returning(statement.returning)}`;
  }
}
