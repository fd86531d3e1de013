// One change of one item, prepared: what puts, updates, deletes, checks, batches, transactions and statements have in common.
import { TableGone, type Before } from "../../triggers/tables/items.ts";
import { pick, type Item } from "../../triggers/tables/attribute-value.ts";
import { keyNames, type Table } from "../../triggers/tables/table.ts";
import { legacyActions } from "./legacy/attribute-updates.ts";
import { legacyCondition } from "./legacy/conditions.ts";
import { meets } from "./expressions/evaluate.ts";
import { parseUpdate } from "./expressions/parse.ts";
import { openPlaceholders, type PlaceholderInput } from "./expressions/placeholders.ts";
import { compileProjection, projectItem } from "./expressions/project.ts";
import { Resolver } from "./expressions/resolve.ts";
import { nestedIn, type Action, type Condition, type Path } from "./expressions/syntax.ts";
import { applyActions, resolveActions } from "./expressions/update.ts";
import { conditionFailed, invalid, resourceMissing } from "./faults.ts";
import { checkIndexKeys, checkItemKeys, fittingKey, refuseKeyChange, refuseNestedKeys } from "./key-check.ts";
import { sdkItem, type DynamoDbContext } from "./op.ts";
import { conditionOf, readCondition, refuseMixture } from "./request-conditions.ts";
import { checkSize, readItem } from "./values.ts";

export interface ItemWrite {
  readonly table: Table;
  readonly key: Item;
  readonly condition: Condition | undefined;
  /** The item when the condition is not met goes back to the caller. */
  readonly showOnFailure: boolean;
  /** What becomes of the item; `keep` checks only. May throw what the original answers when it does not fit this item. */
  readonly apply: (before: Before) => Item | undefined | "keep";
  /** The paths an update touches. */
  readonly touched: readonly Path[];
}

