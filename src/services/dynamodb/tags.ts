// Tags of tables: fifty at most, keys and values within the original's lengths.
import type { Tag } from "@aws-sdk/client-dynamodb";
import { parseArn } from "../../kernel/arn.ts";
import type { Scope } from "../../triggers/tables/table.ts";
import { invalid, invalidParameters } from "./faults.ts";
import { tableRef, type TableRef } from "./lookup.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

export function mergeTags(tags: Readonly<Record<string, string>>, added: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  const keys = (added ?? []).map(({ Key = "" }) => Key);
  if (new Set(keys).size < keys.length) throw invalidParameters(`There are duplicate tag keys: ${keys.find((key, at) => keys.indexOf(key) !== at)}`);
  const reserved = keys.find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) throw invalidParameters(`Tag keys starting with 'aws:' are reserved for system use. Key: ${reserved}`);
  const merged = { ...tags, ...Object.fromEntries((added ?? []).map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(merged).length > TAGS_MAX) throw invalid(`The number of tags exceeds the limit of ${TAGS_MAX}`);
  return merged;
}

/** The table a tag operation's ARN names. */
export function taggedTable(scope: Scope, arn: string): TableRef {
  if (parseArn(arn) === undefined) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  return tableRef(scope, arn);
}
