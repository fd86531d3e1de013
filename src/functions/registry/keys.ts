// Where the registry keeps what it knows.
import type { Key } from "../../ports/store.ts";
import type { Scope } from "../function.ts";

/** A function without a qualifier. */
export interface FunctionName extends Scope {
  readonly name: string;
}

export const functionKey = ({ account, region, name }: FunctionName): Key => ["functions", account, region, name];

export const scopeKey = ({ account, region }: Scope): Key => ["functions", account, region];

/** Published versions of a function; as an owner of code, `$LATEST` is one too. */
export const versionKey = ({ account, region, name }: FunctionName, version: string): Key => [...versionsKey({ account, region, name }), version === "$LATEST" ? version : Number(version)];

export const versionsKey = ({ account, region, name }: FunctionName): Key => ["function-versions", account, region, name];

/** What a function has set aside, for those that have. */
export const concurrencyKey = ({ account, region, name }: FunctionName): Key => ["concurrency", account, region, name];

/** One per archive and owner (the key of what uses it): tells in one look whether anybody still needs an unpacked tree. */
export const codeUserKey = (blobId: string, owner: Key): Key => ["code-users", blobId, ...owner];

export const codeUsersKey = (blobId: string): Key => ["code-users", blobId];

/** The function a key of `functions`, `function-versions` or `concurrency` belongs to. */
export function functionInKey(key: Key): FunctionName | undefined {
  const [, account, region, name] = key;
  return typeof account === "string" && typeof region === "string" && typeof name === "string" ? { account, region, name } : undefined;
}
/** Leads from the id of an HTTP address to the function; the settings are in its record. */
export const urlKey = (id: string): Key => ["function-urls", id];
