// UpdateTimeToLive: items are deleted soon after the epoch second that an attribute of theirs names.
import { shortId } from "../../../triggers/tables/open-tables.ts";
import { invalid, tableMissing } from "../faults.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";

export const updateTimeToLive: Op<"UpdateTimeToLive"> = async ({ TableName = "", TimeToLiveSpecification: spec }, { tables, ...call }) => {
  const ref = tableRef(call, TableName);
  const { Enabled = false, AttributeName: attribute = "" } = spec ?? {};
  const changed = await tables.change(ref, ref.name, (table) => {
    if (Enabled && table.ttl) throw invalid(table.ttl.attribute === attribute ? "TimeToLive is already enabled" : `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttl.attribute}`);
    if (!Enabled && !table.ttl) throw invalid("TimeToLive is already disabled");
    if (!Enabled && table.ttl?.attribute !== attribute) throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttl?.attribute}`);
    return { ...table, ttl: Enabled ? { attribute, id: shortId(), state: "building" } : undefined };
  });
  if (!changed) throw tableMissing(ref.name);
  return { TimeToLiveSpecification: { Enabled, AttributeName: attribute } };
};
