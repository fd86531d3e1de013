// `fugaz tail kinesis` beside other readers, and at the end of its stream.
import { DeleteStreamCommand, GetRecordsCommand, GetShardIteratorCommand, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { expect, test } from "vitest";
import { newStream, openKinesis } from "./kinesis-harness.ts";
import { tail } from "./tail-process.ts";

test("a tail goes on when others have used up what a shard gives, and says so when the stream is deleted", async () => {
  await using cloud = await openKinesis({ enforceRates: true });
  const { client } = cloud;
  const StreamName = await newStream(cloud);
  const put = (text: string) => client.send(new PutRecordCommand({ StreamName, PartitionKey: "k", Data: Buffer.from(text) }));
  await put("first");
  await using shown = tail(cloud.endpoint, "kinesis", StreamName, "--from", "trim-horizon");
  expect(await shown.next()).toMatch(/^\S+Z  0000  k  first$/);
  // So many, one after the other, that the tail's own turns come in between.
  const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" }));
  const refused = (): Promise<number> => client.send(new GetRecordsCommand({ ShardIterator })).then(() => 0, (error: Error) => (error.name === "ProvisionedThroughputExceededException" ? 1 : Promise.reject(error)));
  for (let refusals = 0; refusals < 300; refusals += await refused());
  await put("second");
  expect(await shown.next()).toMatch(/  second$/);
  await client.send(new DeleteStreamCommand({ StreamName }));
  const { code, stderr } = await shown.ended();
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^fugaz: .*\(ResourceNotFoundException\)\n$/)]);
});
