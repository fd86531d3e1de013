// Roles and managed policies as stored. IAM is global: records belong to an account and to no region.
import { randomInt } from "node:crypto";
import { fault } from "../../kernel/fault.ts";
import { set, transact, unchanged, type Change, type Key } from "../../ports/store.ts";
import type { IamContext } from "./op.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly createdMs: number;
  /** Policy documents are kept as sent, unencoded. */
  readonly trust: string;
  readonly description?: string;
  readonly sessionSecondsMax: number;
  readonly boundary?: string;
  readonly tags: readonly Tag[];
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, string>>;
  /** ARNs of attached managed policies, in the order of attachment. */
  readonly attached: readonly string[];
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly createdMs: number;
}

export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly description?: string;
  readonly tags: readonly Tag[];
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: string;
  /** Number of the next version; numbers are never used twice. */
  readonly nextVersion: number;
  /** Roles it is attached to; changes in the commit of the attachment. */
  readonly attachments: number;
}

export const rolesOf = (account: string): Key => ["iam", account, "role"];
/** Names differ by more than case. */
export const roleKey = (account: string, name: string): Key => [...rolesOf(account), name.toLowerCase()];
export const policiesOf = (account: string): Key => ["iam", account, "policy"];
export const policyKey = (account: string, name: string): Key => [...policiesOf(account), name.toLowerCase()];

export const roleMissing = (name: string) => fault("NoSuchEntity", { message: `The role with name ${name} cannot be found.` });

export async function roleNamed({ store, account }: IamContext, name: string): Promise<Role> {
  const entry = await store.get<Role>(roleKey(account, name));
  if (!entry) throw roleMissing(name);
  return entry.value;
}

/** Changes one role; fault NoSuchEntity when it does not exist. */
export function changeRole({ store, account }: IamContext, name: string, change: (role: Role) => Role): Promise<void> {
  const key = roleKey(account, name);
  return transact(store, async (): Promise<Change<void>> => {
    const entry = await store.get<Role>(key);
    if (!entry) throw roleMissing(name);
    return { checks: [unchanged(key, entry)], writes: [set(key, change(entry.value))], result: undefined };
  });
}

/** An id such as `AROAXYZ…`: 21 characters, random by design. */
export function newId(prefix: "AROA" | "ANPA"): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from({ length: 17 }, () => alphabet[randomInt(alphabet.length)] ?? "A").join("");
}

/** Documents leave percent-encoded as RFC 3986 has it. */
export const encodeDocument = (document: string): string => encodeURIComponent(document).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
