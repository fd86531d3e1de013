// Where groups, streams and events live in the Store. Ids, not names, tie the levels, so a recreated name never sees old data.
import type { Key } from "../../ports/store.ts";
import type { Scope } from "../function.ts";

export const allGroups: Key = ["logs", "group"];
export const groupsOf = (scope: Scope): Key => [...allGroups, scope.account, scope.region];
export const groupKey = (scope: Scope, name: string): Key => [...groupsOf(scope), name];
export const streamsOf = (groupId: string): Key => ["logs", "stream", groupId];
export const streamKey = (groupId: string, name: string): Key => [...streamsOf(groupId), name];
export const chunksOf = (streamId: string): Key => ["logs", "chunk", streamId];
/** Chunks of a stream order by their earliest event, then by ingestion. */
export const chunkKey = (streamId: string, firstMs: number, seq: number): Key => [...chunksOf(streamId), firstMs, seq];
/** Deleted groups or streams whose data still takes space. */
export const trashOf = (kind: "group" | "stream"): Key => ["logs", "trash", kind];
export const trashKey = (kind: "group" | "stream", id: string): Key => [...trashOf(kind), id];
