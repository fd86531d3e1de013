// Only an open shard can be split or merged.
import { isOpen, shardIdOf, type Shard, type Stream } from "../../triggers/streams/stream.ts";
import { invalidArgument } from "./faults.ts";

export function checkOpen(shard: Shard, { name, account }: Stream): void {
  if (isOpen(shard)) return;
  throw invalidArgument(`Shard ${shardIdOf(shard.index)} in stream ${name} under account ${account} has already been merged or split, and thus is not eligible for merging or splitting.`);
}
