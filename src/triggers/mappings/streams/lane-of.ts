// Which lane of a shard a partition key belongs to: always the same one, so that its records keep their order.
import { hash } from "node:crypto";

export const laneOf = (partitionKey: string, lanes: number): number => (lanes === 1 ? 0 : Number.parseInt(hash("md5", partitionKey).slice(0, 8), 16) % lanes);
