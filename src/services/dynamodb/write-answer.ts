// What PutItem, UpdateItem and DeleteItem answer: attributes of before or after, and what it cost.
import { capacityView, collectionMetrics, writeUnits } from "./capacity.ts";
import { invalid } from "./faults.ts";
import { returnedAttributes, runWrite, type ItemWrite } from "./item-writes.ts";
import { sdkItem, type DynamoDbContext } from "./op.ts";

interface Wanted {
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly ReturnItemCollectionMetrics?: string | undefined;
}

/** Puts and deletes know only what was there before. */
export function requireOldOnly({ ReturnValues: wanted }: Wanted): void {
  if (wanted !== undefined && wanted !== "NONE" && wanted !== "ALL_OLD") throw invalid("ReturnValues can only be ALL_OLD or NONE");
}

/** Runs the write and answers as wanted. */
export async function answerWrite(context: DynamoDbContext, write: ItemWrite, wanted: Wanted) {
  const written = await runWrite(context, write);
  const attributes = returnedAttributes(wanted.ReturnValues, write, written);
  return {
    Attributes: attributes && sdkItem(attributes),
    ConsumedCapacity: capacityView(wanted.ReturnConsumedCapacity, write.table, () => writeUnits(written.table, written.before, written.after)),
    ItemCollectionMetrics: collectionMetrics(wanted.ReturnItemCollectionMetrics, write.table, write.key),
  };
}
