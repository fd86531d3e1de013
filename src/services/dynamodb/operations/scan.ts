// Scan: all items of a table or entries of an index, or one of several equal shares of them.
import { openPlaceholders } from "../expressions/placeholders.ts";
import { invalid } from "../faults.ts";
import { legacyCondition } from "../legacy/conditions.ts";
import { indexOf, tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { pageView, readPage, readSelect, readStart } from "../reading.ts";
import { legacyProjection, readCondition, readProjection, refuseMixture } from "../request-conditions.ts";
import { inShare } from "../../../triggers/tables/keys.ts";

export const scan: Op<"Scan"> = async (input, context) => {
  const { FilterExpression, ProjectionExpression, ScanFilter, AttributesToGet, ConditionalOperator, ConsistentRead = false } = input;
  refuseMixture({ AttributesToGet, ScanFilter, ConditionalOperator }, { ProjectionExpression, FilterExpression });
  const share = readShare(input.Segment, input.TotalSegments);
  const placeholders = openPlaceholders(input, { FilterExpression, ProjectionExpression }, ["FilterExpression"]);
  const filter = readCondition(FilterExpression, "FilterExpression", placeholders) ?? legacyCondition(ScanFilter as never, ConditionalOperator);
  const projection = readProjection(ProjectionExpression, placeholders) ?? legacyProjection(AttributesToGet);
  placeholders.allUsed();

  const table = await tableFor(context, input.TableName ?? "");
  const index = indexOf(table, input.IndexName);
  const after = readStart(table, index, input.ExclusiveStartKey);
  if (after && share && !inShare((index ?? table).key, after, share)) {
    throw invalid(`The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${share.segments} Segment: ${share.segment}`);
  }
  const page = await readPage(context, {
    ...readSelect(table, index, input.Select, projection, filter, ConsistentRead),
    range: { table, index, share, after },
    filter, limit: input.Limit,
  });
  return pageView(table, page, input);
};

function readShare(segment: number | undefined, segments: number | undefined): { readonly segment: number; readonly segments: number } | undefined {
  if (segment === undefined && segments === undefined) return undefined;
  if (segments === undefined) throw invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present");
  if (segment === undefined) throw invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present");
  if (segment >= segments) throw invalid(`The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${segments}`);
  return { segment, segments };
}
