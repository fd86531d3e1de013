// Shard iterators: opaque texts that name a place in a shard for five minutes.
import { createHash } from "node:crypto";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { Place } from "../../triggers/streams/sequence.ts";
import type { Stream, StreamRef } from "../../triggers/streams/stream.ts";
import { invalidArgument } from "./faults.ts";

export interface ShardIterator {
  readonly stream: StreamRef & Pick<Stream, "id">;
  readonly shardIndex: number;
  readonly place: Place;
}

/** As the original's begin: `AAAAAAAAAAE`. */
const HEAD = Buffer.of(0, 0, 0, 0, 0, 0, 0, 1);
const DIGEST_BYTES = 8;

/** Always less than 512 characters, the most a client accepts. */
export function encodeIterator({ stream, shardIndex, place }: ShardIterator, nowMs: number): string {
  const body = Buffer.from([nowMs, stream.account, stream.region, stream.name, stream.id, shardIndex, place.seq, place.index].join("/"));
  return Buffer.concat([HEAD, digestOf(body), body]).toString("base64");
}

/** Throws InvalidArgumentException for what is no iterator, ExpiredIteratorException after five minutes. */
export function decodeIterator(text: string, nowMs: number): ShardIterator {
  const bytes = Buffer.from(text, "base64");
  const body = bytes.subarray(HEAD.length + DIGEST_BYTES);
  const sound = bytes.toString("base64") === text && bytes.subarray(0, HEAD.length).equals(HEAD) && digestOf(body).equals(bytes.subarray(HEAD.length, HEAD.length + DIGEST_BYTES));
  const parts = body.toString().split("/");
  const [createdMs, account = "", region = "", name = "", id = "", shardIndex, seq, index] = parts;
  if (!sound || parts.length !== 8) throw invalidArgument("Invalid ShardIterator.");
  if (nowMs - Number(createdMs) > limits.kinesis.iteratorMs) throw expired(Number(createdMs), nowMs);
  return { stream: { account, region, name, id }, shardIndex: Number(shardIndex), place: { seq: Number(seq), index: Number(index) } };
}

/** Tells a text that we made from any other; it guards no secret, as the request's own rights count. */
const digestOf = (body: Buffer): Buffer => createHash("sha256").update(body).digest().subarray(0, DIGEST_BYTES);

const expired = (createdMs: number, nowMs: number): Fault =>
  fault("ExpiredIteratorException", {
    message: `Iterator expired. The iterator was created at time ${javaDate(createdMs)} while right now it is ${javaDate(nowMs)} which is further in the future than the tolerated delay of ${limits.kinesis.iteratorMs} milliseconds.`,
  });

/** `Thu Jan 22 01:22:02 UTC 2015` */
function javaDate(atMs: number): string {
  const [day, date, month, year, time] = new Date(atMs).toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
