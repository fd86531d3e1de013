// ListShards: the shards that were or are open when the filter says, a page at a time.
import type { ShardFilter } from "@aws-sdk/client-kinesis";
import { horizonMs, isOpen, type Shard, type Stream, type StreamRef } from "../../../triggers/streams/stream.ts";
import { invalidArgument } from "../faults.ts";
import { refOf, requireShardIndex, streamAt, visibleShards } from "../lookup.ts";
import type { KinesisContext, Op } from "../op.ts";
import { decodeToken, encodeToken } from "../tokens.ts";
import { shardView } from "../views.ts";

/** AWS: shards per answer when no maximum is given. */
const PAGE = 1000;

/** What the pages of one listing share. */
interface Listing {
  readonly ref: StreamRef;
  readonly streamId: string;
  /** Index of the last shard seen. */
  readonly after: number;
  readonly filter?: { readonly type: ShardFilter["Type"]; readonly atMs?: number };
}

export const listShards: Op<"ListShards"> = async (input, context) => {
  const nowMs = context.clock.now();
  const listing = input.NextToken === undefined ? await begin(input, context) : goOn(input, input.NextToken, nowMs);
  const stream = await streamAt(listing.ref, context);
  if (stream.id !== listing.streamId) throw invalidArgument("The NextToken is not valid.");
  const { MaxResults = PAGE } = input;
  const shards = visibleShards(stream, nowMs).filter((shard) => shard.index > listing.after && passes(shard, stream, listing, nowMs));
  const page = shards.slice(0, MaxResults);
  const last = page.at(-1);
  return {
    Shards: page.map((shard) => shardView(stream, shard)),
    ...(shards.length > MaxResults && last ? { NextToken: encodeToken({ ...listing, after: last.index }, nowMs) } : {}),
  };
};

/** What the token stands for can not be said once more. */
function goOn(input: Parameters<typeof listShards>[0], token: string, nowMs: number): Listing {
  for (const name of ["StreamName", "StreamARN", "StreamId", "ExclusiveStartShardId", "StreamCreationTimestamp", "ShardFilter"] as const) {
    if (input[name] !== undefined) throw invalidArgument(`NextToken and ${name} cannot be provided together.`);
  }
  return decodeToken(token, nowMs, isListing);
}

async function begin(input: Parameters<typeof listShards>[0], context: KinesisContext): Promise<Listing> {
  if ((input.StreamName ?? input.StreamARN ?? input.StreamId) === undefined) throw invalidArgument("Either NextToken or StreamName should be provided.");
  const ref = await refOf(input, context);
  const stream = await streamAt(ref, context);
  const { StreamCreationTimestamp: created, ShardFilter: filter, ExclusiveStartShardId: start } = input;
  // The name may have been used before; whoever says which stream is meant is held to it, by the second.
  if (created !== undefined && Math.floor(created.getTime() / 1000) !== Math.floor(stream.createdMs / 1000)) throw invalidArgument("StreamCreationTimestamp is not that of the stream.");
  if (filter?.Type === "AFTER_SHARD_ID" && filter.ShardId === undefined) throw invalidArgument("ShardFilter of type AFTER_SHARD_ID needs a ShardId.");
  if ((filter?.Type === "AT_TIMESTAMP" || filter?.Type === "FROM_TIMESTAMP") && filter.Timestamp === undefined) throw invalidArgument(`ShardFilter of type ${filter.Type} needs a Timestamp.`);
  const after = Math.max(-1, ...[start, filter?.Type === "AFTER_SHARD_ID" ? filter.ShardId : undefined].map((id) => (id === undefined ? -1 : requireShardIndex(id, ref))));
  return { ref, streamId: stream.id, after, ...(filter ? { filter: { type: filter.Type, ...(filter.Timestamp ? { atMs: filter.Timestamp.getTime() } : {}) } } : {}) };
}

function passes(shard: Shard, stream: Stream, { filter }: Listing, nowMs: number): boolean {
  const trimMs = Math.max(horizonMs(stream, nowMs), stream.createdMs);
  const openSince = (atMs: number): boolean => isOpen(shard) || (shard.closedMs ?? 0) >= atMs;
  const openAt = (atMs: number): boolean => shard.createdMs <= atMs && openSince(atMs);
  switch (filter?.type) {
    case "AT_LATEST": return isOpen(shard);
    case "AT_TRIM_HORIZON": return openAt(trimMs);
    case "AT_TIMESTAMP": return openAt(filter.atMs ?? 0);
    case "FROM_TIMESTAMP": return openSince(Math.max(filter.atMs ?? 0, trimMs));
    default: return true;
  }
}

function isListing(content: unknown): content is Listing {
  return typeof content === "object" && content !== null && "ref" in content && "streamId" in content && "after" in content;
}
