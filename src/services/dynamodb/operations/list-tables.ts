// ListTables: the names of the account's tables in this region, in pages of a hundred at most.
import type { Op } from "../op.ts";

/** AWS: default and greatest page. */
const PAGE = 100;

export const listTables: Op<"ListTables"> = async ({ ExclusiveStartTableName: after, Limit: limit = PAGE }, { tables, account, region }) => {
  const found = await tables.list({ account, region }, after, limit + 1);
  const names = found.slice(0, limit).map(({ name }) => name);
  return { TableNames: names, ...(found.length > limit ? { LastEvaluatedTableName: names.at(-1) } : {}) };
};
