// From the name or ARN in a request to the table it means.
import { parseArn, partitionOf } from "../../kernel/arn.ts";
import type { Index, Scope, Table } from "../../triggers/tables/table.ts";
import { invalid, resourceMissing } from "./faults.ts";
import type { DynamoDbContext } from "./op.ts";

export interface TableRef extends Scope {
  readonly name: string;
}

/** The table a request names, by name or ARN; it need not exist. */
export function tableRef({ account, region }: Scope, given: string): TableRef {
  if (!given.startsWith("arn:")) {
    requireName(given, "tableName");
    return { account, region, name: given };
  }
  const arn = parseArn(given);
  const name = arn && /^table\/([^/]+)$/.exec(arn.resource)?.[1];
  if (!arn || arn.service !== "dynamodb" || name === undefined) throw invalid("Invalid TableArn");
  return { account: arn.account, region: arn.region, name };
}

/** AWS: names of tables and indexes. `at`: where in the request this one stands. */
export function requireName(name: string, at: string): void {
  const broken = brokenRule(name);
  if (broken !== undefined) throw invalid(`1 validation error detected: Value '${name}' at '${at}' failed to satisfy constraint: Member must ${broken}`);
}

function brokenRule(name: string): string | undefined {
  // That one must be there at all is said first, and alone.
  if (name.length < 3) return `have length greater than or equal to ${name === "" ? 1 : 3}`;
  if (name.length > 255) return "have length less than or equal to 255";
  return /^[a-zA-Z0-9_.-]+$/.test(name) ? undefined : "satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
}

/** The table; fault ResourceNotFoundException when there is none. */
export async function tableFor(context: DynamoDbContext, given: string): Promise<Table> {
  const ref = tableRef(context, given);
  const table = await context.tables.find(ref, ref.name);
  if (!table || table.restoring) throw resourceMissing();
  return table;
}

/** The index a request names, undefined when it names none. */
export function indexOf(table: Table, name: string | undefined): Index | undefined {
  if (name === undefined) return undefined;
  const index = table.indexes.find((each) => each.name === name);
  if (!index) throw invalid(`The table does not have the specified index: ${name}`);
  if (index.state === "building") throw invalid(`Cannot read from backfilling global secondary index: ${name}`);
  return index;
}

export const tableArn = ({ account, region, name }: TableRef): string => `arn:${partitionOf(region)}:dynamodb:${region}:${account}:table/${name}`;
