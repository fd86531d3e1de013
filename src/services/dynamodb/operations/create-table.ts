// CreateTable: a table with its indexes and stream, ready at once.
import { fault } from "../../../kernel/fault.ts";
import { uuid } from "../../../kernel/ids.ts";
import { shortId } from "../../../triggers/tables/open-tables.ts";
import type { Table } from "../../../triggers/tables/table.ts";
import { invalid } from "../faults.ts";
import { tableRef } from "../lookup.ts";
import type { Op } from "../op.ts";
import { readShape, readStreamView, readThroughput, refuse, refuseEncryption, streamLabel, streamWords, throughputWords } from "../table-definition.ts";
import { mergeTags } from "../tags.ts";
import { tableView } from "../views.ts";

export const createTable: Op<"CreateTable"> = async (input, { tables, clock, ...call }) => {
  refuse(input, ["ResourcePolicy", "OnDemandThroughput", "WarmThroughput", "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode", "VectorIndexes"]);
  refuseEncryption(input.SSESpecification);
  if (input.TableName === undefined) throw invalid("The parameter 'TableName' is required but was not present in the request");
  const ref = tableRef(call, input.TableName);
  const billing = input.BillingMode ?? "PROVISIONED";
  const throughput = readThroughput(input.ProvisionedThroughput, billing, throughputWords.newTable);
  const shape = readShape(input, billing);
  const view = input.StreamSpecification && readStreamView(input.StreamSpecification, streamWords.newTable);
  const nowMs = clock.now();
  const label = view && streamLabel(nowMs);
  const table: Table = {
    ...ref, ...shape, id: shortId(), uuid: uuid(), billing, throughput, createdMs: nowMs,
    ...(billing === "PAY_PER_REQUEST" ? { onDemandMs: nowMs } : {}),
    ...(view && label !== undefined ? { stream: { label, view }, lastStreamLabel: label } : {}),
    tags: mergeTags({}, input.Tags),
    protected: input.DeletionProtectionEnabled ?? false,
    ...(input.TableClass === undefined ? {} : { tableClass: { name: input.TableClass } }),
  };
  if (!(await tables.create(table))) throw fault("ResourceInUseException", { message: `Table already exists: ${ref.name}` });
  return { TableDescription: tableView(table, new Map()) };
};
