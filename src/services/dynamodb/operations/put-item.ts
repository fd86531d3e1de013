// PutItem: a whole item, in the place of the one that was there.
import { capacityView, collectionMetrics, writeUnits } from "../capacity.ts";
import { invalid } from "../faults.ts";
import { putWrite, returnedAttributes, runWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import { sdkItem, type Op } from "../op.ts";

export const putItem: Op<"PutItem"> = async (input, context) => {
  const { TableName = "", ReturnValues: wanted, ReturnConsumedCapacity, ReturnItemCollectionMetrics } = input;
  if (wanted !== undefined && wanted !== "NONE" && wanted !== "ALL_OLD") throw invalid("ReturnValues can only be ALL_OLD or NONE");
  const table = await tableFor(context, TableName);
  const write = putWrite(table, input.Item, input);
  const written = await runWrite(context, write);
  const attributes = returnedAttributes(wanted, write, written);
  return {
    Attributes: attributes && sdkItem(attributes),
    ConsumedCapacity: capacityView(ReturnConsumedCapacity, table, () => writeUnits(written.table, written.before, written.after)),
    ItemCollectionMetrics: collectionMetrics(ReturnItemCollectionMetrics, table, write.key),
  };
};
