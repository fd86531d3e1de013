// How S3 names an account: a canonical user id in answers, a principal id in events. Derived from the account number.
import { createHash } from "node:crypto";

/** 64 hex digits, the same for an account for ever. */
export const canonicalId = (account: string): string => createHash("sha256").update(`s3 canonical user ${account}`).digest("hex");

export const ownerOf = (account: string): { readonly ID: string } => ({ ID: canonicalId(account) });

/** `A` and 13 letters or digits, as in `ownerIdentity.principalId` of an event. */
export const principalId = (account: string): string => `A${BigInt(`0x${canonicalId(account)}`).toString(36).toUpperCase().slice(0, 13)}`;
