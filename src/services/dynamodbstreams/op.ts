// What an operation of DynamoDB Streams is, and how it finds the stream an ARN names.
import type * as sdk from "@aws-sdk/client-dynamodb-streams";
import { parseArn, partitionOf } from "../../kernel/arn.ts";
import type { Clock } from "../../kernel/clock.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { Tables } from "../../triggers/tables/open-tables.ts";
import type { TableStream } from "../../triggers/tables/stream-records.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface StreamsDeps {
  readonly tables: Pick<Tables, "streams">;
  readonly clock: Pick<Clock, "now">;
}

type StreamsContext = Call & StreamsDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, StreamsDeps>;

export const invalid = (message: string): Fault => fault("ValidationException", { message, status: 400 });

/** Fault ValidationException when a page is to be larger than any may be. */
export function requireLimit(limit: number, most: number): void {
  if (limit > most) throw invalid(`1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${most}`);
}

const streamMissing = (arn: string): Fault => fault("ResourceNotFoundException", { message: `Requested resource not found: Stream: ${arn} not found` });

export const streamArn = ({ account, region, table, label }: TableStream): string => `arn:${partitionOf(region)}:dynamodb:${region}:${account}:table/${table}/stream/${label}`;

export async function streamFor({ tables }: StreamsContext, given: string): Promise<TableStream> {
  const arn = parseArn(given);
  const [, table, label] = (arn && /^table\/([^/]+)\/stream\/(.+)$/.exec(arn.resource)) ?? [];
  if (!arn || arn.service !== "dynamodb" || table === undefined || label === undefined) throw invalid("Invalid StreamArn");
  const stream = await tables.streams.find(arn, table, label);
  if (!stream) throw streamMissing(given);
  return stream;
}
