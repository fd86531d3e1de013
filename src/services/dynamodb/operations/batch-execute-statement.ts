// BatchExecuteStatement: up to 25 statements of one item each, all reads or all writes, each for itself.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { Fault } from "../../../kernel/fault.ts";
import { itemBytes } from "../../../triggers/tables/attribute-value.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { onlyTable, readUnits, writeUnits } from "../capacity.ts";
import { compileColumns, projectItem } from "../expressions/project.ts";
import { invalid } from "../faults.ts";
import { returnedAttributes, runWrite } from "../item-writes.ts";
import { sdkItem, type DynamoDbContext, type Op } from "../op.ts";
import { parseStatement } from "../partiql/parse.ts";
import { planOne, planWrite } from "../partiql/plan.ts";
import type { Statement } from "../partiql/statement.ts";

export const batchExecuteStatement: Op<"BatchExecuteStatement"> = async ({ Statements = [], ReturnConsumedCapacity }, context) => {
  const parsed = Statements.map(({ Statement = "", Parameters }) => attempt(() => parseStatement(Statement, Parameters)));
  const kinds = new Set(parsed.flatMap((each) => (each instanceof Fault ? [] : [each.kind === "select" ? "read" : "write"])));
  if (kinds.size > 1) throw invalid("Batch operation contains both read and write statements");
  if (parsed.some((each) => !(each instanceof Fault) && each.kind === "exists")) throw invalid("EXISTS can only be used in ExecuteTransaction");
  const units = new UnitsByTable();
  await refuseDuplicates(context, parsed);
  const responses = await Promise.all(parsed.map(async (statement, at): Promise<sdk.BatchStatementResponse> => {
    const request = Statements[at];
    try {
      if (statement instanceof Fault) throw statement;
      return await run(context, statement, request, units);
    } catch (error) {
      return { Error: batchError(error) };
    }
  }));
  return { Responses: responses, ConsumedCapacity: units.view(ReturnConsumedCapacity) };
};

function attempt<T>(work: () => T): T | Fault {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

async function refuseDuplicates(context: DynamoDbContext, statements: readonly (Statement | Fault)[]): Promise<void> {
  const writes = await Promise.all(statements.map((statement) => (statement instanceof Fault || statement.kind === "select" ? undefined : planWrite(context, statement).catch(() => undefined))));
  if (mentionsTwice(writes.filter((write) => write !== undefined))) throw invalid("Duplicate primary key is not allowed in a batch of writes");
}

async function run(context: DynamoDbContext, statement: Statement, request: sdk.BatchStatementRequest | undefined, units: UnitsByTable): Promise<sdk.BatchStatementResponse> {
  if (statement.kind === "select") {
    const { table, key, paths } = await planOne(context, statement, "BatchExecuteStatement");
    const item = await context.tables.items.get(table, key);
    units.add(table, onlyTable(readUnits(item ? itemBytes(item) : 0, request?.ConsistentRead ?? false)));
    return { TableName: table.name, ...(item ? { Item: sdkItem(paths ? projectItem(item, compileColumns(paths)) : item) } : {}) };
  }
  const write = await planWrite(context, statement, request?.ReturnValuesOnConditionCheckFailure);
  const written = await runWrite(context, write);
  units.add(write.table, writeUnits(written.table, written.before, written.after));
  const returned = statement.kind === "update" || statement.kind === "delete" ? returnedAttributes(statement.returning, write, written) : undefined;
  return { TableName: write.table.name, ...(returned ? { Item: sdkItem(returned) } : {}) };
}

const CODES: Readonly<Record<string, sdk.BatchStatementErrorCodeEnum>> = {
  ConditionalCheckFailedException: "ConditionalCheckFailed", ValidationException: "ValidationError", DuplicateItemException: "DuplicateItem", ResourceNotFoundException: "ResourceNotFound",
};

function batchError(error: unknown): sdk.BatchStatementError {
  const code = error instanceof Fault ? CODES[error.code] : undefined;
  if (!(error instanceof Fault) || !code) throw error;
  const item = error.members["Item"] as sdk.BatchStatementError["Item"];
  return { Code: code, Message: error.message, ...(item ? { Item: item } : {}) };
}
