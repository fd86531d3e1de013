// DescribeTimeToLive: which attribute, if any, says when an item expires.
import { tableMissing } from "../faults.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

export const describeTimeToLive: Op<"DescribeTimeToLive"> = async ({ TableName = "" }, { tables, ...call }) => {
  const ref = tableRef(call, TableName);
  const table = await tables.find(ref, ref.name);
  if (!table) throw tableMissing(ref.name);
  if (!table.ttl) return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
  return { TimeToLiveDescription: { TimeToLiveStatus: table.ttl.state === "active" ? "ENABLED" : "ENABLING", AttributeName: table.ttl.attribute } };
};
