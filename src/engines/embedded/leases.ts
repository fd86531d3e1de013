// The Leases port: rows that change hands only in the writer, so that two owners can never both be told yes.
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../kernel/clock.ts";
import type { Lease, Leases } from "../../ports/leases.ts";
import { wholeMs } from "./names.ts";
import type { LeaseRow } from "./operations.ts";
import { reaching } from "./reaching.ts";
import type { Writer } from "./writer.ts";

export interface LeasesDeps {
  readonly reading: DatabaseSync;
  readonly writer: Writer;
  readonly clock: Pick<Clock, "now">;
}

export function createLeases({ reading, writer, clock }: LeasesDeps): Leases {
  const find = reading.prepare("SELECT owner, epoch, expires_at FROM lease WHERE name = ? AND expires_at > ?");
  const leaseOf = (name: string, owner: string, row: LeaseRow | undefined): Lease | undefined => row && { name, owner, ...row };

  return {
    acquire: async (name, owner, ttlMs) => leaseOf(name, owner, await writer.submit({ kind: "leases.acquire", name, owner, ttlMs: wholeMs(ttlMs, "a lease") })),
    renew: async ({ name, owner, epoch }, ttlMs) => leaseOf(name, owner, await writer.submit({ kind: "leases.renew", name, owner, epoch, ttlMs: wholeMs(ttlMs, "a lease") })),
    release: ({ name, owner, epoch }) => writer.submit({ kind: "leases.release", name, owner, epoch }),
    holder: async (name) => {
      const row = reaching("leases.holder", () => find.get(name, clock.now()));
      return row && { name, owner: String(row["owner"]), epoch: Number(row["epoch"]), expiresAtMs: Number(row["expires_at"]) };
    },
  };
}
