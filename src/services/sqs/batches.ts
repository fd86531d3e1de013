// Batches: what makes a whole batch wrong, and one result per entry for the rest.
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { Fault, fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";

interface Entry {
  readonly Id?: string | undefined;
}

/** Throws the batch's own faults: empty, too many, ids that are wrong or not distinct. */
export function checkBatch<T extends Entry>(entries: readonly T[] | undefined): readonly T[] {
  if (!entries || entries.length === 0) throw fault("EmptyBatchRequest", { message: "There should be at least one entry in the request." });
  const { batchEntriesMax } = limits.sqs;
  if (entries.length > batchEntriesMax) throw fault("TooManyEntriesInBatchRequest", { message: `Maximum number of entries per request are ${batchEntriesMax}. You have sent ${entries.length}.` });
  const seen = new Set<string>();
  for (const { Id = "" } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id))
      throw fault("InvalidBatchEntryId", { message: "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long." });
    if (seen.has(Id)) throw fault("BatchEntryIdsNotDistinct", { message: `Id ${Id} repeated.` });
    seen.add(Id);
  }
  return entries;
}

interface BatchResult<R> {
  readonly Successful: R[];
  readonly Failed: BatchResultErrorEntry[];
}

/** Runs each entry; a fault is its entry's result, anything else the whole request's. An outcome that is empty is left out, as in the original. */
export async function runBatch<T extends Entry, R>(entries: readonly T[], run: (entry: T) => Promise<R>): Promise<BatchResult<R>> {
  const Successful: R[] = [];
  const Failed: BatchResultErrorEntry[] = [];
  const settled = await Promise.all(entries.map((entry) => run(entry).then((value) => ({ value }), (error: unknown) => ({ error }))));
  settled.forEach((result, index) => {
    if ("value" in result) Successful.push(result.value);
    else if (result.error instanceof Fault) Failed.push(failedEntry(entries[index]?.Id ?? "", result.error));
    else throw result.error;
  });
  return batchResult(Successful, Failed);
}

export const batchResult = <R>(Successful: R[], Failed: BatchResultErrorEntry[]): BatchResult<R> =>
  ({ ...(Successful.length > 0 && { Successful }), ...(Failed.length > 0 && { Failed }) }) as BatchResult<R>;

/** Entries carry the older codes in both protocols. */
const entryCodes: Readonly<Record<string, string>> = { InvalidParameterValueException: "InvalidParameterValue", MissingRequiredParameterException: "MissingParameter" };

export const failedEntry = (id: string, { code, message }: Fault): BatchResultErrorEntry => ({ Id: id, SenderFault: true, Code: entryCodes[code] ?? code, Message: message });
