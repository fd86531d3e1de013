// Access control lists are off, as in every bucket made since April 2023: the owner has every right, and nothing else can be said.
import type { AccessControlPolicy } from "@aws-sdk/client-s3";
import { aclsNotSupported, malformedXml } from "./errors.ts";
import { canonicalId, ownerOf } from "./owner.ts";

export const ownersAcl = (account: string) => ({
  Owner: ownerOf(account),
  Grants: [{ Grantee: { ...ownerOf(account), Type: "CanonicalUser" as const }, Permission: "FULL_CONTROL" as const }],
});

interface Asked {
  readonly ACL?: string;
  readonly AccessControlPolicy?: AccessControlPolicy;
}

/** Throws AccessControlListNotSupported for any list but the owner's own; canned lists were judged with the headers. */
export function checkOwnersAcl({ ACL: canned, AccessControlPolicy: policy }: Asked, account: string): void {
  if (canned !== undefined) return;
  const grants = policy?.Grants;
  if (!grants) throw malformedXml();
  const [grant] = grants;
  if (grants.length !== 1 || grant?.Permission !== "FULL_CONTROL" || grant.Grantee?.ID !== canonicalId(account)) throw aclsNotSupported();
}
