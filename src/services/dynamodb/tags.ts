// Tags of tables: fifty at most, keys and values of the original's characters and lengths.
import type { Tag } from "@aws-sdk/client-dynamodb";
import { parseArn } from "../../kernel/arn.ts";
import { isTagKey, isTagValue } from "../../kernel/tag-text.ts";
import type { Scope } from "../../triggers/tables/table.ts";
import { invalid } from "./faults.ts";
import { tableRef, type TableRef } from "./lookup.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

export function mergeTags(tags: Readonly<Record<string, string>>, added: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  const keys = (added ?? []).map(({ Key = "" }) => Key);
  const repeated = keys.find((key, at) => keys.indexOf(key) !== at);
  if (repeated !== undefined) throw invalid(`Duplicate Tag Keys provided as input: Duplicate Tag Key found ${repeated}`);
  const reserved = keys.find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) throw invalid(`Tag Key cannot be prefixed with aws:, Key: ${reserved}`);
  for (const { Key = "", Value = "" } of added ?? []) {
    if (!isTagKey(Key)) throw invalid(`The Tag Key provided is invalid, Key: ${Key}`);
    if (!isTagValue(Value)) throw invalid(`The Tag Value provided is invalid, Value: ${Value}`);
  }
  const merged = { ...tags, ...Object.fromEntries((added ?? []).map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(merged).length > TAGS_MAX) throw invalid("Number of Tags exceed the current limit for the provided ResourceArn");
  return merged;
}

/** The table a tag operation's ARN names; indexes have no tags. */
export function taggedTable(scope: Scope, arn: string): TableRef {
  const resource = parseArn(arn)?.resource;
  if (resource === undefined || resource.includes("/index/")) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  return tableRef(scope, arn);
}
