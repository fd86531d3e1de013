// TransactGetItems: up to a hundred items as they stood at one moment.
import { limits } from "../../../kernel/limits.ts";
import { itemBytes } from "../../../triggers/tables/attribute-value.ts";
import type { Table } from "../../../triggers/tables/table.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { onlyTable, readUnits } from "../capacity.ts";
import { openPlaceholders } from "../expressions/placeholders.ts";
import { nestedOf, projectItem } from "../expressions/project.ts";
import { invalid } from "../faults.ts";
import { orTableMissing } from "../item-writes.ts";
import { fittingKey, refuseNestedKeys } from "../key-check.ts";
import { tableFor } from "../lookup.ts";
import { sdkItem, type Op } from "../op.ts";
import { readProjection } from "../request-conditions.ts";
import { allFitting } from "../transactions.ts";
import { readItem } from "../values.ts";

/** AWS: a read in a transaction costs two consistent ones. */
const FACTOR = 2;

export const transactGetItems: Op<"TransactGetItems"> = async ({ TransactItems = [], ReturnConsumedCapacity }, context) => {
  const prepared = TransactItems.map(({ Get: get }) => {
    const { ProjectionExpression, ExpressionAttributeNames, TableName = "", Key } = get ?? {};
    const placeholders = openPlaceholders(ProjectionExpression === undefined ? {} : { ExpressionAttributeNames }, { ProjectionExpression }, []);
    const projection = readProjection(ProjectionExpression, placeholders);
    placeholders.allUsed();
    return { name: TableName, key: readItem(Key ?? {}), projection };
  });
  const tables = await Promise.all(prepared.map(({ name }) => tableFor(context, name)));
  const reads = allFitting(prepared, ({ key, projection }, at) => {
    const table = tables[at] as Table;
    refuseNestedKeys(table, nestedOf(projection));
    return { table, key: fittingKey(table, key), projection };
  });
  if (mentionsTwice(reads)) throw invalid("Transaction request cannot include multiple operations on one item");
  // Whoever changes one of them waits until all are read.
  const items = await orTableMissing(context.tables.items.change(reads, (before) => ({ after: before.map(() => "keep"), result: before.map(({ item }) => item) })));
  const bytes = items.reduce((sum, item) => sum + (item ? itemBytes(item) : 0), 0);
  if (bytes > limits.tables.transactionBytesMax) throw invalid("The collection of items in the request exceeds the maximum aggregated size of 4 MB");
  const units = new UnitsByTable();
  const responses = reads.map(({ table, projection }, at) => {
    const item = items[at];
    units.add(table, onlyTable(readUnits(item ? itemBytes(item) : 0, true) * FACTOR));
    return item ? { Item: sdkItem(projection ? projectItem(item, projection) : item) } : {};
  });
  return { Responses: responses, ConsumedCapacity: units.view(ReturnConsumedCapacity, "read") };
};
