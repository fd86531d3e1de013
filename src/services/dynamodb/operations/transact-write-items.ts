// TransactWriteItems: up to a hundred puts, updates, deletes and checks that all happen or none.
import type * as sdk from "@aws-sdk/client-dynamodb";
import type { Table } from "../../../triggers/tables/table.ts";
import { UnitsByTable } from "../batches.ts";
import { collectionMetrics } from "../capacity.ts";
import { invalid } from "../faults.ts";
import { checkWrite, deleteWrite, putWrite, updateWrite, type Prepared } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { allFitting, runTransaction, transactionUnits } from "../transactions.ts";

export const transactWriteItems: Op<"TransactWriteItems"> = async (input, context) => {
  const { TransactItems = [], ClientRequestToken: token, ReturnConsumedCapacity, ReturnItemCollectionMetrics } = input;
  const prepared = TransactItems.map(prepare);
  const tables = await Promise.all(prepared.map(({ name }) => tableFor(context, name)));
  const writes = allFitting(prepared, ({ fit }, at) => fit(tables[at] as Table));
  const written = await runTransaction(context, writes, { token, request: TransactItems });
  const units = new UnitsByTable();
  const metrics: Record<string, sdk.ItemCollectionMetrics[]> = {};
  writes.forEach((write, at) => {
    if (ReturnConsumedCapacity !== undefined) units.add(write.table, transactionUnits(write.table, written, at));
    const collection = collectionMetrics(ReturnItemCollectionMetrics, write.table, write.key);
    if (collection) (metrics[write.table.name] ??= []).push(collection);
  });
  return { ConsumedCapacity: units.view(ReturnConsumedCapacity, written ? "write" : "read"), ...(Object.keys(metrics).length > 0 ? { ItemCollectionMetrics: metrics } : {}) };
};

function prepare({ ConditionCheck: check, Put: put, Delete: remove, Update: update }: sdk.TransactWriteItem): { readonly name: string; readonly fit: Prepared } {
  if ([check, put, remove, update].filter((each) => each !== undefined).length !== 1) throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
  const name = (check ?? put ?? remove ?? update)?.TableName ?? "";
  if (put) return { name, fit: putWrite(put.Item, withoutIdle(put)) };
  if (update) return { name, fit: updateWrite(update.Key, update) };
  return { name, fit: remove ? deleteWrite(remove.Key, withoutIdle(remove)) : checkWrite(check?.Key, check ?? {}) };
}

/** Here, other than alone, names and values may be given where no expression could use them. */
function withoutIdle<T extends sdk.Put | sdk.Delete>(input: T): Omit<T, "ExpressionAttributeNames" | "ExpressionAttributeValues"> {
  if (input.ConditionExpression !== undefined) return input;
  const { ExpressionAttributeNames: _names, ExpressionAttributeValues: _values, ...rest } = input;
  return rest;
}
