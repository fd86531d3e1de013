// BatchGetItem: up to a hundred items of any tables; what would make the answer too large is given back unread.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { limits } from "../../../kernel/limits.ts";
import { own } from "../../../kernel/own.ts";
import { mentionsTwice, UnitsByTable } from "../batches.ts";
import { onlyTable, readUnits } from "../capacity.ts";
import { openPlaceholders } from "../expressions/placeholders.ts";
import { nestedOf, projectItem, type Projection } from "../expressions/project.ts";
import { invalid } from "../faults.ts";
import { readKey, refuseNestedKeys } from "../key-check.ts";
import { tableFor } from "../lookup.ts";
import { sdkItem, wholeItem, type Op } from "../op.ts";
import { legacyProjection, readProjection, refuseMixture } from "../request-conditions.ts";

export const batchGetItem: Op<"BatchGetItem"> = async ({ RequestItems = {}, ReturnConsumedCapacity }, context) => {
  const requests = Object.entries(RequestItems);
  if (requests.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0) > limits.tables.batchGetKeysMax) throw invalid("Too many items requested for the BatchGetItem call");
  const all = requests.map(([, request]) => request);
  refuseMixture({ AttributesToGet: all.find((each) => each.AttributesToGet)?.AttributesToGet }, { ProjectionExpression: all.find((each) => each.ProjectionExpression !== undefined)?.ProjectionExpression });
  const projections = requests.map(([, request]) => projectionOf(request));
  const wanted = [];
  for (const [at, [name, request]] of requests.entries()) {
    const table = await tableFor(context, name);
    refuseNestedKeys(table, nestedOf(projections[at]));
    for (const sent of request.Keys ?? []) wanted.push({ name, request, sent, table, key: readKey(table, sent), projection: projections[at] });
  }
  if (mentionsTwice(wanted)) throw invalid("Provided list of item keys contains duplicates");
  const responses: Record<string, Record<string, sdk.AttributeValue>[]> = Object.fromEntries(requests.map(([name]) => [name, []]));
  const unprocessed: Record<string, sdk.KeysAndAttributes> = {};
  const units = new UnitsByTable();
  let [bytes, full] = [0, false];
  for (const { name, request, sent, table, key, projection } of wanted) {
    const stored = full ? undefined : await context.tables.items.stored(table, key);
    bytes += stored?.bytes ?? 0;
    full ||= bytes > limits.tables.batchGetBytesMax;
    if (full) {
      unprocessed[name] = { ...request, Keys: [...(own(unprocessed, name)?.Keys ?? []), sent] };
      continue;
    }
    units.add(table, onlyTable(readUnits(stored?.bytes ?? 0, request.ConsistentRead ?? false)));
    if (stored) responses[name]?.push(projection ? sdkItem(projectItem(stored.item, projection)) : wholeItem(stored));
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ConsumedCapacity: units.view(ReturnConsumedCapacity) };
};

function projectionOf({ ProjectionExpression, AttributesToGet, ExpressionAttributeNames }: sdk.KeysAndAttributes): Projection | undefined {
  const placeholders = openPlaceholders({ ExpressionAttributeNames }, { ProjectionExpression }, []);
  const projection = readProjection(ProjectionExpression, placeholders) ?? legacyProjection(AttributesToGet);
  placeholders.allUsed();
  return projection;
}
