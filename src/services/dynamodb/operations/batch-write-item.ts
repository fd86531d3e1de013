// BatchWriteItem: up to 25 puts and deletes of any tables, each for itself.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { limits } from "../../../kernel/limits.ts";
import { pick, type Item } from "../../../triggers/tables/attribute-value.ts";
import { keyNames } from "../../../triggers/tables/table.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { collectionMetrics, writeUnits } from "../capacity.ts";
import { invalid } from "../faults.ts";
import { deleteWrite, putWrite, runWrite, type ItemWrite, type Prepared } from "../item-writes.ts";
import { fittingKey } from "../key-check.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";

function prepare({ PutRequest: put, DeleteRequest: remove }: sdk.WriteRequest): Prepared {
  if (put && remove) throw invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
  if (remove) return deleteWrite(remove.Key, {});
  if (!put) throw invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  const fit = putWrite(put.Item, {});
  return (table) => {
    // In a batch the original speaks of an item's key as of one that is looked for.
    fittingKey(table, pick((put.Item ?? {}) as Item, keyNames(table.key)));
    return fit(table);
  };
}

export const batchWriteItem: Op<"BatchWriteItem"> = async ({ RequestItems = {}, ReturnConsumedCapacity, ReturnItemCollectionMetrics }, context) => {
  const requests = Object.entries(RequestItems);
  if (requests.reduce((sum, [, writes]) => sum + writes.length, 0) > limits.tables.batchWriteItemsMax) throw invalid("Too many items requested for the BatchWriteItem call");
  const prepared = requests.map(([name, each]) => ({ name, fits: each.map(prepare) }));
  const writes: { readonly name: string; readonly write: ItemWrite }[] = [];
  for (const { name, fits } of prepared) {
    const table = await tableFor(context, name);
    for (const fit of fits) writes.push({ name, write: fit(table) });
  }
  if (mentionsTwice(writes.map(({ write }) => write))) throw invalid("Provided list of item keys contains duplicates");
  const units = new UnitsByTable();
  const metrics = new Map<string, sdk.ItemCollectionMetrics[]>();
  // All at once: they share the flush to disk.
  await Promise.all(writes.map(async ({ name, write }) => {
    const written = await runWrite(context, write);
    if (ReturnConsumedCapacity !== undefined) units.add(written.table, writeUnits(written.table, written.before, written.after));
    const collection = collectionMetrics(ReturnItemCollectionMetrics, write.table, write.key);
    if (collection) metrics.set(name, [...(metrics.get(name) ?? []), collection]);
  }));
  return { UnprocessedItems: {}, ConsumedCapacity: units.view(ReturnConsumedCapacity), ...(metrics.size > 0 ? { ItemCollectionMetrics: Object.fromEntries(metrics) } : {}) };
};
