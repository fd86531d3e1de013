// Query: the items of one hash key, in the order of their range keys, from the table or an index.
import { attributeOf, equalValues, type Item } from "../../../triggers/tables/attribute-value.ts";
import { keyNames, type KeySchema } from "../../../triggers/tables/table.ts";
import { parseCondition } from "../expressions/parse.ts";
import { openPlaceholders } from "../expressions/placeholders.ts";
import { Resolver } from "../expressions/resolve.ts";
import { namesIn, type Condition } from "../expressions/syntax.ts";
import { invalid } from "../faults.ts";
import { keyRangeOf, keyTermsOf, withinBounds, type KeyRange } from "../key-conditions.ts";
import { legacyCondition, legacyKeyTerms } from "../legacy/conditions.ts";
import { indexOf, tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { pageView, readPage, readSelect, readStart, requireFilterable } from "../reading.ts";
import { legacyProjection, readCondition, readProjection, refuseMixture } from "../request-conditions.ts";

export const query: Op<"Query"> = async (input, context) => {
  const { KeyConditionExpression, FilterExpression, ProjectionExpression, KeyConditions, QueryFilter, AttributesToGet, ConditionalOperator, ConsistentRead = false } = input;
  // Old key conditions may stand beside new filters.
  refuseMixture({ AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions: KeyConditionExpression === undefined ? undefined : KeyConditions }, { ProjectionExpression, FilterExpression, KeyConditionExpression });
  if (KeyConditionExpression === undefined && !KeyConditions) throw invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  const placeholders = openPlaceholders(input, { FilterExpression, KeyConditionExpression, ProjectionExpression }, ["FilterExpression", "KeyConditionExpression"]);
  const keys = new Resolver("KeyConditionExpression", placeholders);
  const terms = KeyConditionExpression === undefined ? legacyKeyTerms(KeyConditions ?? {}) : keyTermsOf(keys.condition(parseCondition(KeyConditionExpression, "KeyConditionExpression")), keys);
  const filter = readCondition(FilterExpression, "FilterExpression", placeholders) ?? legacyCondition(QueryFilter as never, ConditionalOperator);
  const projection = readProjection(ProjectionExpression, placeholders) ?? legacyProjection(AttributesToGet);
  placeholders.allUsed();

  const table = await tableFor(context, input.TableName ?? "");
  const index = indexOf(table, input.IndexName);
  const schema = index?.key ?? table.key;
  const { hash, range } = keyRangeOf(terms, schema);
  if (filter) refuseKeysIn(filter, schema, FilterExpression === undefined);
  if (filter && index?.kind === "global") requireFilterable(table, index, filter);
  const start = readStart(table, index, input.ExclusiveStartKey);
  if (start) requireWithin(start, schema, { hash, range });
  const page = await readPage(context, {
    ...readSelect(table, index, input.Select, projection, filter, ConsistentRead),
    range: { table, index, hash: { value: hash, range }, after: start, reverse: input.ScanIndexForward === false },
    filter, limit: input.Limit,
  });
  return pageView(table, page, input);
};

function refuseKeysIn(filter: Condition, schema: KeySchema, legacy: boolean): void {
  const key = keyNames(schema).find((name) => namesIn(filter).includes(name));
  if (key !== undefined) throw invalid(`${legacy ? "QueryFilter" : "Filter Expression"} can only contain non-primary key attributes: Primary key attribute: ${key}`);
}

function requireWithin(start: Item, schema: KeySchema, wanted: KeyRange): void {
  const outside = (): Error => invalid("The provided starting key is outside query boundaries based on provided conditions");
  const hash = attributeOf(start, schema.hash.name);
  if (!hash || !equalValues(hash, wanted.hash)) throw outside();
  const range = schema.range && attributeOf(start, schema.range.name);
  if (range && !withinBounds(wanted.range, range)) throw outside();
}
