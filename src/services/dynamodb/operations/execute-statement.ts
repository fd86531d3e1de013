// ExecuteStatement: one PartiQL statement; a SELECT answers page by page.
import { createHash } from "node:crypto";
import { fault } from "../../../kernel/fault.ts";
import type { Item } from "../../../triggers/tables/attribute-value.ts";
import { unpackItem, packItem, type Packed } from "../../../triggers/tables/packing.ts";
import { capacityView, writeUnits } from "../capacity.ts";
import { invalid } from "../faults.ts";
import { returnedAttributes, runWrite } from "../item-writes.ts";
import { sdkItem, type Op } from "../op.ts";
import { parseStatement } from "../partiql/parse.ts";
import { planSelect, planWrite } from "../partiql/plan.ts";
import { readPage } from "../reading.ts";

export const executeStatement: Op<"ExecuteStatement"> = async (input, context) => {
  const { Statement = "", Parameters, ConsistentRead = false, NextToken, Limit, ReturnConsumedCapacity } = input;
  const statement = parseStatement(Statement, Parameters);
  if (statement.kind === "exists") throw invalid("EXISTS can only be used in ExecuteTransaction");
  if (statement.kind === "select") {
    const plan = await planSelect(context, statement, ConsistentRead);
    const digest = createHash("sha256").update(Statement).digest("base64url");
    const page = await readPage(context, { ...plan, limit: Limit, range: { ...plan.range, after: NextToken === undefined ? undefined : readToken(NextToken, digest) } });
    return {
      Items: [...page.items],
      ...(page.last ? { LastEvaluatedKey: sdkItem(page.last), NextToken: writeToken(page.last, digest) } : {}),
      ConsumedCapacity: capacityView(ReturnConsumedCapacity, plan.range.table, page.units),
    };
  }
  if (Limit !== undefined) throw invalid("Limit can only be used with SELECT statements");
  const write = await planWrite(context, statement, input.ReturnValuesOnConditionCheckFailure);
  const written = await runWrite(context, write);
  const returned = statement.kind === "insert" ? undefined : returnedAttributes(statement.returning, write, written);
  return {
    Items: returned ? [sdkItem(returned)] : [],
    ConsumedCapacity: capacityView(ReturnConsumedCapacity, write.table, () => writeUnits(written.table, written.before, written.after)),
  };
};

const writeToken = (last: Item, digest: string): string => Buffer.from(JSON.stringify([digest, packItem(last)])).toString("base64");

function readToken(token: string, digest: string): Item {
  try {
    const [of, last] = JSON.parse(Buffer.from(token, "base64").toString()) as [string, Packed];
    if (of === digest) return unpackItem(last);
  } catch {
    // Not one of ours: the answer below says so.
  }
  throw fault("ValidationException", { message: "NextToken does not match request", status: 400 });
}
