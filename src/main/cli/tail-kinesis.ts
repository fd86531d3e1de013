// `fugaz tail kinesis`: the records of a stream from all its shards, and from those that splits and merges make meanwhile.
import {
  GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand, ResourceNotFoundException,
  type GetRecordsCommandOutput, type _Record, type ShardIteratorType,
} from "@aws-sdk/client-kinesis";
import { Command } from "commander";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { fromOption, pagesOf, positionOf, type From } from "./tail-shard.ts";
import { UserError } from "./user-error.ts";

interface Options extends Endpoint {
  readonly shard?: string;
  readonly from: From;
  readonly json?: true;
}

export const tailKinesisCommand = (): Command =>
  new Command("kinesis")
    .description("Print the records of a Kinesis stream as they come")
    .argument("<name>", "stream name")
    .option("--shard <id>", "only this shard: shardId-000000000000, or just its number")
    .addOption(fromOption())
    .option("--json", "print one JSON object per line: shard, sequenceNumber, arrived, partitionKey, data (in base64)")
    .addOption(endpointOption())
    .action(async (name: string, options: Options) => {
      const client = new KinesisClient(clientSettings(options));
      const wanted = options.shard === undefined ? undefined : shardIdOf(options.shard);
      const shards = wanted === undefined ? await firstShards(client, name, options.from) : (await firstShards(client, name)).filter((id) => id === wanted);
      if (shards.length === 0) throw new UserError(`The stream ${name} has no shard ${options.shard}.`);
      await new Tail(client, name, options).run(shards, wanted === undefined);
    });

class Tail {
  readonly #client: KinesisClient;
  readonly #name: string;
  readonly #options: Options;
  /** Shards that are or were followed. */
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(client: KinesisClient, name: string, options: Options) {
    this.#client = client;
    this.#name = name;
    this.#options = options;
  }

  /** Ends when all the shards, and their children when those are wanted too, have ended. */
  async run(shards: readonly string[], children: boolean): Promise<void> {
    const first = positionOf(this.#options.from);
    await Promise.all(shards.map((shard) => this.#follow(shard, first, children)));
  }

  async #follow(shard: string, type: ShardIteratorType, children: boolean): Promise<void> {
    if (this.#begun.has(shard)) return;
    this.#begun.add(shard);
    let page: GetRecordsCommandOutput | undefined;
    const pages = pagesOf<GetRecordsCommandOutput>({
      iterator: (after) => (after === undefined ? this.#iterator(shard, type) : this.#iterator(shard, "AFTER_SEQUENCE_NUMBER", after)),
      read: (ShardIterator) => this.#client.send(new GetRecordsCommand({ ShardIterator })),
      lastOf: ({ Records }) => Records?.at(-1)?.SequenceNumber,
      atTip: ({ MillisBehindLatest }) => MillisBehindLatest === 0,
    });
    for await (page of pages) for (const record of page.Records ?? []) this.#print(shard, record);
    this.#ended.add(shard);
    // What comes after two parents comes after the later of them.
    const next = (page?.ChildShards ?? []).filter(({ ParentShards = [] }) => ParentShards.every((parent) => !this.#begun.has(parent) || this.#ended.has(parent)));
    if (children) await Promise.all(next.map(({ ShardId = "" }) => this.#follow(ShardId, "TRIM_HORIZON", true)));
  }

  async #iterator(ShardId: string, ShardIteratorType: ShardIteratorType, StartingSequenceNumber?: string): Promise<string | undefined> {
    return (await this.#client.send(new GetShardIteratorCommand({ StreamName: this.#name, ShardId, ShardIteratorType, StartingSequenceNumber }))).ShardIterator;
  }

  #print(shard: string, { SequenceNumber, ApproximateArrivalTimestamp: arrived, PartitionKey, Data = new Uint8Array() }: _Record): void {
    const data = Buffer.from(Data);
    process.stdout.write(
      this.#options.json
        ? `${JSON.stringify({ shard, sequenceNumber: SequenceNumber, arrived, partitionKey: PartitionKey, data: data.toString("base64") })}\n`
        : `${arrived?.toISOString()}  ${shard.slice(-4)}  ${PartitionKey}  ${data.toString()}\n`,
    );
  }
}

const shardIdOf = (text: string): string => (/^\d+$/.test(text) ? `shardId-${text.padStart(12, "0")}` : text);

/** The shards to begin with: those open at the position; without one, all there are. */
async function firstShards(client: KinesisClient, StreamName: string, from?: Options["from"]): Promise<readonly string[]> {
  const ids: string[] = [];
  const filter = from === undefined ? {} : { ShardFilter: { Type: from === "latest" ? ("AT_LATEST" as const) : ("AT_TRIM_HORIZON" as const) } };
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListShardsCommand(NextToken === undefined ? { StreamName, ...filter } : { NextToken })).catch((error: unknown) => {
      throw error instanceof ResourceNotFoundException ? new UserError(`There is no stream ${StreamName}.`) : error;
    });
    ids.push(...(page.Shards ?? []).map(({ ShardId = "" }) => ShardId));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return ids;
}
