// UpdateItem: some attributes of an item, which is made when it is not there.
import { capacityView, collectionMetrics, writeUnits } from "../capacity.ts";
import { returnedAttributes, runWrite, updateWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import { sdkItem, type Op } from "../op.ts";

export const updateItem: Op<"UpdateItem"> = async (input, context) => {
  const { TableName = "", ReturnConsumedCapacity, ReturnItemCollectionMetrics } = input;
  const table = await tableFor(context, TableName);
  const write = updateWrite(table, input.Key, input);
  const written = await runWrite(context, write);
  const attributes = returnedAttributes(input.ReturnValues, write, written);
  return {
    Attributes: attributes && sdkItem(attributes),
    ConsumedCapacity: capacityView(ReturnConsumedCapacity, table, () => writeUnits(written.table, written.before, written.after)),
    ItemCollectionMetrics: collectionMetrics(ReturnItemCollectionMetrics, table, write.key),
  };
};
