// From statements to what tables can do: a WHERE that fixes the key becomes a query or a write of one item, everything else a filter.
import { attributeOf, equalValues, pick, setAttribute, type AttributeValue, type Item } from "../../../triggers/tables/attribute-value.ts";
import { keyNames, type KeySchema, type Table } from "../../../triggers/tables/table.ts";
import { compileColumns, refuseOverlaps } from "../expressions/project.ts";
import type { Condition } from "../expressions/syntax.ts";
import { fault } from "../../../kernel/fault.ts";
import { invalid } from "../faults.ts";
import { actionsWrite, putWrite, type ItemWrite } from "../item-writes.ts";
import { readKey } from "../key-check.ts";
import { keyRangeOf, type KeyTerm } from "../key-conditions.ts";
import { indexOf, tableFor } from "../lookup.ts";
import { sdkItem, type DynamoDbContext } from "../op.ts";
import { readSelect, requireFilterable, type PageRead } from "../reading.ts";
import type { Returning, Select, Statement } from "./statement.ts";

/** As statements write them. */
const RETURNING: Readonly<Record<Returning, string>> = { ALL_OLD: "ALL OLD", ALL_NEW: "ALL NEW", UPDATED_OLD: "MODIFIED OLD", UPDATED_NEW: "MODIFIED NEW" };

/** The parts of a conjunction. */
const partsOf = (condition: Condition | undefined): readonly Condition[] => (condition === undefined ? [] : condition.kind === "and" ? [...partsOf(condition.left), ...partsOf(condition.right)] : [condition]);

const joined = (parts: readonly Condition[]): Condition | undefined => parts.reduce<Condition | undefined>((left, right) => (left ? { kind: "and", left, right } : right), undefined);

/** A part that compares a top-level attribute with values, as a term of a key condition. */
function termOf(part: Condition): KeyTerm | undefined {
  if (part.kind === "compare" && part.comparator !== "<>" && part.left.kind === "path" && part.left.path.length === 1 && part.right.kind === "value") return { name: String(part.left.path[0]), operator: part.comparator, values: [part.right.value] };
  if (part.kind === "between" && part.operand.kind === "path" && part.operand.path.length === 1 && part.low.kind === "value" && part.high.kind === "value") return { name: String(part.operand.path[0]), operator: "between", values: [part.low.value, part.high.value] };
  if (part.kind === "begins_with" && part.operand.kind === "path" && part.operand.path.length === 1 && part.part.kind === "value") return { name: String(part.operand.path[0]), operator: "begins_with", values: [part.part.value] };
  return undefined;
}

/** The terms that choose keys, and the parts that are left to filter by. */
function chooseKeys(where: Condition | undefined, schema: KeySchema): { readonly terms: readonly KeyTerm[]; readonly rest: readonly Condition[] } {
  const terms: KeyTerm[] = [];
  const rest: Condition[] = [];
  for (const part of partsOf(where)) {
    const term = termOf(part);
    const fits = term && !terms.some(({ name }) => name === term.name) && ((term.name === schema.hash.name && term.operator === "=") || term.name === schema.range?.name);
    if (fits) terms.push(term);
    else rest.push(part);
  }
  return terms.some(({ name }) => name === schema.hash.name) ? { terms, rest } : { terms: [], rest: partsOf(where) };
}

export async function planSelect(context: DynamoDbContext, select: Select, consistent: boolean): Promise<Omit<PageRead, "limit">> {
  const table = await tableFor(context, select.table);
  if (select.index !== undefined && !table.indexes.some(({ name }) => name === select.index)) throw invalid("The table does not have the specified index");
  const index = indexOf(table, select.index);
  if (consistent && index?.kind === "global") throw invalid("Strongly consistent read is not supported on Global Secondary Indexes");
  const schema = index?.key ?? table.key;
  const { terms, rest } = chooseKeys(select.where, schema);
  const filter = joined(rest);
  // Unlike a query's, it can not on an index of the local kind either.
  if (index && filter && terms.length > 0) requireFilterable(table, index, filter);
  const reverse = orderOf(select, schema, terms);
  const projection = select.paths && compileColumns(select.paths);
  return {
    // Of an index a statement sees what it holds, and nothing else is fetched to filter by.
    ...readSelect(table, index, undefined, projection, index ? undefined : filter, consistent),
    range: { table, index, ...(terms.length > 0 ? { hash: hashOf(terms, schema) } : {}), reverse },
    filter,
  };
}

