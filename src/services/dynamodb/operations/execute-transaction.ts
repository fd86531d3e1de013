// ExecuteTransaction: up to a hundred statements of one item each, all reads or all writes, as one.
import { itemBytes } from "../../../triggers/tables/attribute-value.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { onlyTable, readUnits, writeUnits } from "../capacity.ts";
import { meets } from "../expressions/evaluate.ts";
import { compileProjection, projectItem } from "../expressions/project.ts";
import { invalid } from "../faults.ts";
import { orTableMissing } from "../item-writes.ts";
import { sdkItem, type DynamoDbContext, type Op } from "../op.ts";
import { parseStatement } from "../partiql/parse.ts";
import { planOne, planWrite } from "../partiql/plan.ts";
import type { Select, Statement } from "../partiql/statement.ts";
import { runTransaction } from "../transactions.ts";

/** AWS: what a transaction costs more. */
const FACTOR = 2;

export const executeTransaction: Op<"ExecuteTransaction"> = async ({ TransactStatements = [], ClientRequestToken: token, ReturnConsumedCapacity }, context) => {
  const statements = TransactStatements.map(({ Statement = "", Parameters }) => parseStatement(Statement, Parameters));
  for (const [at, statement] of statements.entries()) {
    const why = untransactable(statement);
    if (why !== undefined) throw invalid(`Validation failed in TransactStatements[${at}]: ${why}`);
  }
  const units = new UnitsByTable();
  const selects = statements.filter((statement) => statement.kind === "select");
  if (selects.length === statements.length) return { Responses: await readAll(context, selects, units), ConsumedCapacity: units.view(ReturnConsumedCapacity, "read") };
  const changes = statements.filter((statement) => statement.kind !== "select");
  if (changes.length < statements.length) throw invalid("Transaction can not contain both read and write operations");
  const writes = await Promise.all(changes.map((statement, at) => planWrite(context, statement, TransactStatements[at]?.ReturnValuesOnConditionCheckFailure)));
  const written = await runTransaction(context, writes, { token, request: TransactStatements });
  writes.forEach(({ table }, at) => units.add(table, writeUnits(table, written?.[at]?.before, written?.[at]?.after, FACTOR)));
  return { Responses: writes.map(() => ({})), ConsumedCapacity: units.view(ReturnConsumedCapacity, "write") };
};

/** What a statement has that transactions do not. */
function untransactable(statement: Statement): string | undefined {
  if ("returning" in statement && statement.returning !== undefined) return "RETURNING clause is not supported in ExecuteTransaction.";
  const select = statement.kind === "exists" ? statement.select : statement;
  return select.kind === "select" && select.index !== undefined ? "Reads on indices are not supported within transactions." : undefined;
}

async function readAll(context: DynamoDbContext, selects: readonly Select[], units: UnitsByTable) {
  const plans = await Promise.all(selects.map((select) => planOne(context, select)));
  if (mentionsTwice(plans)) throw invalid("Transaction request cannot include multiple operations on one item");
  const items = await orTableMissing(context.tables.items.change(plans, (before) => ({ after: before.map(() => "keep"), result: before.map(({ item }) => item) })));
  return plans.map(({ table, condition, paths }, at) => {
    const item = items[at];
    units.add(table, onlyTable(readUnits(item ? itemBytes(item) : 0, true) * FACTOR));
    if (!item || (condition && !meets(condition, item))) return {};
    return { Item: sdkItem(paths ? projectItem(item, compileProjection(paths, "Statement")) : item) };
  });
}
