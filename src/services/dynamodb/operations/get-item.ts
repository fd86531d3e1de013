// GetItem: an item by its key, or the attributes of it that are wanted. Every read here is consistent.
import { capacityView, onlyTable, readUnits } from "../capacity.ts";
import { openPlaceholders } from "../expressions/placeholders.ts";
import { nestedOf, projectItem } from "../expressions/project.ts";
import { readKey, refuseNestedKeys } from "../key-check.ts";
import { tableFor } from "../lookup.ts";
import { sdkItem, wholeItem, type Op } from "../op.ts";
import { legacyProjection, readProjection, refuseMixture } from "../request-conditions.ts";

export const getItem: Op<"GetItem"> = async (input, context) => {
  const { TableName = "", ProjectionExpression, AttributesToGet, ConsistentRead = false, ReturnConsumedCapacity } = input;
  refuseMixture({ AttributesToGet }, { ProjectionExpression });
  const placeholders = openPlaceholders({ ExpressionAttributeNames: input.ExpressionAttributeNames }, { ProjectionExpression }, []);
  const projection = readProjection(ProjectionExpression, placeholders) ?? legacyProjection(AttributesToGet);
  placeholders.allUsed();
  const table = await tableFor(context, TableName);
  refuseNestedKeys(table, nestedOf(projection));
  const stored = await context.tables.items.stored(table, readKey(table, input.Key));
  return {
    Item: stored && (projection ? sdkItem(projectItem(stored.item, projection)) : wholeItem(stored)),
    ConsumedCapacity: capacityView(ReturnConsumedCapacity, table, () => onlyTable(readUnits(stored?.bytes ?? 0, ConsistentRead))),
  };
};
