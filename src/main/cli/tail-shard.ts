// What tails of shards have in common, whichever service they belong to: from where they begin, and the loop from page to page.
import { Option } from "commander";
import { systemClock } from "../system-clock.ts";

export type From = "trim-horizon" | "latest";

export const fromOption = (): Option => new Option("--from <position>", "where to begin").choices(["trim-horizon", "latest"]).default("latest");

export const positionOf = (from: From): "LATEST" | "TRIM_HORIZON" => (from === "latest" ? "LATEST" : "TRIM_HORIZON");

/** How often a shard without news is looked at. */
const IDLE_MS = 200;

export interface ShardTail<Page> {
  /** Where it begins; later the place after the record of this sequence number. */
  iterator(afterSequenceNumber?: string): Promise<string | undefined>;
  read(iterator: string): Promise<Page>;
  /** The sequence number of the page's last record. */
  lastOf(page: Page): string | undefined;
  /** Nothing more is there now. */
  atTip(page: Page): boolean;
}

/** The pages of a shard until it has ended. */
export async function* pagesOf<Page extends { readonly NextShardIterator?: string | undefined }>({ iterator, read, lastOf, atTip }: ShardTail<Page>): AsyncGenerator<Page> {
  let last: string | undefined;
  for (let at = await iterator(); at !== undefined; ) {
    const page = await read(at).catch(async (error: unknown) => {
      // A machine that slept: go on after the last record seen.
      if (error instanceof Error && error.name === "ExpiredIteratorException") return void (at = await iterator(last));
      // Others read too, and the shard's limits are on.
      if (error instanceof Error && error.name === "ProvisionedThroughputExceededException") return systemClock.sleep(IDLE_MS);
      throw error;
    });
    if (!page) continue;
    yield page;
    last = lastOf(page) ?? last;
    at = page.NextShardIterator;
    if (at !== undefined && atTip(page)) await systemClock.sleep(IDLE_MS);
  }
}
