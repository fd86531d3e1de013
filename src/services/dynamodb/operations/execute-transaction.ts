// ExecuteTransaction: up to a hundred statements of one item each, all reads or all writes, as one.
import { Fault } from "../../../kernel/fault.ts";
import { itemBytes } from "../../../triggers/tables/attribute-value.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { onlyTable, readUnits } from "../capacity.ts";
import { compileColumns, projectItem } from "../expressions/project.ts";
import { invalid } from "../faults.ts";
import { orTableMissing } from "../item-writes.ts";
import { sdkItem, type DynamoDbContext, type Op } from "../op.ts";
import { parseStatement } from "../partiql/parse.ts";
import { planOne, planWrite } from "../partiql/plan.ts";
import type { Select, Statement } from "../partiql/statement.ts";
import { runTransaction, transactionUnits } from "../transactions.ts";

/** AWS: what a transaction costs more. */
const FACTOR = 2;

export const executeTransaction: Op<"ExecuteTransaction"> = async ({ TransactStatements = [], ClientRequestToken: token, ReturnConsumedCapacity }, context) => {
  const statements = await eachNamed(TransactStatements, ({ Statement = "", Parameters }) => transactable(parseStatement(Statement, Parameters)));
  const units = new UnitsByTable();
  const selects = statements.filter((statement) => statement.kind === "select");
  if (selects.length === statements.length) return { Responses: await readAll(context, selects, units), ConsumedCapacity: units.view(ReturnConsumedCapacity, "read") };
  const changes = statements.filter((statement) => statement.kind !== "select");
  if (changes.length < statements.length) throw invalid("Transaction can not contain both read and write operations");
  const writes = await eachNamed(changes, (statement, at) => planWrite(context, statement, TransactStatements[at]?.ReturnValuesOnConditionCheckFailure));
  const written = await runTransaction(context, writes, { token, request: TransactStatements });
  writes.forEach(({ table }, at) => units.add(table, transactionUnits(table, written, at)));
  return { Responses: [], ConsumedCapacity: units.view(ReturnConsumedCapacity, written ? "write" : "read") };
};

/** What is made of each statement; the first that is refused is named. */
async function eachNamed<From, To>(from: readonly From[], make: (each: From, at: number) => To | Promise<To>): Promise<readonly To[]> {
  const made: To[] = [];
  for (const [at, each] of from.entries()) {
    try {
      made.push(await make(each, at));
    } catch (error) {
      throw error instanceof Fault && error.code === "ValidationException" ? invalid(`Validation failed in TransactStatements[${at}]: ${error.message}`) : error;
    }
  }
  return made;
}

/** Throws when a statement has what transactions do not have. */
function transactable(statement: Statement): Statement {
  if ("returning" in statement && statement.returning !== undefined) throw invalid("RETURNING clause is not supported in ExecuteTransaction.");
  const select = statement.kind === "exists" ? statement.select : statement;
  if (select.kind === "select" && select.index !== undefined) throw invalid("Reads on indices are not supported within transactions.");
  return statement;
}

async function readAll(context: DynamoDbContext, selects: readonly Select[], units: UnitsByTable) {
  const plans = await eachNamed(selects, (select) => planOne(context, select, "ExecuteTransaction"));
  if (mentionsTwice(plans)) throw invalid("Transaction request cannot include multiple operations on one item");
  const items = await orTableMissing(context.tables.items.change(plans, (before) => ({ after: before.map(() => "keep"), result: before.map(({ item }) => item) })));
  return plans.map(({ table, paths }, at) => {
    const item = items[at];
    units.add(table, onlyTable(readUnits(item ? itemBytes(item) : 0, true) * FACTOR));
    return item ? { Item: sdkItem(paths ? projectItem(item, compileColumns(paths)) : item) } : {};
  });
}
