// `fugaz tail dynamodb-stream`: the changes of a table, from the shards of its stream one after the other.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand, type GetRecordsCommandOutput, type _Record, type ShardIteratorType,
} from "@aws-sdk/client-dynamodb-streams";
import { Command } from "commander";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { fromOption, pagesOf, positionOf, type From } from "./tail-shard.ts";
import { UserError } from "./user-error.ts";

interface Options extends Endpoint {
  readonly from: From;
  readonly json?: true;
}

export const tailTableCommand = (): Command =>
  new Command("dynamodb-stream")
    .description("Print the changes of a table with a stream as they come")
    .argument("<table>", "table name")
    .addOption(fromOption())
    .option("--json", "print each record as the API gives it, one JSON object per line")
    .addOption(endpointOption())
    .action(async (table: string, options: Options) => {
      const client = new DynamoDBStreamsClient(clientSettings(options));
      const stream = (await client.send(new ListStreamsCommand({ TableName: table }))).Streams?.at(-1)?.StreamArn;
      if (stream === undefined) throw new UserError(`There is no stream of a table ${table}. Give the table one with StreamSpecification.`);
      await follow(client, stream, options);
    });

/** Ends when the stream has ended. */
async function follow(client: DynamoDBStreamsClient, StreamArn: string, { from, json }: Options): Promise<void> {
  const { Shards = [] } = (await client.send(new DescribeStreamCommand({ StreamArn }))).StreamDescription ?? {};
  for (const { ShardId } of Shards) {
    const at = async (ShardIteratorType: ShardIteratorType, SequenceNumber?: string): Promise<string | undefined> => (await client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType, SequenceNumber }))).ShardIterator;
    const pages = pagesOf<GetRecordsCommandOutput>({
      iterator: (after) => (after === undefined ? at(positionOf(from)) : at("AFTER_SEQUENCE_NUMBER", after)),
      read: (ShardIterator) => client.send(new GetRecordsCommand({ ShardIterator })),
      lastOf: ({ Records }) => Records?.at(-1)?.dynamodb?.SequenceNumber,
      atTip: ({ Records = [] }) => Records.length === 0,
    });
    for await (const { Records = [] } of pages) for (const record of Records) process.stdout.write(`${json ? JSON.stringify(record, bytesAsBase64) : line(record)}\n`);
  }
}

const line = ({ eventName, dynamodb: { ApproximateCreationDateTime: at, Keys = {}, NewImage } = {} }: _Record): string =>
  `${at?.toISOString()}  ${eventName?.padEnd(6)}  ${JSON.stringify(plainItem(Keys))}${NewImage === undefined ? "" : `  ${JSON.stringify(plainItem(NewImage))}`}`;

const plainItem = (item: Readonly<Record<string, AttributeValue>>): unknown => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));

/** As people write it. Numbers stay texts, as they may be longer than JavaScript's. */
function plain({ S, N, BOOL, NULL, B, L, M, SS, NS, BS }: AttributeValue): unknown {
  if (M) return plainItem(M);
  if (L) return L.map(plain);
  if (NULL) return null;
  if (B) return base64(B);
  if (BS) return BS.map(base64);
  return S ?? N ?? BOOL ?? SS ?? NS;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytesAsBase64 = (_name: string, value: unknown): unknown => (value instanceof Uint8Array ? base64(value) : value);
