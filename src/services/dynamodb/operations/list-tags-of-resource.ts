// ListTagsOfResource: a table's tags, in pages of ten.
import { fault } from "../../../kernel/fault.ts";
import type { Op } from "../op.ts";
import { taggedTable } from "../tags.ts";

/** AWS: tags in one answer. */
const PAGE = 10;

export const listTagsOfResource: Op<"ListTagsOfResource"> = async ({ ResourceArn = "", NextToken }, { tables, ...call }) => {
  const ref = taggedTable(call, ResourceArn);
  const table = await tables.find(ref, ref.name);
  if (!table) throw fault("ResourceNotFoundException", { message: `Requested resource not found: ResourcArn: ${ResourceArn} not found` });
  const keys = Object.keys(table.tags);
  const start = NextToken === undefined ? 0 : keys.indexOf(Buffer.from(NextToken, "base64url").toString()) + 1;
  const page = keys.slice(start, start + PAGE);
  return {
    Tags: page.map((Key) => ({ Key, Value: table.tags[Key] ?? "" })),
    ...(start + PAGE < keys.length ? { NextToken: Buffer.from(page.at(-1) ?? "").toString("base64url") } : {}),
  };
};
