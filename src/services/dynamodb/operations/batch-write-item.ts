// BatchWriteItem: up to 25 puts and deletes of any tables, each for itself.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { limits } from "../../../kernel/limits.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { collectionMetrics, writeUnits } from "../capacity.ts";
import { invalid } from "../faults.ts";
import { deleteWrite, putWrite, runWrite, type ItemWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";

export const batchWriteItem: Op<"BatchWriteItem"> = async ({ RequestItems = {}, ReturnConsumedCapacity, ReturnItemCollectionMetrics }, context) => {
  const requests = Object.entries(RequestItems);
  if (requests.reduce((sum, [, writes]) => sum + writes.length, 0) > limits.tables.batchWriteItemsMax) throw invalid("Too many items requested for the BatchWriteItem call");
  const writes: { readonly name: string; readonly write: ItemWrite }[] = [];
  for (const [name, each] of requests) {
    const table = await tableFor(context, name);
    for (const { PutRequest: put, DeleteRequest: remove } of each) {
      if (put && remove) throw invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
      if (!put && !remove) throw invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
      writes.push({ name, write: put ? putWrite(table, put.Item, {}) : deleteWrite(table, remove?.Key, {}) });
    }
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