interface Conditional extends PlaceholderInput {
  readonly ConditionExpression?: string | undefined;
  readonly Expected?: object | undefined;
  readonly ConditionalOperator?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

function readConditional(input: Conditional): Pick<ItemWrite, "condition" | "showOnFailure"> {
  refuseMixture({ Expected: input.Expected, ConditionalOperator: input.ConditionalOperator }, { ConditionExpression: input.ConditionExpression });
  const condition = conditionOf(input) ?? legacyCondition(input.Expected as never, input.ConditionalOperator);
  return { condition, showOnFailure: input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" };
}

/** A write of which all has been judged that does not depend on the table: the original does that before it looks for one. */
export type Prepared = (table: Table) => ItemWrite;

export function putWrite(sent: unknown, conditional: Conditional): Prepared {
  const item = readItem(sent);
  const read = readConditional(conditional);
  checkSize(item, "Item size has exceeded the maximum allowed size");
  return (table) => {
    checkItemKeys(table, item);
    return { table, key: pick(item, keyNames(table.key)), ...read, touched: [], apply: (before) => (before.table === table || checkIndexKeys(before.table, item), item) };
  };
}

export function deleteWrite(sentKey: unknown, conditional: Conditional): Prepared {
  const key = readItem(sentKey ?? {});
  const read = readConditional(conditional);
  return (table) => ({ table, key: fittingKey(table, key), ...read, touched: [], apply: () => undefined });
}

export function checkWrite(sentKey: unknown, conditional: Conditional): Prepared {
  const key = readItem(sentKey ?? {});
  const read = readConditional(conditional);
  return (table) => ({ table, key: fittingKey(table, key), ...read, touched: [], apply: () => "keep" });
}

export interface UpdateInput extends Conditional {
  readonly UpdateExpression?: string | undefined;
  readonly AttributeUpdates?: object | undefined;
}

export function updateWrite(sentKey: unknown, input: UpdateInput): Prepared {
  const { UpdateExpression: update, ConditionExpression: text, AttributeUpdates: legacy } = input;
  refuseMixture({ AttributeUpdates: legacy, Expected: input.Expected, ConditionalOperator: input.ConditionalOperator }, { UpdateExpression: update, ConditionExpression: text });
  const placeholders = openPlaceholders(input, { UpdateExpression: update, ConditionExpression: text }, ["UpdateExpression", "ConditionExpression"]);
  const actions = update === undefined ? legacyActions((legacy ?? {}) as never) : resolveActions(parseUpdate(update), new Resolver("UpdateExpression", placeholders));
  const condition = readCondition(text, "ConditionExpression", placeholders) ?? legacyCondition(input.Expected as never, input.ConditionalOperator);
  placeholders.allUsed();
  const key = readItem(sentKey ?? {});
  return (table) => ({ ...actionsWrite(table, fittingKey(table, key), actions), condition, showOnFailure: input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" });
}

/** The write of resolved actions, which may come from an expression, a legacy request or a statement. */
export function actionsWrite(table: Table, key: Item, actions: readonly Action[]): ItemWrite {
  refuseKeyChange(table, actions.map(({ path }) => String(path[0])));
  refuseEmptyIndexKeys(table, actions);
  refuseNestedKeys(table, nestedIn(actions.map(({ path }) => path)));
  // Taking away from an item that is not there makes none, and no path is looked for; an update without actions makes one.
  const onlyTakes = actions.length > 0 && actions.every(({ kind }) => kind === "remove" || kind === "delete");
  return {
    table, key, condition: undefined, showOnFailure: false, touched: actions.map(({ path }) => path),
    apply: (before) => {
      if (!before.item && onlyTakes) return "keep";
      const after = applyActions(actions, before.item ?? key);
      checkSize(after, "Item size to update has exceeded the maximum allowed size");
      checkIndexKeys(before.table, after);
      return after;
    },
  };
}

/** An index can hold no empty key, whatever the item is. */
function refuseEmptyIndexKeys(table: Table, actions: readonly Action[]): void {
  const names = new Set(table.indexes.flatMap(({ key }) => keyNames(key)));
  for (const action of actions) {
    if (action.kind !== "set" || action.path.length > 1 || action.value.kind !== "value" || !names.has(String(action.path[0]))) continue;
    const empty = action.value.value.S === "" ? "string" : action.value.value.B?.byteLength === 0 ? "binary" : undefined;
    if (empty) throw invalid(`One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${empty} value.`);
  }
}

/** How one write went: the item before and after. */
export interface Written {
  readonly table: Table;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Decides one write for the item as it stands. Throws ConditionalCheckFailedException, or what does not fit. */
export function decide(write: ItemWrite, before: Before): { readonly after: Item | undefined | "keep"; readonly written: Written } {
  if (write.condition && !meets(write.condition, before.item ?? {})) throw conditionFailed(write.showOnFailure && before.item ? sdkItem(before.item) : undefined);
  const after = write.apply(before);
  return { after, written: { table: before.table, before: before.item, after: after === "keep" ? before.item : after } };
}

export function runWrite(context: DynamoDbContext, write: ItemWrite): Promise<Written> {
  return orTableMissing(context.tables.items.change([write], ([before]) => {
    if (!before) throw new Error("bug: a write without its target");
    const { after, written } = decide(write, before);
    return { after: [after], result: written };
  }));
}

/** A table that went away meanwhile is one that is not there. */
export async function orTableMissing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof TableGone ? resourceMissing() : error;
  }
}

/** `Attributes` of an answer. */
export function returnedAttributes(wanted: string | undefined, write: ItemWrite, { before, after }: Written): Item | undefined {
  switch (wanted) {
    case "ALL_OLD": return before;
    case "ALL_NEW": return after;
    case "UPDATED_OLD": case "UPDATED_NEW": {
      const item = wanted === "UPDATED_OLD" ? before : after;
      const touched = item && projectItem(item, compileProjection(write.touched));
      return touched && Object.keys(touched).length > 0 ? touched : undefined;
    }
    default: return undefined;
  }
}
