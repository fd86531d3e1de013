// DeleteItem: an item by its key, if the condition is met. One that is not there is deleted already.
import { capacityView, collectionMetrics, writeUnits } from "../capacity.ts";
import { invalid } from "../faults.ts";
import { deleteWrite, returnedAttributes, runWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import { sdkItem, type Op } from "../op.ts";

export const deleteItem: Op<"DeleteItem"> = async (input, context) => {
  const { TableName = "", ReturnValues: wanted, ReturnConsumedCapacity, ReturnItemCollectionMetrics } = input;
  if (wanted !== undefined && wanted !== "NONE" && wanted !== "ALL_OLD") throw invalid("ReturnValues can only be ALL_OLD or NONE");
  const table = await tableFor(context, TableName);
  const write = deleteWrite(table, input.Key, input);
  const written = await runWrite(context, write);
  const attributes = returnedAttributes(wanted, write, written);
  return {
    Attributes: attributes && sdkItem(attributes),
    ConsumedCapacity: capacityView(ReturnConsumedCapacity, table, () => writeUnits(written.table, written.before, written.after)),
    ItemCollectionMetrics: collectionMetrics(ReturnItemCollectionMetrics, table, write.key),
  };
};