function hashOf(terms: readonly KeyTerm[], schema: KeySchema) {
  const { hash, range } = keyRangeOf(terms, schema);
  return { value: hash, range };
}

function orderOf({ order, where }: Select, schema: KeySchema, terms: readonly KeyTerm[]): boolean {
  if (order.length === 0) return false;
  if (!where) throw invalid("Must have WHERE clause in the statement when using ORDER BY clause.");
  if (terms.length === 0) throw invalid("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.");
  const stranger = order.find(({ name }) => !keyNames(schema).includes(name));
  if (stranger) throw invalid(`Variable reference ${stranger.name} in ORDER BY clause must be part of the primary key`);
  return order.find(({ name }) => name === schema.range?.name)?.descending ?? false;
}

/** The one item a WHERE means, and what else it demands of it. */
function oneItem(table: Table, where: Condition | undefined, unclear = (): Error => invalid("Where clause does not contain a mandatory equality on all key attributes")): { readonly key: Item; readonly rest: readonly Condition[] } {
  const key: Record<string, AttributeValue> = {};
  const rest: Condition[] = [];
  for (const part of partsOf(where)) {
    const term = termOf(part);
    const [value] = term?.values ?? [];
    const known = term && attributeOf(key, term.name);
    if (term && value && term.operator === "=" && keyNames(table.key).includes(term.name) && !(known && !equalValues(known, value))) setAttribute(key, term.name, value);
    else rest.push(part);
  }
  if (Object.keys(key).length !== keyNames(table.key).length) throw unclear();
  return { key: readKey(table, key), rest };
}

/** The item of a SELECT that must mean exactly one, by its key and nothing else. `operation`: the one that wants it so. */
export async function planOne(context: DynamoDbContext, select: Select, operation: string): Promise<{ readonly table: Table; readonly key: Item; readonly paths: Select["paths"] }> {
  const unclear = (): Error => invalid(`Select statements within ${operation} must specify the primary key in the where clause.`);
  if (select.index !== undefined) throw unclear();
  const table = await tableFor(context, select.table);
  const { key, rest } = oneItem(table, select.where, unclear);
  if (rest.length > 0) throw unclear();
  return { table, key, paths: select.paths };
}

/** The write a statement means; `wanted` is the request's ReturnValuesOnConditionCheckFailure. */
export async function planWrite(context: DynamoDbContext, statement: Exclude<Statement, Select>, wanted?: string): Promise<ItemWrite> {
  const showOnFailure = wanted === "ALL_OLD";
  if (statement.kind === "exists") {
    const table = await tableFor(context, statement.select.table);
    const { key, rest } = oneItem(table, statement.select.where);
    if (rest.length === 0) throw invalid("EXISTS() must contain a single item read with additional condition");
    return { table, key, condition: present(table, joined(rest)), showOnFailure, touched: [], apply: () => "keep" };
  }
  const table = await tableFor(context, statement.table);
  if (statement.kind === "insert") {
    const write = putWrite(statement.item, {})(table);
    return {
      ...write,
      apply: (before) => {
        if (before.item) throw fault("DuplicateItemException", { message: "Duplicate primary key exists in table", Item: showOnFailure ? sdkItem(before.item) : undefined });
        return write.apply(before);
      },
    };
  }
  const { key, rest } = oneItem(table, statement.where);
  if (statement.kind === "delete") {
    if (statement.returning !== undefined && statement.returning !== "ALL_OLD") throw invalid(`Invalid returning clause: RETURNING ${RETURNING[statement.returning]} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`);
    return { table, key, condition: absentOr(table, joined(rest)), showOnFailure, touched: [], apply: () => undefined };
  }
  refuseOverlaps(statement.actions.map(({ path }) => path), "UpdateExpression");
  return { ...actionsWrite(table, pick(key, keyNames(table.key)), statement.actions), condition: present(table, joined(rest)), showOnFailure };
}

/** The item must be there, and meet the condition. */
function present(table: Table, condition: Condition | undefined): Condition {
  const exists: Condition = { kind: "exists", path: [table.key.hash.name] };
  return condition ? { kind: "and", left: exists, right: condition } : exists;
}

/** AWS: a condition on what is to be deleted is none on what is not there, and nothing is deleted then. */
function absentOr(table: Table, condition: Condition | undefined): Condition | undefined {
  return condition && { kind: "or", left: { kind: "missing", path: [table.key.hash.name] }, right: condition };
}
