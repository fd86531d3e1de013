// Transactions: all items change in one commit or none does, and the reasons of a refusal are told item by item.
import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-dynamodb";
import { Fault, fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { set, type Check, type Write } from "../../ports/store.ts";
import { itemBytes, type Item } from "../../triggers/tables/attribute-value.ts";
import { tokenKey } from "../../triggers/tables/keys.ts";
import type { Table } from "../../triggers/tables/table.ts";
import { mentionsTwice } from "./batches.ts";
import { onlyTable, readUnits, writeUnits, type Units } from "./capacity.ts";
import { invalid, isMisfit } from "./faults.ts";
import { decide, orTableMissing, type ItemWrite, type Written } from "./item-writes.ts";
import type { DynamoDbContext } from "./op.ts";

/** What a token stands for: a repetition of the same request is answered and changes nothing. */
interface UsedToken {
  readonly digest: string;
  readonly untilMs: number;
}

export interface Idempotency {
  readonly token: string | undefined;
  /** What must be the same for the token to mean the same. */
  readonly request: unknown;
}

/** The reason codes of faults that belong to one item. */
const REASONS: Readonly<Record<string, string>> = { ConditionalCheckFailedException: "ConditionalCheckFailed", ValidationException: "ValidationError", DuplicateItemException: "DuplicateItem", ItemCollectionSizeLimitExceededException: "ItemCollectionSizeLimitExceeded" };

/** Runs all writes as one; undefined when the token says that this has been done already. */
export async function runTransaction(context: DynamoDbContext, writes: readonly ItemWrite[], { token, request }: Idempotency): Promise<readonly Written[] | undefined> {
  if (mentionsTwice(writes)) throw invalid("Transaction request cannot include multiple operations on one item");
  const key = token === undefined ? undefined : tokenKey(context, token);
  const digest = key && createHash("sha256").update(canonical(request)).digest("base64");
  return orTableMissing(context.tables.items.change<readonly Written[] | undefined>(writes, async (before) => {
    const checks: Check[] = [];
    const also: Write[] = [];
    if (key && digest !== undefined) {
      const used = await context.store.get<UsedToken>(key);
      if (used && used.value.untilMs > context.clock.now()) {
        if (used.value.digest !== digest) throw fault("IdempotentParameterMismatchException", { message: "Request parameters do not match the parameters of a previous request with the same client token" });
        return { after: writes.map(() => "keep"), result: undefined };
      }
      checks.push({ key, version: used?.version ?? null });
      also.push(set(key, { digest, untilMs: context.clock.now() + limits.tables.tokenMs } satisfies UsedToken));
    }
    const reasons: sdk.CancellationReason[] = [];
    const decided = writes.map((write, at) => {
      const was = before[at];
      if (!was) throw new Error("bug: a write without its target");
      try {
        const done = decide(write, was);
        reasons.push({ Code: "None" });
        return done;
      } catch (error) {
        reasons.push(reasonOf(error));
        return undefined;
      }
    });
    if (reasons.some(({ Code }) => Code !== "None")) throw cancelled(reasons);
    const done = decided.filter((each) => each !== undefined);
    requireModest(done.map(({ written }) => written));
    return { after: done.map(({ after }) => after), result: done.map(({ written }) => written), checks, writes: also };
  }));
}

/** What is made of each; a transaction with items that do not fit their tables is cancelled, and says which. */
export function allFitting<From, To>(from: readonly From[], make: (each: From, at: number) => To): readonly To[] {
  const reasons: sdk.CancellationReason[] = [];
  const made = from.flatMap((each, at) => {
    try {
      const done = [make(each, at)];
      reasons.push({ Code: "None" });
      return done;
    } catch (error) {
      if (!isMisfit(error)) throw error;
      reasons.push(reasonOf(error));
      return [];
    }
  });
  if (made.length < from.length) throw cancelled(reasons);
  return made;
}

function reasonOf(error: unknown): sdk.CancellationReason {
  const code = error instanceof Fault ? REASONS[error.code] : undefined;
  if (!(error instanceof Fault) || code === undefined) throw error;
  const item = error.members["Item"] as sdk.CancellationReason["Item"];
  return { Code: code, Message: error.message, ...(item ? { Item: item } : {}) };
}

const cancelled = (reasons: readonly sdk.CancellationReason[]): Fault =>
  fault("TransactionCanceledException", { message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(", ")}]`, CancellationReasons: reasons });

/** AWS: what a transaction costs more. */
const FACTOR = 2;

/** What one of the writes has cost; of a repetition, which changes nothing, reading the item. */
export function transactionUnits(table: Table, written: readonly Written[] | undefined, at: number): Units {
  if (!written) return onlyTable(readUnits(0, true) * FACTOR);
  return writeUnits(table, written[at]?.before, written[at]?.after, FACTOR);
}

function requireModest(written: readonly Written[]): void {
  const bytes = written.reduce((sum, { before, after }) => sum + Math.max(size(before), size(after)), 0);
  if (bytes > limits.tables.transactionBytesMax) throw invalid("The collection of items in the request exceeds the maximum aggregated size of 4 MB");
}

const size = (item: Item | undefined): number => (item ? itemBytes(item) : 0);

/** JSON in which the order of members does not matter, and bytes are told apart. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof Uint8Array) return { bytes: Buffer.from(each).toString("base64") };
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
