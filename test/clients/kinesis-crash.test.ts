// The server is killed while producers put; started again, it has every acknowledged record, in order. `fugaz tail` reads them out.
import { CreateStreamCommand, KinesisClient, PutRecordsCommand, SplitShardCommand } from "@aws-sdk/client-kinesis";
import { expect, test } from "vitest";
import { killableServer } from "./child-server.ts";
import { tail } from "./tail-process.ts";

const ROUNDS = 2;
const PRODUCERS = 4;
const server = killableServer();

test(`after each of ${ROUNDS} kills every acknowledged record is there, in order`, async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  console.info(`kinesis crash: FUGAZ_TEST_SEED=${seed}`);
  const acknowledged = new Map<string, string>();
  let shards = 1;
  for (let round = 0; round <= ROUNDS; round++) {
    const settings = await server.start();
    const client = new KinesisClient(settings);
    if (round === 0) await client.send(new CreateStreamCommand({ StreamName: "s", ShardCount: 1 }));
    else {
      const left = new Set(acknowledged.keys());
      const numbers = new Map<string, bigint>();
      const places = new Map<string, number>();
      await using records = tail(settings.endpoint, "kinesis", "s", "--from", "trim-horizon", "--json");
      for await (const line of records.lines) {
        const { shard, sequenceNumber, data, partitionKey } = JSON.parse(line) as Record<string, string>;
        const text = Buffer.from(data ?? "", "base64").toString();
        if (acknowledged.has(text)) expect(sequenceNumber).toBe(acknowledged.get(text));
        expect(BigInt(sequenceNumber ?? 0)).toBeGreaterThan(numbers.get(shard ?? "") ?? 0n);
        numbers.set(shard ?? "", BigInt(sequenceNumber ?? 0));
        // Each producer waits for its answers and has a key of its own, so its records stand in the order it made them, through splits.
        const [, , n = 0] = text.split("-").map(Number);
        const producer = `${partitionKey}-${text.split("-")[0]}`;
        expect(n).toBeGreaterThan(places.get(producer) ?? -1);
        places.set(producer, n);
        left.delete(text);
        if (left.size === 0) break;
      }
      expect([...left]).toEqual([]);
    }
    if (round === ROUNDS) return client.destroy();
    await client.send(new SplitShardCommand({ StreamName: "s", ShardToSplit: `shardId-${String(shards - 1).padStart(12, "0")}`, NewStartingHashKey: round === 0 ? "1000000" : "100000000000000" }));
    shards += 2;
    const killAfter = 20 + (seed % 30);
    let answers = 0;
    const produce = async (producer: number): Promise<void> => {
      for (let n = 0; ; n += 10) {
        const texts = Array.from({ length: 10 }, (_, m) => `${round}-${producer}-${n + m}`);
        const { Records = [] } = await client.send(new PutRecordsCommand({ StreamName: "s", Records: texts.map((text) => ({ PartitionKey: `p${producer}`, Data: Buffer.from(text) })) }));
        texts.forEach((text, m) => acknowledged.set(text, Records[m]?.SequenceNumber ?? ""));
        if (++answers === killAfter) server.kill();
      }
    };
    await Promise.allSettled(Array.from({ length: PRODUCERS }, (_, producer) => produce(producer)));
    client.destroy();
  }
});
