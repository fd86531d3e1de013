// Managed policies by ARN: our own are records; those of AWS can be attached by name, but their text is not ours to give.
import { fault, type Fault } from "../../kernel/fault.ts";
import { parseArn } from "../../kernel/arn.ts";
import { set, transact, unchanged, type Change, type Entry, type Store } from "../../ports/store.ts";
import type { IamContext } from "./op.ts";
import { policyKey, type Policy } from "./records.ts";

export type PolicyRef = { readonly kind: "aws"; readonly name: string } | { readonly kind: "own"; readonly name: string };

/** Fault when the ARN is not that of a managed policy of AWS or of this account. */
export function parsePolicyArn(account: string, text: string): PolicyRef {
  const arn = parseArn(text);
  const [, path = ""] = /^policy\/(.+)$/.exec(arn?.resource ?? "") ?? [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (arn?.service !== "iam" || arn.region !== "" || !/^[\w+=,.@-]{1,128}$/.test(name)) throw fault("InvalidInput", { message: `ARN ${text} is not valid.`, status: 400 });
  if (arn.account === "aws") return { kind: "aws", name };
  if (arn.account !== account) throw policyMissing(text);
  return { kind: "own", name };
}

export const policyMissing = (arn: string): Fault => fault("NoSuchEntity", { message: `Policy ${arn} was not found.` });
export const notAttachable = (arn: string): Fault => fault("NoSuchEntity", { message: `Policy ${arn} does not exist or is not attachable.` });

/** A policy of this account. Those of AWS are not on record here: they are not found, as a name AWS does not have. */
export async function policyAt({ store, account }: IamContext, arn: string): Promise<Policy> {
  return (await entryAt(store, account, arn)).value;
}

/** Changes one policy of this account; `undefined` removes nothing, deletion is its own operation. */
export function changePolicy({ store, account }: IamContext, arn: string, change: (policy: Policy) => Policy): Promise<Policy> {
  return transact(store, async (): Promise<Change<Policy>> => {
    const entry = await entryAt(store, account, arn);
    const changed = change(entry.value);
    return { checks: [unchanged(entry.key, entry)], writes: [set(entry.key, changed)], result: changed };
  });
}

export async function entryAt(store: Store, account: string, arn: string): Promise<Entry<Policy>> {
  const ref = parsePolicyArn(account, arn);
  const entry = ref.kind === "own" ? await store.get<Policy>(policyKey(account, ref.name)) : undefined;
  if (entry?.value.arn !== arn) throw policyMissing(arn);
  return entry;
}

export function versionOf(policy: Policy, versionId: string): Policy["versions"][number] {
  const version = policy.versions.find(({ id }) => id === versionId);
  if (!version) throw fault("NoSuchEntity", { message: `Policy ${policy.arn} version ${versionId} does not exist or is not attachable.` });
  return version;
}
