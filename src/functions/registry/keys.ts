// Where the registry keeps what it knows.
import type { Key } from "../../ports/store.ts";
import type { Scope } from "../function.ts";

/** A function without a qualifier. */
export interface FunctionName extends Scope {
  readonly name: string;
}

export const functionKey = ({ account, region, name }: FunctionName): Key => ["functions", account, region, name];

export const scopeKey = ({ account, region }: Scope): Key => ["functions", account, region];

/** One per function and archive it uses: tells in one look whether anybody still needs an unpacked tree. */
export const codeUserKey = (blobId: string, at: FunctionName): Key => ["code-users", blobId, at.account, at.region, at.name];

export const codeUsersKey = (blobId: string): Key => ["code-users", blobId];

/** Leads from the id of an HTTP address to the function; the settings are in its record. */
export const urlKey = (id: string): Key => ["function-urls", id];
