// How groups, streams and positions look on the wire.
import { createHash } from "node:crypto";
import type { LogGroup, LogStream, Position } from "../../functions/logs/log-groups.ts";
import { partitionOf } from "../../kernel/arn.ts";
import { invalidParameter } from "./lookup.ts";

const arnOf = (group: LogGroup): string => `arn:${partitionOf(group.region)}:logs:${group.region}:${group.account}:log-group:${group.name}`;

export const groupView = (group: LogGroup, storedBytes: number) => ({
  logGroupName: group.name,
  creationTime: group.createdMs,
  ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
  metricFilterCount: 0,
  arn: `${arnOf(group)}:*`,
  storedBytes,
  logGroupClass: "STANDARD" as const,
  logGroupArn: arnOf(group),
});

export const streamView = (group: LogGroup, stream: LogStream) => ({
  logStreamName: stream.name,
  creationTime: stream.createdMs,
  ...(stream.firstMs === undefined ? {} : { firstEventTimestamp: stream.firstMs, lastEventTimestamp: stream.lastMs, lastIngestionTime: stream.ingestedMs }),
  uploadSequenceToken: uploadToken(stream),
  arn: `${arnOf(group)}:log-stream:${stream.name}`,
  // The original stopped counting per stream in 2019 and says 0.
  storedBytes: 0,
});

/** Tokens are given for old agents that insist on one; any token is accepted. */
export const uploadToken = (stream: Pick<LogStream, "id">): string => `4${digits(stream.id, 55)}`;

/** 56 digits, unique per event. */
export const eventId = ({ timestampMs, seq, streamId, index }: Position): string => `3${pad(timestampMs, 14)}${pad(seq, 17)}${pad(index, 6)}${digits(streamId, 18)}`;

export const encodePosition = ({ timestampMs, seq, streamId, index }: Position): string => [timestampMs, seq, index, streamId].join(".");

export function decodePosition(text: string): Position {
  const match = /^(-?\d+(?:\.\d+)?)\.(\d+)\.(-?\d+)\.([0-9a-f-]*)$/.exec(text);
  if (!match) throw invalidToken();
  const [, timestampMs, seq, index, streamId = ""] = match;
  return { timestampMs: Number(timestampMs), seq: Number(seq), index: Number(index), streamId };
}

export const invalidToken = () => invalidParameter("The specified nextToken is invalid.");

/** An opaque token that carries a text. */
export const encodeToken = (text: string): string => Buffer.from(text).toString("base64url");
export const decodeToken = (token: string): string => Buffer.from(token, "base64url").toString();

const pad = (number: number, width: number): string => String(Math.trunc(Math.max(0, number))).padStart(width, "0");

/** Decimal digits that depend on the text alone. */
function digits(text: string, width: number): string {
  return BigInt(`0x${createHash("sha256").update(text).digest("hex")}`).toString().padStart(width, "0").slice(-width);
}
