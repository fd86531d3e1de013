// DescribeLogGroups: by name, narrowed by a prefix or by a piece of the name.
import type { LogGroup } from "../../../functions/logs/log-groups.ts";
import { limits } from "../../../kernel/limits.ts";
import { invalidParameter, nameInArn, notYet } from "../lookup.ts";
import type { LogsContext, Op } from "../op.ts";
import { decodeToken, encodeToken, groupView } from "../views.ts";

/** AWS: default and greatest page. */
const PAGE = 50;

export const describeLogGroups: Op<"DescribeLogGroups"> = async (input, context) => {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, limit = PAGE, nextToken, logGroupClass, logGroupIdentifiers } = input;
  if (input.includeLinkedAccounts || (input.accountIdentifiers?.length ?? 0) > 0) throw notYet("includeLinkedAccounts");
  if (prefix !== undefined && pattern !== undefined) throw invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  // Every group here is of the standard class.
  if (logGroupClass !== undefined && logGroupClass !== "STANDARD") return { logGroups: [] };
  if (logGroupIdentifiers) return { logGroups: await views(context, await byIdentifier(context, logGroupIdentifiers)) };
  const { groups, more } = await search(context, prefix ?? "", pattern?.toLowerCase() ?? "", nextToken === undefined ? undefined : decodeToken(nextToken), limit);
  const last = groups.at(-1);
  return { logGroups: await views(context, groups), ...(more && last ? { nextToken: encodeToken(last.name) } : {}) };
};

/** Up to `limit` groups whose name starts with `prefix` and contains `piece` in any case. */
async function search(context: LogsContext, prefix: string, piece: string, from: string | undefined, limit: number): Promise<{ readonly groups: readonly LogGroup[]; readonly more: boolean }> {
  const groups: LogGroup[] = [];
  const pageSize = piece === "" ? limit + 1 : limits.store.listMax;
  for (let after = from; ; ) {
    const page = await context.logs.groups.list(context, { prefix, after, limit: pageSize });
    groups.push(...page.filter(({ name }) => name.toLowerCase().includes(piece)));
    if (groups.length > limit) return { groups: groups.slice(0, limit), more: true };
    if (page.length < pageSize) return { groups, more: false };
    after = page.at(-1)?.name;
  }
}

async function byIdentifier(context: LogsContext, identifiers: readonly string[]): Promise<readonly LogGroup[]> {
  const found = await Promise.all(identifiers.map((identifier) => context.logs.groups.find(context, identifier.startsWith("arn:") ? nameInArn(context, identifier) : identifier)));
  return found.filter((group) => group !== undefined);
}

const views = (context: LogsContext, groups: readonly LogGroup[]) => Promise.all(groups.map(async (group) => groupView(group, await context.logs.groups.storedBytes(group))));
